"""Django settings, read from the environment; every variable is listed in docs/settings.md.

``COLOPHON_DATA`` is the one data folder. Without ``COLOPHON_DATABASE_URL`` the database is
SQLite in that folder.
"""

from __future__ import annotations

from pathlib import Path

from colophon.site import environment as env

DATA = env.data_folder()
SECRET_KEY = env.secret_key(DATA)
DEBUG = env.flag("COLOPHON_DEBUG")
ALLOWED_HOSTS = env.words("COLOPHON_HOSTS", "localhost 127.0.0.1 [::1]")
CSRF_TRUSTED_ORIGINS = env.words("COLOPHON_ORIGINS", "")
DATABASES = {"default": env.database(DATA)}

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "colophon.store",
    "colophon.parties",
    "colophon.content",
    "colophon.gateway",
    "colophon.portal",
    "colophon.console",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "colophon.site.urls"
ASGI_APPLICATION = "colophon.site.asgi.application"
AUTH_USER_MODEL = "parties.Account"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = Path(DATA) / "static"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

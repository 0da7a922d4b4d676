"""Django settings, read from the environment; every variable is listed in docs/settings.md.

``COLOPHON_DATA`` is the one data folder. Without ``COLOPHON_DATABASE_URL`` the database is
SQLite in that folder.
"""

from __future__ import annotations

import os
from pathlib import Path

from colophon.console import theme
from colophon.site import environment as env

DATA = env.data_folder()
SECRET_KEY = env.secret_key(DATA)
DEBUG = env.flag("COLOPHON_DEBUG")
ALLOWED_HOSTS = env.words("COLOPHON_HOSTS", "localhost 127.0.0.1 [::1]")
CSRF_TRUSTED_ORIGINS = env.words("COLOPHON_ORIGINS", "")
DATABASES = {"default": env.database(DATA)}

INSTALLED_APPS = [
    # First, so that their templates stand before those of the packages they dress.
    "colophon.portal",
    "colophon.console",
    "unfold",
    # The consoles are loaded with the addresses: a command that labels needs none of them.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "ninja",
    "colophon.store",
    "colophon.parties",
    "colophon.content",
    "colophon.gateway",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "colophon.site.headers.SecurityHeaders",
    "colophon.site.problems.ApiProblems",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "colophon.site.sign_in.StaffSecondFactor",
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
        "NumericPasswordValidator",
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
LOCALE_PATHS = [Path(__file__).parent.parent / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
UNFOLD = theme.UNFOLD
STATIC_URL = "/static/"
STATIC_ROOT = Path(DATA) / "static"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Uploads lie on disk from the first byte; the site's front refuses what is larger.
COLOPHON_MAX_UPLOAD = env.number("COLOPHON_MAX_UPLOAD_MIB", 2048, minimum=1) << 20
COLOPHON_MAX_STRANGERS_UPLOAD = (
    env.number("COLOPHON_MAX_STRANGERS_UPLOAD_MIB", 256, minimum=1) << 20
)
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = Path(DATA) / "tmp"
FILE_UPLOAD_TEMP_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20  # forms and JSON; files are counted apart
COLOPHON_INSPECT_PER_MINUTE = env.number("COLOPHON_INSPECT_PER_MINUTE", 30, minimum=1)
# Where a refusal sends people who disagree; the service has no such page of its own yet.
# COLOPHON_TSA_URL: an RFC 3161 authority whose time-stamps manifests bear.
COLOPHON_TSA_URL = os.environ.get("COLOPHON_TSA_URL", "")
COLOPHON_APPEAL_URL = os.environ.get("COLOPHON_APPEAL_URL", "")

_redis = os.environ.get("COLOPHON_CACHE_URL", "")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends."
        + ("redis.RedisCache" if _redis else "locmem.LocMemCache"),
        "LOCATION": _redis or "colophon",
    },
}

# Signing in: name or mail with a password, then TOTP or a passkey.
COLOPHON_SIGN_UP = env.flag("COLOPHON_SIGN_UP", default=True)
COLOPHON_STAFF_MFA = os.environ.get("COLOPHON_STAFF_MFA", "auto")  # auto | required | off
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/account"
ACCOUNT_ADAPTER = "colophon.site.sign_in.Adapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_USERNAME_MIN_LENGTH = 3
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Colophon"

# Mail stays on this machine until a server is named; only then are addresses confirmed.
EMAIL_HOST = os.environ.get("COLOPHON_SMTP_HOST", "")
EMAIL_PORT = env.number("COLOPHON_SMTP_PORT", 587, minimum=1)
EMAIL_HOST_USER = os.environ.get("COLOPHON_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("COLOPHON_SMTP_PASSWORD", "")
EMAIL_USE_TLS = bool(EMAIL_HOST)
EMAIL_BACKEND = (
    "django.core.mail.backends." + ("smtp" if EMAIL_HOST else "filebased") + ".EmailBackend"
)
EMAIL_FILE_PATH = Path(DATA) / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("COLOPHON_MAIL_FROM", "colophon@localhost")
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_HOST else "none"

# COLOPHON_HTTPS: the public reaches this service by https (a proxy in front ends it).
_https = env.flag("COLOPHON_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_REFERRER_POLICY = "same-origin"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _https
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "colophon.portal.views.errors.csrf_failed"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    # A refused request is the caller's affair; only our own failures are told.
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("COLOPHON_LOG_LEVEL", "WARNING")},
}

# COLOPHON_RUNNER=off: this process does no jobs (another one does).
COLOPHON_RUNNER = env.flag("COLOPHON_RUNNER", default=True)
COLOPHON_RUNNER_WORKERS = env.number("COLOPHON_RUNNER_WORKERS", 2, minimum=1)
# With a broker (redis://… or amqp://…) jobs run in `colophon worker` processes.
COLOPHON_BROKER_URL = os.environ.get("COLOPHON_BROKER_URL", "")
# Seconds after which the job of a dead worker is taken up by another.
COLOPHON_LEASE_SECONDS = env.number("COLOPHON_LEASE_SECONDS", 15, minimum=1)

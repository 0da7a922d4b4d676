"""Which door answers which path."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from colophon.site.api import api, bindings, docs
from colophon.site.problems import explanation

admin.autodiscover()
# Staff sign in by the one door that knows the second factor, not by the console's own form.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("colophon.portal.urls")),
    path("api/", api.urls),
    path("", bindings.urls),
    path("docs", docs, name="docs"),
    path("errors/<slug:code>", explanation, name="error"),
    path("console/label/", include("colophon.console.urls")),
    path("console/", admin.site.urls),
    path("account/", include("allauth.urls")),
]

handler400 = "colophon.portal.views.errors.bad_request"
handler403 = "colophon.portal.views.errors.forbidden"
handler404 = "colophon.portal.views.errors.missing"
handler500 = "colophon.portal.views.errors.broken"

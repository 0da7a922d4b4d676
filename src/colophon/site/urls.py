"""Which door answers which path."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("console/", admin.site.urls),
    path("account/", include("allauth.urls")),
]

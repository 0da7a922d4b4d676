"""Addresses of staff pages that show no table."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from colophon.console import label

urlpatterns = [
    path("", admin.site.admin_view(label.page), name="console-label"),
    path("sample/<slug:name>", admin.site.admin_view(label.sample), name="console-label-sample"),
]

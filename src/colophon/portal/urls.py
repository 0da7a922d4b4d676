"""The public addresses (Source: the interface's route table)."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from colophon.portal.views import account, home, keys, produce, unlabelled, verify

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("language", set_language, name="language"),
    path("verify", verify.verify, name="verify"),
    path("verify/examples/<slug:name>", verify.example_file, name="example"),
    path("account", account.account, name="account"),
    path("account/", RedirectView.as_view(pattern_name="portal:account")),
    path("account/content/<uuid:content_id>", account.content, name="content"),
    path("account/content/<uuid:content_id>/file", account.content_file, name="content-file"),
    path(
        "account/content/<uuid:content_id>/original", account.original_file, name="content-original"
    ),
    path("account/content/<uuid:content_id>/unlabelled", unlabelled.version, name="unlabelled"),
    path(
        "account/content/<uuid:content_id>/unlabelled/file",
        unlabelled.version_file,
        name="unlabelled-file",
    ),
    path("account/produce", produce.produce, name="produce"),
    path("account/keys", keys.keys, name="keys"),
    path("account/keys/<int:key_id>/revoke", keys.revoke, name="revoke"),
]

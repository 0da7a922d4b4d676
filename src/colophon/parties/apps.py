"""The room's registration, its grants to the staff roles, and where the signing key lies."""

from __future__ import annotations

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartiesConfig(AppConfig):
    name = "colophon.parties"
    label = "parties"
    verbose_name = _("People and programs")
    default_auto_field = "django.db.models.BigAutoField"

    grants: ClassVar[dict[str, tuple[str, ...]]] = {
        "operator administrator": (
            "add_account",
            "change_account",
            "change_operator",
            "add_apikey",
            "change_apikey",
        ),
    }
    """Permissions of this room's models by role, beside looking."""

    timestamp_url: str
    """An RFC 3161 time-stamping authority for manifests; empty for none."""

    def ready(self) -> None:
        from django.conf import settings
        from django.db.models.signals import post_migrate

        from colophon.parties import roles

        self.timestamp_url = settings.COLOPHON_TSA_URL
        post_migrate.connect(roles.grant, dispatch_uid="colophon.parties.roles")

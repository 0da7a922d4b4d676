"""The room's registration: its grants, its limits, and the job bodies it brings."""

from __future__ import annotations

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContentConfig(AppConfig):
    name = "colophon.content"
    label = "content"
    verbose_name = _("Content")
    default_auto_field = "django.db.models.BigAutoField"

    grants: ClassVar[dict[str, tuple[str, ...]]] = {
        "reviewer": ("change_content",),
        "compliance officer": ("change_content", "add_dutiestext"),
        "operator administrator": ("change_content", "add_dutiestext"),
    }
    """Permissions of this room's models by role, beside looking."""

    largest_upload: int
    """Bytes; a larger submission is refused."""

    def ready(self) -> None:
        from django.conf import settings

        from colophon.content import making, production, recording, release  # noqa: F401  (they register jobs and kinds of events)

        self.largest_upload = settings.COLOPHON_MAX_UPLOAD

"""One row a content: what came in, where it stands, what was written, why it was held."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from colophon.content.states import State


class Content(models.Model):
    """Content on the road. The bytes are blobs; this row holds their hashes."""

    STATES: ClassVar[list[tuple[str, object]]] = [
        (State.RECEIVED.value, _("received")),
        (State.PRODUCING.value, _("producing")),
        (State.LABELLING.value, _("labelling")),
        (State.RELEASED.value, _("released")),
        (State.HELD.value, _("held")),
        (State.WITHDRAWN.value, _("withdrawn")),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(
        "parties.Account",
        on_delete=models.PROTECT,
        related_name="contents",
        verbose_name=_("account"),
        null=True,
        blank=True,
        help_text=_("empty: labelled by the operator's own command"),
    )
    name = models.CharField(_("file name"), max_length=255)
    kind = models.CharField(_("kind"), max_length=16, blank=True)
    medium = models.CharField(_("medium"), max_length=16)
    media_type = models.CharField(_("media type"), max_length=100)
    editor = models.CharField(_("editor"), max_length=32, blank=True)
    instructions = models.JSONField(default=dict, blank=True)
    action = models.CharField(_("action"), max_length=16, default="created")
    explicit = models.CharField(_("explicit label"), max_length=8, default="auto")
    lang = models.CharField(_("language"), max_length=8, default="zh")
    state = models.CharField(
        _("state"),
        max_length=16,
        choices=STATES,
        default=State.RECEIVED.value,
        db_index=True,
    )
    progress = models.PositiveSmallIntegerField(_("progress"), default=0)
    original_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    original_size = models.PositiveBigIntegerField(null=True, blank=True)
    labelled_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    labelled_size = models.PositiveBigIntegerField(null=True, blank=True)
    produce_id = models.CharField(_("produce id"), max_length=200, db_index=True)
    duty = models.JSONField(default=dict, blank=True)
    written = models.JSONField(default=dict, blank=True)
    notes = models.JSONField(default=list, blank=True)
    problem = models.JSONField(null=True, blank=True)
    idempotency_key = models.CharField(max_length=255, blank=True)
    request_sha256 = models.CharField(max_length=64, blank=True)
    created = models.DateTimeField(_("created"), db_index=True)
    released = models.DateTimeField(_("released"), null=True, blank=True)

    class Meta:
        verbose_name = _("content")
        verbose_name_plural = _("contents")
        ordering: ClassVar[list[str]] = ["-created"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "idempotency_key"],
                condition=~models.Q(idempotency_key=""),
                name="content_idempotency_key_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="released")
                | (~models.Q(labelled_sha256="") & models.Q(released__isnull=False)),
                name="content_released_is_labelled",
            ),
            models.CheckConstraint(
                condition=models.Q(progress__lte=100), name="content_progress_percent"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

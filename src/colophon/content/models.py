"""Contents on the road, and their versions without explicit label with the duties accepted."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from colophon.content.kept import KeptForGood, KeptRows
from colophon.content.states import State, VersionState
from colophon.errors import RecordKept
from colophon.store import clock

LONGEST_NAME = 255
LONGEST_RECIPIENT = 200


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
    name = models.CharField(_("file name"), max_length=LONGEST_NAME)
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
    watermark = models.CharField(_("watermark"), max_length=16, blank=True, db_index=True)
    manifest = models.CharField(_("signed manifest"), max_length=200, blank=True, db_index=True)
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


class Fingerprint(models.Model):
    """What a content is known by when all its labels are gone."""

    STEPS: ClassVar[list[tuple[str, object]]] = [
        ("before", _("before labelling")),
        ("after", _("after labelling")),
    ]

    content = models.ForeignKey(
        Content, on_delete=models.CASCADE, related_name="fingerprints", verbose_name=_("content")
    )
    medium = models.CharField(_("medium"), max_length=16)
    step = models.CharField(_("taken"), max_length=8, choices=STEPS)
    data = models.BinaryField(_("fingerprint"))

    class Meta:
        verbose_name = _("fingerprint")
        verbose_name_plural = _("fingerprints")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["content", "step"], name="fingerprint_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.content_id} {self.step}"


class DutiesText(KeptForGood):
    """What a user accepts before a version without explicit label: one row a version and
    language, never changed (triggers refuse, migration 0003).
    """

    LANGS: ClassVar[list[tuple[str, object]]] = [("zh", "中文"), ("en", "English")]

    version = models.PositiveIntegerField(_("version"))
    lang = models.CharField(_("language"), max_length=2, choices=LANGS)
    text = models.TextField(_("text"))
    sha256 = models.CharField("SHA-256", max_length=64)
    shipped = models.BooleanField(_("as shipped"), default=False)
    published = models.DateTimeField(_("published"))

    class Meta:
        verbose_name = _("duties of users")
        verbose_name_plural = _("duties of users")
        ordering: ClassVar[list[str]] = ["-version", "-lang"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "lang"], name="duties_version_once"),
            models.CheckConstraint(
                condition=models.Q(lang__in=["zh", "en"]), name="duties_lang_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.lang}"


class UnlabelledVersion(models.Model):
    """Who accepted which duties and when, and the version that was then made and given.

    Kept until ``keep_until`` (Source: Measures for Labelling Art. 9): triggers refuse to delete
    the row before, and to change who, what and when. ``duties`` is empty for a text that the
    operator named by command; then only its hash is here.
    """

    STATES: ClassVar[list[tuple[str, object]]] = [
        (VersionState.ACCEPTED.value, _("accepted")),
        (VersionState.MADE.value, _("made")),
        (VersionState.HELD.value, _("held")),
    ]

    content = models.ForeignKey(
        Content, on_delete=models.PROTECT, related_name="unlabelled", verbose_name=_("content")
    )
    account = models.ForeignKey(
        "parties.Account",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("account"),
        null=True,
        blank=True,
    )
    recipient = models.CharField(_("recipient"), max_length=LONGEST_RECIPIENT)
    duties = models.ForeignKey(
        DutiesText,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("duties of users"),
        null=True,
        blank=True,
    )
    duties_version = models.PositiveIntegerField(_("version of the duties"), null=True, blank=True)
    duties_sha256 = models.CharField(_("SHA-256 of the duties"), max_length=64)
    accepted = models.DateTimeField(_("accepted"))
    keep_until = models.DateTimeField(_("kept until"), db_index=True)
    state = models.CharField(
        _("state"), max_length=16, choices=STATES, default=VersionState.ACCEPTED.value
    )
    progress = models.PositiveSmallIntegerField(_("progress"), default=0)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    size = models.PositiveBigIntegerField(null=True, blank=True)
    written = models.JSONField(default=dict, blank=True)
    notes = models.JSONField(default=list, blank=True)
    problem = models.JSONField(null=True, blank=True)
    made = models.DateTimeField(_("made"), null=True, blank=True)
    given = models.PositiveIntegerField(_("times given"), default=0)
    last_given = models.DateTimeField(_("last given"), null=True, blank=True)

    objects = KeptRows.as_manager()

    class Meta:
        verbose_name = _("version without explicit label")
        verbose_name_plural = _("versions without explicit label")
        ordering: ClassVar[list[str]] = ["-accepted"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["content", "duties_version"], name="unlabelled_once_a_version"
            ),
            models.CheckConstraint(
                condition=models.Q(keep_until__gt=models.F("accepted")),
                name="unlabelled_is_kept",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="made") | ~models.Q(sha256=""),
                name="unlabelled_made_has_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.content_id} {self.recipient}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Raises RecordKept before the term is over."""
        if self.keep_until > clock.now():
            raise RecordKept(until=self.keep_until.date().isoformat())
        return super().delete(*args, **kwargs)

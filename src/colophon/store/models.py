"""The tables every room stands on: the event log, and jobs with their effects."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from colophon.store.states import State


class Event(models.Model):
    """One entry of the append-only log; triggers refuse any change (migration 0002).

    ``entry`` is the truth and what ``sha256`` is of; the other columns repeat parts of it
    so that they can be searched.
    """

    uuid = models.UUIDField(unique=True, editable=False)
    kind = models.CharField(_("kind of event"), max_length=100)
    subject = models.CharField(_("subject"), max_length=200)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=200)
    entry = models.BinaryField(_("entry"))
    sha256 = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject", "id"], name="event_by_subject"),
            models.Index(fields=["kind", "id"], name="event_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Job(models.Model):
    """One row of the outbox: work promised in an act's own transaction."""

    STATES: ClassVar = [
        (State.QUEUED, _("queued")),
        (State.LEASED, _("running")),
        (State.DONE, _("done")),
        (State.DEAD, _("dead letter")),
        (State.STOPPED, _("stopped")),
    ]

    kind = models.CharField(_("kind of job"), max_length=100)
    key = models.CharField(_("key"), max_length=200, unique=True)
    arguments = models.JSONField(_("arguments"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=State.QUEUED)
    due = models.DateTimeField(_("due"))
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    leased_by = models.CharField(_("held by"), max_length=100, blank=True, default="")
    lease_until = models.DateTimeField(_("held until"), null=True, blank=True)
    handed_over = models.PositiveIntegerField(_("times handed over"), default=0)
    hand_over_at = models.DateTimeField(_("to be handed over at"), null=True, blank=True)
    stop_asked = models.BooleanField(_("asked to stop"), default=False)
    progress = models.FloatField(_("progress"), default=0.0)
    error_code = models.CharField(_("last error"), max_length=100, blank=True, default="")
    error_trace = models.CharField(_("trace"), max_length=16, blank=True, default="")
    created = models.DateTimeField(_("created"))
    finished = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due", "id"], name="job_queued", condition=Q(state="queued")),
            models.Index(fields=["lease_until"], name="job_leased", condition=Q(state="leased")),
            models.Index(fields=["state", "kind"], name="job_by_state"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="job_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="leased", lease_until__isnull=False)
                | (~Q(state="leased") & Q(lease_until__isnull=True)),
                name="job_leased_has_term",
            ),
            models.CheckConstraint(
                condition=Q(progress__gte=0.0) & Q(progress__lte=1.0), name="job_progress_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class JobEffect(models.Model):
    """The mark that one step of one job has taken effect, written with the effect itself."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="effects")
    step = models.CharField(max_length=100)
    result = models.JSONField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["job", "step"], name="effect_once"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.step}"

"""Staff pages: jobs with their dead letters, and the event log to read."""

from __future__ import annotations

import json

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from colophon.errors import JobNotInState, Lang
from colophon.store import clock, events, jobs
from colophon.store.models import Event, Job
from colophon.store.states import Step, states_before


class ReadOnly(ModelAdmin):
    """A table that pages show and acts change."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        return False


@admin.register(Job)
class JobAdmin(ReadOnly):
    list_display = ("id", "kind", "state", "attempts", "due", "error_code", "progress_shown")
    list_filter = ("state", "kind")
    search_fields = ("key", "error_code", "error_trace")
    actions = ("retry", "stop")
    list_per_page = 50

    @admin.display(description=_("progress"))
    def progress_shown(self, job: Job) -> str:
        return f"{job.progress:.0%}"

    @admin.action(description=_("Retry the chosen jobs"), permissions=["manage"])
    def retry(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        done = 0
        for job in chosen.filter(state__in=states_before(Step.RETRY)):
            jobs.retry(job, by=_actor(request), now=clock.now())
            done += 1
        self._tell(request, done, chosen.count())

    @admin.action(description=_("Stop the chosen jobs"), permissions=["manage"])
    def stop(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        done = 0
        for job in chosen.filter(state__in=states_before(Step.STOP)):
            try:
                jobs.cancel(job, by=_actor(request), now=clock.now())
                done += 1
            except JobNotInState:
                # It ended between the page and the click; the count says so.
                continue
        self._tell(request, done, chosen.count())

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Whether this person may retry and stop jobs."""
        return bool(request.user.has_perm("store.change_job"))

    def _tell(self, request: HttpRequest, done: int, chosen: int) -> None:
        text = ngettext("%(done)d of %(chosen)d job.", "%(done)d of %(chosen)d jobs.", chosen)
        level = messages.SUCCESS if done == chosen else messages.WARNING
        self.message_user(request, text % {"done": done, "chosen": chosen}, level)


@admin.register(Event)
class EventAdmin(ReadOnly):
    list_display = ("id", "at", "kind_shown", "subject", "by")
    list_filter = ("kind",)
    search_fields = ("subject", "by", "sha256")
    date_hierarchy = "at"
    list_per_page = 50
    fields = ("kind_shown", "subject", "at", "by", "sha256", "entry_shown")
    readonly_fields = fields

    @admin.display(description=_("kind"), ordering="kind")
    def kind_shown(self, event: Event) -> str:
        words = events.kinds().get(event.kind)
        return f"{words[_lang()]} ({event.kind})" if words else event.kind

    @admin.display(description=_("entry"))
    def entry_shown(self, event: Event) -> str:
        shown = json.dumps(json.loads(bytes(event.entry)), ensure_ascii=False, indent=2)
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', shown)


def _lang() -> Lang:
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def _actor(request: HttpRequest) -> str:
    """The pseudonym that events know a signed-in account by."""
    return f"account:{getattr(request.user, 'number', request.user.pk)}"

"""Staff pages: contents with their state and held ones to be tried again; versions without
explicit label with the duties accepted, and the duties' text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import CharField, ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from colophon import terms
from colophon.content import duties, submission
from colophon.content.models import Content, DutiesText, UnlabelledVersion
from colophon.content.states import State
from colophon.errors import Lang
from colophon.store import clock
from colophon.store.admin import ReadOnly


@admin.register(Content)
class ContentAdmin(ReadOnly):
    """Contents are shown here and changed by acts only."""

    list_display = (
        *("number", "state", "medium_shown", "kind_shown", "problem_code"),
        *("account_shown", "created"),
    )
    list_filter = ("state", "medium", "kind", "editor")
    search_fields = ("id", "produce_id", "labelled_sha256", "original_sha256", "account__number")
    date_hierarchy = "created"
    list_per_page = 50
    list_select_related = ("account",)
    actions = ("try_again",)
    fields = (
        *("id", "state", "name", "medium_shown", "media_type", "kind_shown", "action_shown"),
        *("editor", "explicit_shown"),
        *("account", "created", "released", "problem_shown", "file", "produce_id"),
        *("original_sha256", "labelled_sha256", "duty_shown", "written_shown"),
    )
    readonly_fields = fields

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether this person may send held contents on."""
        return bool(request.user.has_perm("content.change_content"))

    @admin.action(description=_("Try the chosen held contents again"), permissions=["decide"])
    def try_again(self, request: HttpRequest, chosen: QuerySet[Content]) -> None:
        count = 0
        by = f"account:{getattr(request.user, 'number', '')}"
        for content in chosen.filter(state=State.HELD):
            submission.again(content, by=by, now=clock.now())
            count += 1
        text = ngettext("%(count)d content queued.", "%(count)d contents queued.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    @admin.display(description=_("number"), ordering="id")
    def number(self, content: Content) -> str:
        return f"{str(content.id)[:8]}…"

    @admin.display(description=_("account"))
    def account_shown(self, content: Content) -> str:
        return f"{str(content.account)[:8]}…" if content.account_id else "–"

    @admin.display(description=_("medium"), ordering="medium")
    def medium_shown(self, content: Content) -> str:
        return _word(terms.MEDIA, content.medium)

    @admin.display(description=_("kind"), ordering="kind")
    def kind_shown(self, content: Content) -> str:
        return _word(terms.KINDS, content.kind)

    @admin.display(description=_("action"))
    def action_shown(self, content: Content) -> str:
        return _word(terms.ACTIONS, content.action)

    @admin.display(description=_("explicit label"))
    def explicit_shown(self, content: Content) -> str:
        words = {"auto": _("as the duty asks"), "on": _("put on"), "off": _("not wanted")}
        return str(words.get(content.explicit, content.explicit))

    @admin.display(description=_("problem"))
    def problem_code(self, content: Content) -> str:
        return content.problem["code"] if content.problem else ""

    @admin.display(description=_("problem"))
    def problem_shown(self, content: Content) -> str:
        return _told(content.problem)

    @admin.display(description=_("file"))
    def file(self, content: Content) -> str:
        if content.state != State.RELEASED or content.account_id is None:
            return "–"
        return format_html('<a href="/api/content/{}/file">{}</a>', content.id, content.name)

    @admin.display(description=_("duty"))
    def duty_shown(self, content: Content) -> str:
        return _json(content.duty)

    @admin.display(description=_("written"))
    def written_shown(self, content: Content) -> str:
        return _json(content.written)


@admin.register(UnlabelledVersion)
class UnlabelledVersionAdmin(ReadOnly):
    """The record the law asks for: who accepted which text when, and what was then given."""

    list_display = (
        *("number", "recipient_shown", "accepted", "duties_version", "state", "given"),
        "keep_until",
    )
    list_filter = ("state", "duties_version")
    search_fields = ("content__id", "recipient", "sha256", "duties_sha256")
    date_hierarchy = "accepted"
    list_per_page = 50
    list_select_related = ("content",)
    fields = (
        *("content", "recipient", "accepted", "keep_until", "duties_version", "duties_sha256"),
        *("duties_shown", "state", "problem_shown", "made", "sha256", "size"),
        *("given", "last_given", "written_shown"),
    )
    readonly_fields = fields

    @admin.display(description=_("content"), ordering="content_id")
    def number(self, version: UnlabelledVersion) -> str:
        return f"{str(version.content_id)[:8]}…"

    @admin.display(description=_("recipient"), ordering="recipient")
    def recipient_shown(self, version: UnlabelledVersion) -> str:
        return _short(version.recipient.removeprefix("account:"))

    @admin.display(description=_("duties of users"))
    def duties_shown(self, version: UnlabelledVersion) -> str:
        if version.duties is None:
            return str(_("a text that the operator keeps"))
        return _plain(version.duties.text)

    @admin.display(description=_("problem"))
    def problem_shown(self, version: UnlabelledVersion) -> str:
        return _told(version.problem)

    @admin.display(description=_("written"))
    def written_shown(self, version: UnlabelledVersion) -> str:
        return _json(version.written)


def _page() -> UnfoldAdminTextareaWidget:
    return UnfoldAdminTextareaWidget(attrs={"rows": 18})


class DutiesForm(ModelForm):
    """The text in both languages; each time it is published it is a new version."""

    zh = CharField(label="中文", max_length=duties.LONGEST, widget=_page())
    en = CharField(label="English", max_length=duties.LONGEST, widget=_page())

    class Meta:
        model = DutiesText
        fields = ()


@admin.register(DutiesText)
class DutiesTextAdmin(ReadOnly):
    """What users accept; a new text asks everybody again, the old ones stay as they were."""

    form = DutiesForm
    list_display = ("version", "lang", "published", "shipped", "sha256")
    list_filter = ("lang",)
    readonly_fields = ("version", "lang", "published", "shipped", "sha256", "text_shown")

    @admin.display(description=_("text"))
    def text_shown(self, row: DutiesText) -> str:
        return _plain(row.text)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who was granted it publishes a text."""
        return bool(request.user.has_perm("content.add_dutiestext"))

    def get_fields(self, request: HttpRequest, obj: DutiesText | None = None) -> tuple[str, ...]:
        """A new text is written, a published one shown."""
        del request
        return ("zh", "en") if obj is None else self.readonly_fields

    def get_readonly_fields(
        self, request: HttpRequest, obj: DutiesText | None = None
    ) -> tuple[str, ...]:
        del request
        return () if obj is None else self.readonly_fields

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The text that stands, to be worked on."""
        del request
        texts = duties.current().texts
        return {"zh": texts["zh"], "en": texts["en"]}

    def save_model(
        self, request: HttpRequest, obj: DutiesText, form: ModelForm, change: bool
    ) -> None:
        """One call to the act; the form's own saving is left out."""
        del change
        words = form.cleaned_data
        by = f"account:{getattr(request.user, 'number', '')}"
        found = duties.publish(words["zh"], words["en"], by=by, now=clock.now())
        row = duties.row_of(found, "zh")
        obj.pk, obj.version, obj.lang = row.pk, row.version, row.lang


def _short(number: str) -> str:
    return f"{number[:8]}…" if len(number) > len("12345678…") else number


def _told(problem: Mapping[str, Any] | None) -> str:
    """Why something is held, in the page's language."""
    if not problem:
        return "–"
    lang = _lang()
    return f"{problem['code']}: {problem['cause'][lang]} {problem['remedy'][lang]}"


def _plain(text: str) -> str:
    return format_html('<div class="whitespace-pre-wrap">{}</div>', text)


def _lang() -> Lang:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _word(words: Mapping[str, tuple[str, str]], key: str) -> str:
    return words[key][0 if _lang() == "zh" else 1] if key in words else key or "–"


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return format_html('<pre class="whitespace-pre-wrap">{}</pre>', text)

"""Staff pages: contents with their state, and held ones to be tried again."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from colophon import terms
from colophon.content import submission
from colophon.content.models import Content
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
        if not content.problem:
            return "–"
        lang = _lang()
        problem = content.problem
        return f"{problem['code']}: {problem['cause'][lang]} {problem['remedy'][lang]}"

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


def _lang() -> Lang:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _word(words: Mapping[str, tuple[str, str]], key: str) -> str:
    return words[key][0 if _lang() == "zh" else 1] if key in words else key or "–"


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return format_html('<pre class="whitespace-pre-wrap">{}</pre>', text)

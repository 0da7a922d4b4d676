"""Tags the public pages use: the operator in the footer, grouped hashes, sizes, languages."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from colophon.parties import operator as operators
from colophon.portal.wording import clause_words, page_lang

register = template.Library()
GROUP = 4


@register.simple_tag(name="operator")
def operator_tag() -> operators.Operator | None:
    """Who runs this service; None before the profile is written."""
    return operators.find()


@register.filter
def grouped(code: str) -> SafeString:
    """A hash in groups of four, copied as one word."""
    groups = [code[at : at + GROUP] for at in range(0, len(code), GROUP)]
    return format_html(
        '<span class="hash" data-copy="{}">{}</span>',
        code,
        format_html_join(" ", "{}", ((group,) for group in groups)),
    )


@register.filter
def words_in(pair: dict[str, str]) -> str:
    """The sentence of ``{"zh": …, "en": …}`` in the active language."""
    return pair.get(page_lang()) or next(iter(pair.values()), "")


@register.filter
def middle(height: int) -> int:
    """Where a bar of ``height`` begins so that it stands in the middle of 96."""
    return (96 - height) // 2


@register.filter
def cited(clause: str | None) -> str:
    """A clause id as the law names it in the page's language."""
    return clause_words(clause)

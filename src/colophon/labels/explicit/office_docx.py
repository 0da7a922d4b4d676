"""Words at the start or the end of a Word document: a paragraph of its own in the body.

Source: GB 45438-2025 5.1; ECMA-376 part 1, 17.3.1 and 17.3.2 (order of properties).
"""

from __future__ import annotations

from colophon.errors import MalformedFile
from colophon.labels.carriers.stale_labels import Change
from colophon.labels.explicit.office_package import Package, first_tag, tags, xml_words
from colophon.labels.explicit.office_style import (
    CHINESE_FONT,
    INK,
    LATIN_FONT,
    PAPER,
    POINTS,
)

_CLOSINGS = ("p", "tbl", "sdt", "bookmarkEnd", "customXml")


def label(package: Package, text: str, place: str) -> tuple[str, float | None]:
    """Puts the paragraph in; where it stands."""
    name = package.main_part()
    file = package.text(name)
    body = first_tag(file.text, "body", name)
    paragraph = _paragraph(text, body.prefix)
    at = body.end if place == "start" else _end(file.text, name)
    package.change(name, file, [Change(at, at, paragraph)])
    return place, None


def _end(text: str, name: str) -> int:
    """Before the section properties that close the body."""
    close = next((tag for tag in tags(text, "body") if tag.closing), None)
    if close is None:
        raise MalformedFile(detail=f"the body of {name} is not closed")
    section = text.rfind(f"<{close.prefix}sectPr", 0, close.start)
    last = max(text.rfind(f"</{close.prefix}{word}>", 0, close.start) for word in _CLOSINGS)
    empty = text.rfind(f"<{close.prefix}p/>", 0, close.start)
    return section if section > max(last, empty) else close.start


def _paragraph(text: str, w: str) -> str:
    side = f'{w}val="single" {w}sz="4" {w}space="4" {w}color="6B6558"'
    border = "".join(f"<{w}{edge} {side}/>" for edge in ("top", "left", "bottom", "right"))
    size = POINTS * 2
    return (
        f"<{w}p><{w}pPr><{w}pBdr>{border}</{w}pBdr>"
        f'<{w}shd {w}val="clear" {w}color="auto" {w}fill="{PAPER}"/>'
        f'<{w}spacing {w}before="0" {w}after="160"/></{w}pPr><{w}r><{w}rPr>'
        f'<{w}rFonts {w}ascii="{LATIN_FONT}" {w}hAnsi="{LATIN_FONT}" '
        f'{w}eastAsia="{CHINESE_FONT}" {w}hint="eastAsia"/><{w}color {w}val="{INK}"/>'
        f'<{w}sz {w}val="{size}"/><{w}szCs {w}val="{size}"/></{w}rPr>'
        f'<{w}t xml:space="preserve">{xml_words(text)}</{w}t></{w}r></{w}p>'
    )

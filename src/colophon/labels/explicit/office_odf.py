"""Words in OpenDocument: a paragraph in a text, a table of its own in a spreadsheet, a box on
the first page of slides and drawings.

Source: GB 45438-2025 5.1; OASIS OpenDocument 1.3 part 3 (order of elements in 3.4 to 3.7, 10.2).
"""

from __future__ import annotations

import re

from colophon.errors import ExplicitUnsupported, MalformedFile
from colophon.labels.carriers import odf
from colophon.labels.carriers.stale_labels import Change
from colophon.labels.explicit.office_package import Package, Tag, first_tag, tags, xml_words
from colophon.labels.explicit.office_style import (
    CAP_HEIGHT,
    CHINESE_FONT,
    CORNERS,
    INK,
    LATIN_FONT,
    PAPER,
    POINTS,
    ems,
)
from colophon.provisions import parameters

CONTENT = "content.xml"
_STYLE = "AigcLabel"
_SPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_BEFORE_WORDS = (
    "forms", "tracked-changes", "variable-decls", "sequence-decls", "user-field-decls",
    "dde-connection-decls", "alphabetical-index-auto-mark-file", "calculation-settings",
    "content-validations", "label-ranges",
)  # fmt: skip
_SPACES = re.compile(r"\s*")
_LENGTH = re.compile(r"""\bfo:page-(width|height)=["'](\d{1,6}(?:\.\d{1,9})?)(cm|mm|in|pt)["']""")
_INCHES = {"cm": 1 / 2.54, "mm": 1 / 25.4, "in": 1.0, "pt": 1 / 72}
_USUAL = 11.02, 8.27
_SPARE = 1.04


def label(package: Package, text: str, place: str) -> tuple[str, float | None]:
    """Puts the words in, by the kind of body the document has."""
    odf.check_readable(package.source, package.directory)
    file = package.text(CONTENT)
    body = first_tag(file.text, "body", CONTENT)
    kind = next((tag for tag in tags(file.text, *_BODIES, start=body.end) if not tag.closing), None)
    if kind is None or kind.empty:
        raise ExplicitUnsupported(media_type="application/vnd.oasis.opendocument")
    name = re.split(r"[\s/>]", file.text[kind.start + 1 + len(kind.prefix) : kind.end])[0]
    changes, where, ratio = _BODIES[name](package, file.text, kind, text, place)
    package.change(CONTENT, file, changes)
    return where, ratio


_Made = tuple[list[Change], str, float | None]


def _text(_package: Package, content: str, kind: Tag, text: str, place: str) -> _Made:
    at = _first_place(content, kind) if place == "start" else _closing(content, kind, "text")
    style = (
        f'<style:paragraph-properties fo:background-color="#{PAPER}" '
        'fo:border="0.5pt solid #6B6558" fo:padding="0.05in" fo:margin-bottom="0.1in"/>'
        f"{_type(POINTS)}"
    )
    words = _paragraph(text)
    return [_styled(content, "paragraph", style), Change(at, at, words)], place, None


def _paragraph(text: str) -> str:
    return (
        f'<text:p xmlns:text="{_SPACE}text:1.0" text:style-name="{_STYLE}">{xml_words(text)}'
        "</text:p>"
    )


def _spreadsheet(_package: Package, content: str, kind: Tag, text: str, place: str) -> _Made:
    """Tables have names, not numbers: nothing else changes."""
    table = (
        f'<table:table xmlns:table="{_SPACE}table:1.0" xmlns:office="{_SPACE}office:1.0" '
        f'table:name="{xml_words(text)}"><table:table-column/><table:table-row><table:table-cell '
        f'office:value-type="string">{_paragraph(text)}</table:table-cell></table:table-row>'
        "</table:table>"
    )
    at = _first_place(content, kind)
    if place != "start":
        closings = [tag for tag in tags(content, "table", start=kind.end) if tag.closing]
        at = closings[-1].end if closings else at
    style = _type(POINTS)
    return [_styled(content, "paragraph", style), Change(at, at, table)], place, None


def _pages(package: Package, content: str, kind: Tag, text: str, place: str) -> _Made:
    size = _page_size(package)
    opened = [tag for tag in tags(content, "page", start=kind.end) if not tag.closing]
    if not opened:
        raise MalformedFile(detail="no page")
    page = opened[-1] if place == "end" else opened[0]
    corner = place if place in CORNERS else "top-right"
    points, box = _box(text, size, corner)
    style = (
        f'<style:graphic-properties draw:fill="solid" draw:fill-color="#{PAPER}" '
        'draw:stroke="solid" svg:stroke-color="#6B6558" fo:padding="0in" '
        'draw:textarea-vertical-align="middle" draw:textarea-horizontal-align="center"/>'
        f"{_type(points)}"
    )
    left, top, wide, high = (f"{one:.3f}in" for one in box)
    frame = (
        f'<draw:frame xmlns:draw="{_SPACE}drawing:1.0" xmlns:svg="{_SPACE}svg-compatible:1.0" '
        f'draw:style-name="{_STYLE}" svg:x="{left}" svg:y="{top}" svg:width="{wide}" '
        f'svg:height="{high}"><draw:text-box>{_span(text)}</draw:text-box></draw:frame>'
    )
    ratio = round(points / 72 * CAP_HEIGHT / min(size), 4)
    return [_styled(content, "graphic", style), _in_page(content, page, frame)], corner, ratio


def _in_page(content: str, page: Tag, frame: str) -> Change:
    """Behind the page's shapes, before its notes and its animation."""
    if page.empty:
        opening = content[page.start : page.end - 2].rstrip()
        return Change(page.start, page.end, f"{opening}>{frame}</{page.prefix}page>")
    ending = next(tags(content, "page", "notes", "par", "seq", start=page.end), None)
    if ending is None:
        raise MalformedFile(detail="a page does not end")
    return Change(ending.start, ending.start, frame)


def _span(text: str) -> str:
    return f'<text:p xmlns:text="{_SPACE}text:1.0">{xml_words(text)}</text:p>'


def _box(
    text: str, size: tuple[float, float], corner: str
) -> tuple[float, tuple[float, float, float, float]]:
    """Points of the type; left, top, width and height in inches."""
    em = min(size) * parameters.number("explicit.image.min_height_ratio") * _SPARE / CAP_HEIGHT
    wide = (ems(text) + 1) * em
    if wide > size[0] * 0.96:
        em, wide = em * size[0] * 0.96 / wide, size[0] * 0.96
    high, margin = em * 1.8, min(em * 0.4, (size[0] - wide) / 2)
    left = margin if corner.endswith("left") else size[0] - wide - margin
    top = margin if corner.startswith("top") else size[1] - high - margin
    return round(em * 72, 1), (left, max(0.0, top), wide, high)


def _page_size(package: Package) -> tuple[float, float]:
    """Width and height in inches of the page layouts, the last of which slides use."""
    if package.directory.get("styles.xml") is None:
        return _USUAL
    sides = {
        side: float(number) * _INCHES[unit]
        for side, number, unit in _LENGTH.findall(package.text("styles.xml").text)
    }
    if min(sides.get("width", 0), sides.get("height", 0)) <= 0:
        return _USUAL
    return sides["width"], sides["height"]


def _type(points: float) -> str:
    return (
        f'<style:text-properties fo:color="#{INK}" fo:font-size="{points}pt" '
        f'fo:font-family="{LATIN_FONT}" style:font-size-asian="{points}pt" '
        f'style:font-family-asian="{CHINESE_FONT}"/>'
    )


def _styled(content: str, family: str, properties: str) -> Change:
    """The label's style among the automatic ones, which are made where there are none."""
    spaces = "".join(
        f' xmlns:{prefix}="{_SPACE}{word}:1.0"'
        for prefix, word in (
            ("style", "style"),
            ("fo", "xsl-fo-compatible"),
            ("draw", "drawing"),
            ("svg", "svg-compatible"),
        )
    )
    style = (
        f'<style:style{spaces} style:name="{_STYLE}" style:family="{family}">{properties}'
        "</style:style>"
    )
    styles = next(iter(tags(content, "automatic-styles")), None)
    if styles is None:
        body = first_tag(content, "body", CONTENT)
        at, prefix = body.start, body.prefix
        made = f"<{prefix}automatic-styles>{style}</{prefix}automatic-styles>"
        return Change(at, at, made)
    if styles.empty:
        name = f"{styles.prefix}automatic-styles"
        return Change(styles.start, styles.end, f"<{name}>{style}</{name}>")
    return Change(styles.end, styles.end, style)


def _first_place(content: str, kind: Tag) -> int:
    """Behind the declarations that come before the words."""
    at = kind.end
    while True:
        spaces = _SPACES.match(content, at)
        begin = spaces.end() if spaces else at
        tag = next(iter(tags(content[begin : begin + 65_536], *_BEFORE_WORDS)), None)
        if tag is None or tag.start or tag.closing:
            return at
        at = begin + tag.end if tag.empty else _closed(content, begin, tag)


def _closed(content: str, begin: int, tag: Tag) -> int:
    name = re.split(r"[\s/>]", content[begin + 1 : begin + tag.end])[0]
    ending = f"</{name}>"
    at = content.find(ending, begin)
    if at < 0:
        raise MalformedFile(detail=f"{name} does not end")
    return at + len(ending)


def _closing(content: str, kind: Tag, name: str) -> int:
    at = content.rfind(f"</{kind.prefix}{name}>")
    if at < kind.end:
        raise MalformedFile(detail=f"{name} does not end")
    return at


_BODIES = {
    "text": _text,
    "spreadsheet": _spreadsheet,
    "presentation": _pages,
    "drawing": _pages,
}

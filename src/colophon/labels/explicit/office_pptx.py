"""Words on the first or the last slide that is shown: a box on top, at an edge.

Source: GB 45438-2025 5.1; ECMA-376 part 1, 19.3.1 (slides) and 20.1 (drawing). The words are as
high as the standard asks of pictures: a slide is looked at as one.
"""

from __future__ import annotations

import re

from colophon.errors import MalformedFile
from colophon.labels.carriers.stale_labels import Change
from colophon.labels.explicit.office_package import Package, Tag, tags, xml_words
from colophon.labels.explicit.office_style import (
    CAP_HEIGHT,
    CHINESE_FONT,
    CORNERS,
    INK,
    LATIN_FONT,
    PAPER,
    ems,
)
from colophon.provisions import parameters

_POINT = 12_700
"""English Metric Units in a point."""
_SPARE = 1.04
_PAD_SIDE, _PAD_TOP, _MARGIN = 0.5, 0.25, 0.4
"""Around the words and beside the box, in units of the type's size."""
_WIDEST = 0.96
_USUAL = 9_144_000, 6_858_000
_MOST_SLIDES = 2_000
_NUMBER = re.compile(r'\bid="(\d{1,9})"')
_HIDDEN = re.compile(r"""\bshow=["'](?:0|false)["']""")
_SIZE = re.compile(r"""\bc([xy])=["'](\d{1,9})["']""")
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_STRICT_DRAWING = "http://purl.oclc.org/ooxml/drawingml/main"


def label(package: Package, text: str, place: str) -> tuple[str, float | None]:
    """Puts the box on; where, and the height of its capitals beside the shortest side."""
    main = package.main_part()
    size = _slide_size(package, main)
    name = (shown_slides(package, last=place == "end") or [""])[0]
    if not name:
        raise MalformedFile(detail="no slide that is shown")
    file = package.text(name)
    tree = [tag for tag in tags(file.text, "spTree") if tag.closing]
    if not tree:
        raise MalformedFile(detail=f"the shapes of {name} do not end")
    corner = place if place in CORNERS else "top-right"
    points, box = _box(text, size, corner)
    strict = _STRICT_DRAWING in file.text[:4096]
    shape = _shape(text, tree[-1].prefix, box, points, _next_id(file.text), strict=strict)
    at = _before_extensions(file.text, tree[-1])
    package.change(name, file, [Change(at, at, shape)])
    return corner, round(points * _POINT * CAP_HEIGHT / min(size), 4)


def shown_slides(package: Package, *, last: bool = False, most: int = 1) -> list[str]:
    """The first slides that are shown, or from the end the last ones."""
    main = package.main_part()
    part = package.xml(main)
    known = {one.id: one.target for one in package.relations(main)}
    ids = [part.attribute(one, "id", qualified=True) for one in part.below("sldIdLst", "sldId")]
    found: list[str] = []
    for relation in (ids[::-1] if last else ids)[:_MOST_SLIDES]:
        name = known.get(relation or "", "")
        if package.directory.get(name) is None:
            continue
        root = next((tag for tag in tags(package.text(name).text, "sld") if not tag.closing), None)
        if root is not None and not _HIDDEN.search(root.attributes):
            found.append(name)
        if len(found) >= most:
            break
    return found


def _slide_size(package: Package, main: str) -> tuple[int, int]:
    tag = next(iter(tags(package.text(main).text, "sldSz")), None)
    sides = {axis: int(words) for axis, words in _SIZE.findall(tag.attributes)} if tag else {}
    if min(sides.get("x", 0), sides.get("y", 0)) <= 0:
        return _USUAL
    return sides["x"], sides["y"]


def _box(text: str, size: tuple[int, int], corner: str) -> tuple[float, tuple[int, int, int, int]]:
    """Points of the type, and left, top, width and height of the box."""
    least = parameters.number("explicit.image.min_height_ratio") * _SPARE
    em = min(size) * least / CAP_HEIGHT
    wide = (ems(text) + 2 * _PAD_SIDE) * em
    if wide > size[0] * _WIDEST:
        em *= size[0] * _WIDEST / wide
        wide = size[0] * _WIDEST
    points = int(em / _POINT * 100) / 100
    high = em * (1.3 + 2 * _PAD_TOP)
    margin = min(em * _MARGIN, (size[0] - wide) / 2)
    left = margin if corner.endswith("left") else size[0] - wide - margin
    top = margin if corner.startswith("top") else size[1] - high - margin
    return points, (round(left), round(max(0, top)), round(wide), round(high))


def _before_extensions(text: str, close: Tag) -> int:
    """Shapes come before the extensions that end the tree."""
    ending = f"</{close.prefix}extLst>"
    if text[: close.start].rstrip().endswith(ending):
        begin = text.rfind(f"<{close.prefix}extLst", 0, close.start)
        return begin if begin >= 0 else close.start
    return close.start


def _next_id(text: str) -> int:
    found = [_NUMBER.search(tag.attributes) for tag in tags(text, "cNvPr")]
    return max((int(one[1]) for one in found if one), default=1) + 1


def _shape(
    text: str, p: str, box: tuple[int, int, int, int], points: float, number: int, *, strict: bool
) -> str:
    left, top, wide, high = box
    space = _STRICT_DRAWING if strict else _DRAWING
    fill = '<a:solidFill><a:srgbClr val="{}"/></a:solidFill>'
    return (
        f'<{p}sp xmlns:a="{space}"><{p}nvSpPr><{p}cNvPr id="{number}" name="AIGC {number}"/>'
        f'<{p}cNvSpPr txBox="1"/><{p}nvPr/></{p}nvSpPr><{p}spPr><a:xfrm>'
        f'<a:off x="{left}" y="{top}"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>{fill.format(PAPER)}'
        f'<a:ln w="6350">{fill.format("6B6558")}</a:ln></{p}spPr><{p}txBody>'
        '<a:bodyPr wrap="none" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"><a:noAutofit/>'
        '</a:bodyPr><a:lstStyle/><a:p><a:pPr marL="0" indent="0" algn="ctr"><a:buNone/></a:pPr>'
        f'<a:r><a:rPr lang="zh-CN" sz="{round(points * 100)}">{fill.format(INK)}'
        f'<a:latin typeface="{LATIN_FONT}"/><a:ea typeface="{CHINESE_FONT}"/></a:rPr>'
        f"<a:t>{xml_words(text)}</a:t></a:r></a:p></{p}txBody></{p}sp>"
    )

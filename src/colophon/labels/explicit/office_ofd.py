"""Words on the first or the last page of an OFD document, on a layer of their own.

Source: GB 45438-2025 5.1; GB/T 33190-2016 7.5 (document), 7.7 (page), 7.9 (resources), 11.3 (text
objects). Lengths are millimetres; the font is named and not embedded, as in electronic invoices.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from colophon.errors import MalformedFile, SignedFile
from colophon.labels.carriers.stale_labels import Change
from colophon.labels.carriers.xml_part import XmlPart
from colophon.labels.explicit.office_package import Package, tags, xml_words
from colophon.labels.explicit.office_style import CAP_HEIGHT, CORNERS, INK, PAPER, ems
from colophon.labels.tolerant.xml_spans import Element, local_of

_ROOT = "OFD.xml"
_FONT = "宋体"
_SPACE = "http://www.ofdspec.org/2016"
_USUAL = (210.0, 297.0)
_INK_SHARE, _LEAST_INK = 0.018, 2.8
"""Height of a capital beside the page's shortest side; and the least, in millimetres."""
_NUMBER = re.compile(r"\d{1,9}")
_LENGTH = re.compile(r"-?\d{1,6}(?:\.\d{1,9})?")
_BEFORE_RESOURCES = ("MaxUnitID", "PageArea")
_BEFORE_CONTENT = ("Template", "PageRes", "Area")


@dataclass(frozen=True, slots=True)
class _Document:
    """The document part, and the name of the page part."""

    name: str
    part: XmlPart
    page: str


def label(package: Package, text: str, place: str) -> tuple[str, float | None]:
    """Puts the words on; where, and the height of a capital beside the shortest side."""
    if package.xml(_ROOT).below("DocBody", "Signatures"):
        raise SignedFile
    document = _document(package, last=place == "end")
    size = _page_size(package, document)
    corner = place if place in CORNERS else "top-right"
    first = _highest(package, document) + 1
    font, layer, plate, words = range(first, first + 4)
    changes = [_raised(document.part, words), *_with_font(package, document, font)]
    package.changed[document.name] = document.part.edited(changes)
    file = package.text(document.page)
    ink = max(_LEAST_INK, _INK_SHARE * min(size))
    em = min(ink / CAP_HEIGHT, size[0] * 0.9 / (ems(text) + 1))
    box = _box(text, size, corner, em)
    objects = _objects(text, box, em, (font, plate, words), _prefix(file.text))
    package.change(document.page, file, [_on_top(file.text, layer, objects, document.page)])
    return corner, round(em * CAP_HEIGHT / min(size), 4)


def pages(package: Package) -> list[str]:
    """The parts of the pages in order. Raises MalformedFile where there is none."""
    name = _document_name(package)
    return _pages(package, name, package.xml(name))


def _document_name(package: Package) -> str:
    root = package.xml(_ROOT)
    found = root.below("DocBody", "DocRoot")
    if not found:
        raise MalformedFile(detail=f"{_ROOT} names no document")
    return _resolved("", root.text(found[0]).strip())


def _document(package: Package, *, last: bool) -> _Document:
    name = _document_name(package)
    part = package.xml(name)
    return _Document(name, part, _pages(package, name, part)[-1 if last else 0])


def _pages(package: Package, name: str, part: XmlPart) -> list[str]:
    found = [
        _resolved(posixpath.dirname(name), part.attribute(one, "BaseLoc") or "")
        for one in part.below("Pages", "Page")
    ]
    found = [one for one in found if one in package.directory.names]
    if not found:
        raise MalformedFile(detail="a document without pages")
    return found


def _resolved(base: str, place: str) -> str:
    return posixpath.normpath(posixpath.join("/", base, place)).lstrip("/")


def _page_size(package: Package, document: _Document) -> tuple[float, float]:
    """Width and height: the page's own, or those of all pages."""
    text = package.text(document.page).text
    own = next((tag for tag in tags(text, "PhysicalBox") if not tag.closing), None)
    words = text[own.end : text.find("<", own.end)] if own else ""
    if not words:
        common = document.part.below("CommonData", "PageArea", "PhysicalBox")
        words = document.part.text(common[0]) if common else ""
    numbers = [float(one) for one in _LENGTH.findall(words)]
    if len(numbers) != 4 or min(numbers[2:]) <= 0:
        return _USUAL
    return numbers[2], numbers[3]


def _highest(package: Package, document: _Document) -> int:
    """The highest number in use, as the document says or as its page shows."""
    said = document.part.below("CommonData", "MaxUnitID")
    words = document.part.text(said[0]).strip() if said else ""
    highest = int(words) if _NUMBER.fullmatch(words) else 0
    text = package.text(document.page).text
    used = re.findall(r"""\bID=["'](\d{1,9})["']""", text)
    return max([highest, *map(int, used)])


def _raised(part: XmlPart, number: int) -> Change:
    found = part.below("CommonData", "MaxUnitID")
    if not found or found[0].empty:
        raise MalformedFile(detail="a document without MaxUnitID")
    return Change(found[0].inner_start, found[0].inner_end, str(number))


def _with_font(package: Package, document: _Document, number: int) -> list[Change]:
    """The font among the public resources; what that changes in the document itself."""
    part, folder = document.part, posixpath.dirname(document.name)
    common = part.below("CommonData")[0]
    known = part.children(common, "PublicRes")
    prefix = part.same_prefix(common)
    if known:
        name = _resolved(folder, part.text(known[0]).strip())
        resources = package.xml(name)
        package.changed[name] = resources.edited([_font_added(resources, number)])
        return []
    name = posixpath.join(folder, "AigcRes.xml")
    if name in package.directory.names:
        raise MalformedFile(detail=f"{name} is there and not used")
    package.changed[name] = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ofd:Res xmlns:ofd="{_SPACE}" BaseLoc="Res">'
        f"<ofd:Fonts>{_font('ofd:', number)}</ofd:Fonts></ofd:Res>"
    ).encode("ascii")
    before = [one for one in part.children(common) if local_of(one.name) in _BEFORE_RESOURCES]
    at = before[-1].end if before else common.inner_start
    return [Change(at, at, f"<{prefix}PublicRes>AigcRes.xml</{prefix}PublicRes>")]


def _font_added(resources: XmlPart, number: int) -> Change:
    prefix = resources.same_prefix(resources.root)
    groups: list[Element] = resources.below("Fonts")
    new = _font(prefix, number)
    if groups:
        return resources.append(groups[0], new)
    return resources.append(resources.root, f"<{prefix}Fonts>{new}</{prefix}Fonts>")


def _font(prefix: str, number: int) -> str:
    name = xml_words(_FONT)
    return f'<{prefix}Font ID="{number}" FontName="{name}" FamilyName="{name}"/>'


def _prefix(text: str) -> str:
    tag = next(iter(tags(text, "Page")), None)
    return tag.prefix if tag else ""


def _on_top(text: str, layer: int, objects: str, name: str) -> Change:
    """The layer as the last of the page's content, which is made where there is none."""
    prefix = _prefix(text)
    new = f'<{prefix}Layer ID="{layer}" Type="Foreground">{objects}</{prefix}Layer>'
    found = list(tags(text, "Content"))
    if found and found[-1].closing:
        return Change(found[-1].start, found[-1].start, new)
    content = f"<{prefix}Content>{new}</{prefix}Content>"
    if found:
        return Change(found[0].start, found[0].end, content)
    page = next((tag for tag in tags(text, "Page") if not tag.closing), None)
    if page is None:
        raise MalformedFile(detail=f"{name} is no page")
    if page.empty:
        opening = text[page.start : page.end - 2].rstrip()
        return Change(page.start, page.end, f"{opening}>{content}</{prefix}Page>")
    before = [tag.end for tag in tags(text, *_BEFORE_CONTENT) if tag.closing or tag.empty]
    at = before[-1] if before else page.end
    return Change(at, at, content)


def _box(
    text: str, size: tuple[float, float], corner: str, em: float
) -> tuple[float, float, float, float]:
    """Left, top, width and height."""
    wide, high, margin = (ems(text) + 1) * em, em * 1.6, em
    left = margin if corner.endswith("left") else size[0] - wide - margin
    top = margin if corner.startswith("top") else size[1] - high - margin
    return max(0.0, min(left, size[0] - wide)), max(0.0, top), wide, high


def _objects(
    text: str,
    place: tuple[float, float, float, float],
    em: float,
    numbers: tuple[int, int, int],
    prefix: str,
) -> str:
    """The plate and the words on it."""
    font, plate, words = numbers
    left, top, wide, high = place
    steps = " ".join(_short(ems(sign) * em) for sign in text[:-1])
    delta = f' DeltaX="{steps}"' if steps else ""
    w, h = _short(wide), _short(high)
    box = f"{_short(left)} {_short(top)} {w} {h}"
    return (
        f'<{prefix}PathObject ID="{plate}" Boundary="{box}" LineWidth="0.2" Fill="true">'
        f'<{prefix}FillColor Value="{_rgb(PAPER)}"/><{prefix}StrokeColor Value="107 101 88"/>'
        f"<{prefix}AbbreviatedData>M 0 0 L {w} 0 L {w} {h} L 0 {h} C</{prefix}AbbreviatedData>"
        f'</{prefix}PathObject><{prefix}TextObject ID="{words}" Boundary="{box}" Font="{font}" '
        f'Size="{_short(em)}"><{prefix}FillColor Value="{_rgb(INK)}"/>'
        f'<{prefix}TextCode X="{_short(em / 2)}" Y="{_short(em * 1.16)}"{delta}>{xml_words(text)}'
        f"</{prefix}TextCode></{prefix}TextObject>"
    )


def _rgb(colour: str) -> str:
    return " ".join(str(int(colour[at : at + 2], 16)) for at in (0, 2, 4))


def _short(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")

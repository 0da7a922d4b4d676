"""Words on a sheet of their own in a workbook, which are the name on its tab too.

Source: GB 45438-2025 5.1; ECMA-376 part 1, 18.2. A header shows on paper only, and a box over the
cells hides some; a tab is seen whenever the workbook is open and moves no cell. First (``start``)
it is always in view, and whatever counts sheets from the front is counted anew; last (``end``) it
changes no number at all. The sheet that was open when the workbook was saved opens again.
"""

from __future__ import annotations

import re

from colophon.errors import MalformedFile
from colophon.labels.carriers import opc
from colophon.labels.carriers.package import CONTENT_TYPES
from colophon.labels.carriers.stale_labels import Change
from colophon.labels.carriers.xml_part import XmlPart
from colophon.labels.explicit.office_package import Package, relations_of, xml_words
from colophon.labels.explicit.office_style import INK, ems
from colophon.labels.explicit.wording import shorter
from colophon.labels.tolerant.xml_spans import Attribute, Element, local_of

LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]|^'|'$")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_FOLDER = "xl/worksheets"
_POINTS = 18


def label(package: Package, text: str, place: str) -> tuple[str, float | None]:
    """Adds the sheet; where it stands."""
    name = package.main_part()
    book = package.xml(name)
    sheets = _sheets(book)
    first = place == "start"
    relations = package.xml(relations_of(name))
    strict = opc.is_strict(package.relations(name))
    part = _free_part(package)
    kind = f"{_STRICT_OFFICE if strict else _OFFICE}/worksheet"
    package.changed[relations_of(name)] = opc.with_relation(relations, kind, f"/{part}")
    package.changed[CONTENT_TYPES] = opc.with_type(package.xml(CONTENT_TYPES), part, _SHEET_TYPE)
    package.changed[part] = _worksheet(text, strict=strict)
    relation = _last_id(package.changed[relations_of(name)] or b"")
    new = _sheet_tag(book, _tab_name(text, book), relation, strict=strict)
    changes = [_inserted(book, sheets, new, first=first)]
    if first:
        changes += _counted_anew(book, sheets)
    package.changed[name] = book.edited(changes)
    return place, None


def tab_names(book: XmlPart) -> list[str]:
    """The names on the tabs, from the first; hidden sheets have none."""
    found = book.below("sheets", "sheet")
    shown = (one for one in found if (book.attribute(one, "state") or "visible") == "visible")
    return [book.attribute(one, "name") or "" for one in shown]


def _sheets(book: XmlPart) -> Element:
    found = book.below("sheets")
    if not found or found[0].empty:
        raise MalformedFile(detail="a workbook without sheets")
    return found[0]


def _tab_name(text: str, book: XmlPart) -> str:
    """The words, shorter ones where a tab has no room or signs are not allowed there."""
    used = {(book.attribute(one, "name") or "").casefold() for one in book.below("sheets", "sheet")}
    for name in shorter(text):
        fits = len(name) <= LONGEST_NAME and not _FORBIDDEN.search(name)
        if fits and name.casefold() not in used:
            return name
    brief = shorter(text)[-1]
    brief = brief if len(brief) < LONGEST_NAME - 5 and not _FORBIDDEN.search(brief) else "AI生成"
    numbered = (f"{brief} {number}" for number in range(2, len(used) + 3))
    return next(name for name in numbered if name.casefold() not in used)


def _sheet_tag(book: XmlPart, name: str, relation: str, *, strict: bool) -> str:
    space = _STRICT_OFFICE if strict else _OFFICE
    prefix = book.prefix_for(space)
    declared = ""
    if not prefix:
        prefix, declared = "r:", f' xmlns:r="{space}"'
    ids = [_number(book.attribute(one, "sheetId")) for one in book.below("sheets", "sheet")]
    return (
        f'<{book.same_prefix(book.root)}sheet{declared} name="{xml_words(name)}" '
        f'sheetId="{max(ids, default=0) + 1}" {prefix}id="{relation}"/>'
    )


def _inserted(book: XmlPart, sheets: Element, new: str, *, first: bool) -> Change:
    if first:
        return Change(sheets.inner_start, sheets.inner_start, new)
    return book.append(sheets, new)


def _counted_anew(book: XmlPart, sheets: Element) -> list[Change]:
    """Names that belong to a sheet, and the sheet that opens, by their new numbers."""
    changes = []
    for one in book.below("definedNames", "definedName"):
        number = _attribute(one, "localSheetId")
        if number is not None:
            changes.append(_raised(book, number))
    views = book.below("bookViews", "workbookView")
    for view in views:
        active, leading = _attribute(view, "activeTab"), _attribute(view, "firstSheet")
        if active is not None:
            changes.append(_raised(book, active))
        else:
            at = view.start + 1 + len(view.name)
            changes.append(Change(at, at, ' activeTab="1"'))
        if leading is not None:
            changes.append(Change(leading.value_start, leading.value_end, "0"))
    if not views:
        tag = book.same_prefix(book.root)
        new = f'<{tag}bookViews><{tag}workbookView activeTab="1"/></{tag}bookViews>'
        changes.append(Change(sheets.start, sheets.start, new))
    return changes


def _attribute(element: Element, name: str) -> Attribute | None:
    return next((one for one in element.attributes if local_of(one.name) == name), None)


def _raised(book: XmlPart, number: Attribute) -> Change:
    words = book.file.text[number.value_start : number.value_end]
    return Change(number.value_start, number.value_end, str(_number(words) + 1))


def _number(words: str | None) -> int:
    """Raises MalformedFile where a sheet has no number."""
    words = (words or "").strip()
    if not words.isascii() or not words.isdigit() or len(words) > 9:
        raise MalformedFile(detail="a sheet's number is no number")
    return int(words)


def _free_part(package: Package) -> str:
    used = {name.lower() for name in package.directory.names}
    numbered = (f"{_FOLDER}/sheet{number}.xml" for number in range(1, len(used) + 2))
    return next(name for name in numbered if name not in used)


def _last_id(relations: bytes) -> str:
    """The number that ``with_relation`` gave: its line comes last."""
    return relations.rpartition(b'Id="')[2].partition(b'"')[0].decode("ascii", "replace")


def _worksheet(text: str, *, strict: bool) -> bytes:
    wide = min(250, round(ems(text) * _POINTS / 11 * 2 + 4))
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{_STRICT_MAIN if strict else _MAIN}">'
        f'<sheetPr><tabColor rgb="FF{INK}"/></sheetPr>'
        f'<cols><col min="1" max="1" width="{wide}" customWidth="1"/></cols>'
        '<sheetData><row r="1" ht="36" customHeight="1"><c r="A1" t="inlineStr"><is><r><rPr>'
        f'<sz val="{_POINTS}"/><color rgb="FF{INK}"/></rPr><t>{xml_words(text)}</t></r></is></c>'
        "</row></sheetData></worksheet>"
    ).encode("ascii")

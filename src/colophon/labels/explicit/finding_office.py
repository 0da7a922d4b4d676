"""Finding the explicit label of an office document or a book: words near the start or the end.

Source: GB 45438-2025 5.1.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import BinaryIO

from colophon.errors import ColophonError
from colophon.labels.carriers.text_file import TextFile
from colophon.labels.explicit import (
    office_archive,
    office_epub,
    office_kinds,
    office_ofd,
    office_pptx,
    office_xlsx,
    office_xmind,
)
from colophon.labels.explicit.finding import LONGEST, Words, in_words
from colophon.labels.explicit.office_kinds import Form
from colophon.labels.explicit.office_package import Package, package_of, tags
from colophon.labels.explicit.wording import is_compliant
from colophon.labels.tolerant.xml_spans import inner_text

_EDGE = 256 * 1024
"""Characters of XML, from either end of the words, in which paragraphs are looked for."""
_MOST_LINES = 64
_PARAGRAPH_END = re.compile(r"</(?:[\w.-]+:)?(?:p|h)>")


def in_package(source: BinaryIO, media_type: str) -> Words | None:
    """The explicit label of a package, or None: where it has none, cannot be read, or is of a
    kind in which none is looked for."""
    form = office_kinds.form_of(media_type)
    if form is None:
        return None
    try:
        return _FINDERS[form](package_of(source))
    except ColophonError:
        return None


def _docx(package: Package) -> Words | None:
    return _near_ends(_lines(package.text(package.main_part()), "body"))


def _near_ends(lines: list[str]) -> Words | None:
    found = in_words("\n".join(lines).encode("utf-8", "replace"), "text/plain")
    if found is not None and found.text in lines[-1] and found.text not in lines[0]:
        # Of a short text, all is near its start.
        return replace(found, where="end")
    return found


def _lines(file: TextFile, name: str) -> list[str]:
    """The paragraphs near both ends of an element's words."""
    opening = next((tag for tag in tags(file.text, name) if not tag.closing), None)
    begin = opening.end if opening else 0
    end = len(file.text)
    if end - begin <= 2 * _EDGE:
        found = _paragraphs(file, begin, end)
        return found if len(found) <= 2 * _MOST_LINES else _ends(found, found)
    return _ends(_paragraphs(file, begin, begin + _EDGE), _paragraphs(file, end - _EDGE, end))


def _ends(first: list[str], last: list[str]) -> list[str]:
    return [*first[:_MOST_LINES], *last[-_MOST_LINES:]]


def _paragraphs(file: TextFile, begin: int, end: int) -> list[str]:
    """Words of each paragraph that ends in a range of the text."""
    found, at = [], begin
    for closing in _PARAGRAPH_END.finditer(file.text, begin, end):
        raw = file.bytes_of((at, closing.start())).decode("utf-8", "replace")
        found.append(" ".join(inner_text(raw).split()))
        at = closing.end()
    return [line for line in found if line]


def _pptx(package: Package) -> Words | None:
    for last, where in ((False, "start"), (True, "end")):
        for name in office_pptx.shown_slides(package, last=last):
            for line in _lines(package.text(name), "spTree"):
                if len(line) <= LONGEST and is_compliant(line):
                    return Words(line, where)
    return None


def _xlsx(package: Package) -> Words | None:
    return _among_tabs(office_xlsx.tab_names(package.xml(package.main_part())))


def _among_tabs(names: list[str]) -> Words | None:
    for number, where in ((0, "start"), (-1, "end")):
        if names and is_compliant(names[number]):
            return Words(names[number], where)
    return None


def _text(package: Package) -> Words | None:
    return _near_ends(_lines(package.text("content.xml"), "body"))


def _spreadsheet(package: Package) -> Words | None:
    file = package.text("content.xml")
    found = (tag for tag in tags(file.text, "table") if not tag.closing)
    names = [re.search(r'\btable:name="([^"]*)"', tag.attributes) for tag in found]
    words = [one[1].encode(file.codec).decode("utf-8", "replace") for one in names if one]
    return _among_tabs([inner_text(one) for one in words])


def _pages(package: Package) -> Words | None:
    file = package.text("content.xml")
    pages = list(tags(file.text, "page"))
    opened = [tag for tag in pages if not tag.closing and not tag.empty]
    for tag, where in ((opened[0], "start"), (opened[-1], "end")) if opened else ():
        close = next((one for one in pages if one.closing and one.start >= tag.end), None)
        for line in _paragraphs(file, tag.end, close.start if close else len(file.text)):
            if len(line) <= LONGEST and is_compliant(line):
                return Words(line, where)
    return None


def _epub(package: Package) -> Words | None:
    names = office_epub.documents(package)
    for name, where in ((names[0], "start"), (names[-1], "end")):
        found = in_words(package.text(name).data, "application/xhtml+xml")
        if found is not None:
            return replace(found, where=where)
    return None


def _ofd(package: Package) -> Words | None:
    names = office_ofd.pages(package)
    for name, where in ((names[0], "start"), (names[-1], "end")):
        file = package.text(name)
        codes = [tag for tag in tags(file.text, "TextCode") if not tag.closing]
        for tag in (*codes[:_MOST_LINES], *codes[-_MOST_LINES:]):
            raw = file.bytes_of((tag.end, file.text.find("<", tag.end)))
            line = inner_text(raw.decode("utf-8", "replace")).strip()
            if len(line) <= LONGEST and is_compliant(line):
                return Words(line, where)
    return None


def _xmind(package: Package) -> Words | None:
    return _any(office_xmind.topic_labels(package))


def _archive(package: Package) -> Words | None:
    return _any(office_archive.root_titles(package))


def _any(lines: list[str]) -> Words | None:
    found = (line for line in lines if len(line) <= LONGEST and is_compliant(line))
    return next((Words(line, "start") for line in found), None)


_FINDERS = {
    Form.DOCX: _docx,
    Form.PPTX: _pptx,
    Form.XLSX: _xlsx,
    Form.TEXT: _text,
    Form.SPREADSHEET: _spreadsheet,
    Form.PAGES: _pages,
    Form.EPUB: _epub,
    Form.OFD: _ofd,
    Form.XMIND: _xmind,
    Form.ARCHIVE: _archive,
}

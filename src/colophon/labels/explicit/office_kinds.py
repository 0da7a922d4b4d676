"""Which office documents and books can bear an explicit label, and in which form."""

from __future__ import annotations

from enum import StrEnum

from colophon.labels.carriers.package import EPUB, OFD, OOXML_BY_MAIN_PART, XMIND, ZIP
from colophon.labels.carriers.package import ODF as ODF_TYPES


class Form(StrEnum):
    """What the words are put into."""

    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    TEXT = "text"
    SPREADSHEET = "spreadsheet"
    PAGES = "pages"
    EPUB = "epub"
    OFD = "ofd"
    XMIND = "xmind"
    ARCHIVE = "archive"


_OOXML = {
    Form.DOCX: ("wordprocessingml", "ms-word"),
    Form.XLSX: ("spreadsheetml", "ms-excel"),
    Form.PPTX: ("presentationml", "ms-powerpoint"),
}
_ODF = {
    "text": Form.TEXT,
    "spreadsheet": Form.SPREADSHEET,
    "presentation": Form.PAGES,
    "graphics": Form.PAGES,
}
_NOT_XML = ("sheet.binary", "addin")
"""Workbooks whose sheets are no XML, or are never shown."""


def form_of(media_type: str) -> Form | None:
    """None for a type that cannot bear words."""
    return FORMS.get(media_type)


def _forms() -> dict[str, Form]:
    found = {EPUB: Form.EPUB, OFD: Form.OFD, XMIND: Form.XMIND, ZIP: Form.ARCHIVE}
    for media_type in OOXML_BY_MAIN_PART.values():
        if any(word in media_type for word in _NOT_XML):
            continue
        for form, words in _OOXML.items():
            if any(word in media_type for word in words):
                found[media_type] = form
    for kind, form in _ODF.items():
        found[f"{ODF_TYPES}{kind}"] = found[f"{ODF_TYPES}{kind}-template"] = form
    return found


FORMS = _forms()

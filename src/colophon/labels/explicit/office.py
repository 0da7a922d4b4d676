"""The explicit label of office documents and books: words the reader meets, in the place that
each kind has for them.

Source: GB 45438-2025 5.1 (text: both elements, legible, at the start, the end or between). The
parts that are not touched keep their bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from colophon.errors import ExplicitUnsupported, Lang, MalformedFile, SignedFile
from colophon.labels.carriers import opc
from colophon.labels.carriers.packet import Keep
from colophon.labels.carriers.ranges import size_of
from colophon.labels.carriers.zip_rewriting import Way, rewritten
from colophon.labels.explicit import (
    finding_office,
    office_archive,
    office_docx,
    office_epub,
    office_kinds,
    office_odf,
    office_ofd,
    office_pptx,
    office_style,
    office_xlsx,
    office_xmind,
    opening,
)
from colophon.labels.explicit.limits import Limits
from colophon.labels.explicit.office_kinds import Form
from colophon.labels.explicit.office_package import Package, package_of
from colophon.labels.explicit.wording import shorter, words
from colophon.labels.model import ExplicitWritten, Medium
from colophon.labels.placing import write_pieces

_SIGNATURES = ("META-INF/documentsignatures.xml", "META-INF/signatures.xml")
_WORKERS = {
    Form.DOCX: office_docx.label,
    Form.XLSX: office_xlsx.label,
    Form.PPTX: office_pptx.label,
    Form.TEXT: office_odf.label,
    Form.SPREADSHEET: office_odf.label,
    Form.PAGES: office_odf.label,
    Form.EPUB: office_epub.label,
    Form.OFD: office_ofd.label,
    Form.XMIND: office_xmind.label,
    Form.ARCHIVE: office_archive.label,
}
_ON_PAGES = (Form.PPTX, Form.PAGES, Form.OFD)


def apply_file(
    source: Path,
    target: Path,
    media_type: str,
    *,
    wording: str | None,
    lang: Lang,
    position: str,
    limits: Limits,
    **_unused: Any,
) -> ExplicitWritten:
    """The door `dispatch.apply` calls; ``position`` is ``start``, ``end``, ``auto`` (start), or
    on slides a corner.

    Raises ExplicitUnsupported, SignedFile, EncryptedFile, TooLarge, MalformedFile,
    TruncatedFile, EmptyFile, WordingNotCompliant.
    """
    form = office_kinds.form_of(media_type)
    if form is None:
        raise ExplicitUnsupported(media_type=media_type)
    limits.check("bytes", source.stat().st_size, limits.picture_bytes, source.name)
    text = words(Medium.DOCUMENT, wording, lang)
    with open(source, "rb") as file, opening.clean_target(target):
        package = package_of(file, limits.text_bytes)
        where, ratio = _written(package, target, media_type, text, _place(form, position))
    return ExplicitWritten(text, where, ratio, office_style.contrast_reached())


def _written(
    package: Package, target: Path, media_type: str, text: str, place: str
) -> tuple[str, float | None]:
    """Writes the target; where the words stand, and how high they are where that is known."""
    file = package.source
    _check_unsigned(package)
    there = finding_office.in_package(file, media_type)
    if there is not None and there.text in shorter(text):
        write_pieces(file, [Keep(0, size_of(file))], target)
        return there.where, None
    where, ratio = _WORKERS[office_kinds.FORMS[media_type]](package, text, place)
    pieces = rewritten(file, package.directory, package.changed, Way(compress=True))
    write_pieces(file, pieces, target)
    with open(target, "rb") as made:
        if finding_office.in_package(made, media_type) is None:
            raise MalformedFile(detail="the words would not be seen")
    return where, ratio


def _place(form: Form, position: str) -> str:
    if position == "end" or (form in _ON_PAGES and position in office_style.CORNERS):
        return position
    return "start"


def _check_unsigned(package: Package) -> None:
    opc.check_unsigned(package.directory)
    if any(name in package.directory.names for name in _SIGNATURES):
        raise SignedFile

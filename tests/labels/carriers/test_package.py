"""Which kind of package a ZIP file is: by its directory, and by its first bytes."""

from __future__ import annotations

import io
import random

import pytest

from colophon.errors import ColophonError, EncryptedFile, MalformedFile, TooLarge, TruncatedFile
from colophon.labels import carriers
from colophon.labels.carriers.families import PACKAGES
from colophon.labels.carriers.package import OOXML_BY_MAIN_PART, guessed, media_type_of
from tests.labels.carriers.packages import (
    docx,
    entries,
    epub,
    odf,
    ofd,
    pptx,
    usdz,
    xlsx,
    xmind,
    zipped,
)

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS = {
    "a.docx": (docx, WORD),
    "a.xlsx": (xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "a.pptx": (pptx, "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "a.odt": (odf, "application/vnd.oasis.opendocument.text"),
    "a.ots": (
        lambda: odf("spreadsheet-template"),
        "application/vnd.oasis.opendocument.spreadsheet-template",
    ),
    "a.epub": (epub, "application/epub+zip"),
    "a.ofd": (ofd, "application/ofd"),
    "a.xmind": (xmind, "application/vnd.xmind.workbook"),
    "b.xmind": (lambda: xmind(old=True), "application/vnd.xmind.workbook"),
    "a.usdz": (usdz, "model/vnd.usdz+zip"),
    "a.zip": (lambda: zipped({"notes.txt": "x"}), "application/zip"),
    "b.zip": (lambda: zipped({}), "application/zip"),
}


def typed(data: bytes) -> str | None:
    return media_type_of(io.BytesIO(data))


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_told_and_its_carrier_found(name: str) -> None:
    make, media_type = KINDS[name]
    assert typed(make()) == media_type
    found = carriers.recognise(io.BytesIO(make()), name)
    assert found is not None
    assert (found.media_type, found.name_fits) == (media_type, True)


@pytest.mark.parametrize("name", [name for name in KINDS if name != "b.zip"])
def test_the_first_bytes_say_the_same(name: str) -> None:
    make, media_type = KINDS[name]
    assert guessed(make()[:4096]) == media_type


def test_every_type_of_office_package_is_told_by_its_main_part() -> None:
    parts = dict(entries(docx()))
    own = next(main for main, kind in OOXML_BY_MAIN_PART.items() if kind == WORD)
    for main, kind in OOXML_BY_MAIN_PART.items():
        types = parts["[Content_Types].xml"].replace(own.encode(), main.encode())
        assert typed(zipped(parts | {"[Content_Types].xml": types})) == kind


def test_every_type_has_one_carrier() -> None:
    listed = [kind for family in PACKAGES for kind in family.carrier().media_types]
    assert len(listed) == len(set(listed))
    assert set(OOXML_BY_MAIN_PART.values()) <= set(listed)


def test_an_office_package_of_another_kind_is_not_taken_for_an_archive() -> None:
    types = '<Types><Override PartName="/3D/m.model" ContentType="application/x-3d"/></Types>'
    sample = zipped({"[Content_Types].xml": types, "_rels/.rels": "<Relationships/>"})
    assert typed(sample) is None
    assert carriers.recognise(io.BytesIO(sample), "a.3mf") is None


def test_a_document_that_lost_its_type_entry_is_told_by_its_manifest() -> None:
    parts = dict(entries(odf()))
    del parts["mimetype"]
    assert typed(zipped(parts)) == "application/vnd.oasis.opendocument.text"


def test_programs_are_archives() -> None:
    assert typed(zipped({"META-INF/MANIFEST.MF": "x", "a.class": b"x"})) == "application/zip"
    other = zipped({"mimetype": "image/openraster", "stack.xml": "<x/>"}, stored=("mimetype",))
    assert typed(other) == "application/zip"


def test_damaged_documents_are_named_and_never_something_else() -> None:
    data = docx()
    for cut in range(4, len(data), 211):
        with pytest.raises(TruncatedFile):
            typed(data[:cut])
    at = data.index(b"[Content_Types].xml") + 40
    with pytest.raises(MalformedFile):
        typed(data[:at] + b"\0" * 20 + data[at + 20 :])


@pytest.mark.parametrize("make", [docx, xlsx, pptx])
def test_a_document_without_its_types_is_damaged(make) -> None:
    parts = dict(entries(make()))
    del parts["[Content_Types].xml"]
    with pytest.raises(MalformedFile):
        typed(zipped(parts))


def test_a_hidden_part_is_named() -> None:
    data = docx()
    at = data.index(b"PK\x01\x02") + 8
    with pytest.raises(EncryptedFile):
        typed(data[:at] + b"\x01\x00" + data[at + 2 :])


def test_a_part_that_unpacks_to_much_is_not_unpacked() -> None:
    parts = dict(entries(docx())) | {"[Content_Types].xml": b" " * (9 << 20)}
    with pytest.raises(TooLarge):
        typed(zipped(parts))


def test_a_head_of_anything_is_survived() -> None:
    chance = random.Random(45438)
    heads = [make()[:4096] for make, _ in KINDS.values()]
    for _ in range(2000):
        head = bytearray(chance.choice(heads))
        for _ in range(chance.randrange(1, 5)):
            head[chance.randrange(min(len(head), chance.choice((60, 4096))))] = chance.randrange(
                256
            )
        try:
            guessed(bytes(head))
        except ColophonError as error:
            pytest.fail(f"{error.code}: a guess has no errors")

"""OOXML: contract, the custom property in every shape, and what office readers see."""

from __future__ import annotations

import io
import json
import re
from functools import cache

import pytest

from colophon.errors import MalformedFile, SignedFile
from colophon.labels import carriers
from colophon.labels.carriers.ooxml import OOXML
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write
from tests.labels.carriers.packages import (
    docx,
    entries,
    exiftool,
    others,
    pptx,
    streamed,
    xlsx,
    zipped,
)

PART = "docProps/custom.xml"
TOUCHED = (PART, "[Content_Types].xml", "_rels/.rels")
HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<Properties '
    'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
)
FMTID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


def prop(name: str, value: str, pid: int = 2) -> str:
    return (
        f'<property fmtid="{FMTID}" pid="{pid}" name="{name}"><vt:lpwstr>{value}</vt:lpwstr>'
        "</property>"
    )


def with_custom(inner: str, head: str = HEAD) -> bytes:
    """The document with a custom part, registered."""
    parts = dict(entries(docx()))
    parts[PART] = (head + inner + "</Properties>").encode()
    types, rels = (parts[name].decode() for name in TOUCHED[1:])
    parts[TOUCHED[1]] = types.replace(
        "</Types>",
        '<Override PartName="/docProps/custom.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.custom-properties+xml"/></Types>',
    )
    parts[TOUCHED[2]] = rels.replace(
        "</Relationships>",
        '<Relationship Id="rId77" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/custom-properties" Target="docProps/custom.xml"/></Relationships>',
    )
    return zipped(parts, comment=b"a comment")


@cache
def macro_template() -> bytes:
    parts = dict(entries(docx()))
    types = parts["[Content_Types].xml"]
    main = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    other = b"application/vnd.ms-word.template.macroEnabledTemplate.main+xml"
    assert main in types
    return zipped(parts | {"[Content_Types].xml": types.replace(main, other)})


class TestOoxml(CarrierContract):
    carrier = OOXML
    cuts = 40
    flips = 40

    def samples(self) -> list[bytes]:
        kept = with_custom(prop("Client", "value &amp; more") + prop("Other", "x", 5))
        return [docx(), xlsx(), pptx(), kept, streamed(dict(entries(docx())))]

    def payload(self, data: bytes) -> object:
        custom = dict(entries(data)).get(PART, b"").decode()
        kept = re.findall(r'<property[^>]*name="(?!AIGC)[^>]*>.*?</property>', custom)
        return kept, others(data, *TOUCHED)

    def replaced(self, sample: bytes) -> int:
        names = dict(entries(sample))
        return 200 * len(names) + sum(len(names.get(name, b"")) + 200 for name in TOUCHED)


@pytest.mark.parametrize("make", [docx, xlsx, pptx, macro_template])
def test_there_and_back_gives_the_same_bytes(make) -> None:
    first = write(OOXML, make(), {"aigc": LABEL})
    there = write(OOXML, first, {"aigc": OTHER_LABEL})
    assert write(OOXML, there, {"aigc": LABEL}) == first


def test_the_exact_type_is_told() -> None:
    found = [
        carriers.recognise(io.BytesIO(data), name)
        for data, name in (
            (docx(), "a.docx"),
            (xlsx(), "a.xlsx"),
            (pptx(), "a.pptx"),
            (macro_template(), "a.dotm"),
        )
    ]
    assert [one.media_type.rpartition(".")[2] for one in found if one] == [
        "document",
        "sheet",
        "presentation",
        "12",
    ]
    assert all(one and one.name_fits and one.carrier is OOXML for one in found)


def test_neighbours_stay_byte_for_byte() -> None:
    first, last = prop("First", "1", 2), prop("Last", "中文", 9)
    sample = with_custom(f"\n  {first}\n  {last}\n")
    part = dict(entries(write(OOXML, sample, {"aigc": LABEL})))[PART].decode()
    value = LABEL.decode().replace('"', "&quot;")
    assert part == f"{HEAD}\n  {first}\n  {last}{prop('AIGC', value, 10)}\n</Properties>"


@pytest.mark.parametrize("name", ["AIGC", "aigc", "com.vendor.AIGC", "Vendor"])
def test_one_label_is_left_of_several(name: str) -> None:
    old = OTHER_LABEL.decode().replace('"', "&quot;")
    sample = with_custom(prop(name, old, 4) + prop("Kept", "x", 5) + prop("AIGC", old, 6))
    assert len(read(OOXML, sample)) == 2
    labelled = write(OOXML, sample, {"aigc": LABEL})
    (packet,) = read(OOXML, labelled)
    assert packet.data == LABEL
    assert 'pid="4"' in dict(entries(labelled))[PART].decode()


def test_a_label_in_a_core_field_is_found_and_replaced() -> None:
    parts = dict(entries(docx()))
    core = parts["docProps/core.xml"].decode()
    old = OTHER_LABEL.decode().replace('"', "&quot;")
    core = re.sub(r"<dc:description>.*?</dc:description>", "", core)
    core = core.replace("</cp:core", f"<dc:description>{old}</dc:description></cp:core")
    sample = zipped(parts | {"docProps/core.xml": core})
    (found,) = read(OOXML, sample)
    assert found.place == "ooxml:docProps/core.xml:dc:description"
    (packet,) = read(OOXML, write(OOXML, sample, {"aigc": LABEL}))
    assert packet.data == LABEL


def test_strict_documents_get_strict_names() -> None:
    parts = {
        name: data.replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        for name, data in entries(docx())
    }
    found = dict(entries(write(OOXML, zipped(parts), {"aigc": LABEL})))
    assert b"http://purl.oclc.org/ooxml/officeDocument/customProperties" in found[PART]
    assert b"relationships/customProperties" in found["_rels/.rels"]


def test_utf_16_parts_are_edited_as_they_are() -> None:
    sample = with_custom(prop("Kept", "中文"))
    parts = dict(entries(sample))
    wide = parts[PART].decode().replace("UTF-8", "UTF-16")
    labelled = write(OOXML, zipped(parts | {PART: wide.encode("utf-16")}), {"aigc": LABEL})
    part = dict(entries(labelled))[PART].decode("utf-16")
    assert "中文" in part
    (packet,) = read(OOXML, labelled)
    assert packet.data == LABEL


def test_part_names_are_the_same_in_any_case() -> None:
    parts = dict(entries(with_custom(prop("Kept", "x"))))
    parts["DocProps/Custom.xml"] = parts.pop(PART)
    labelled = write(OOXML, zipped(parts), {"aigc": LABEL})
    assert [name for name, _ in entries(labelled)] == [*parts]
    (packet,) = read(OOXML, labelled)
    assert packet.data == LABEL


def test_an_entry_with_two_names_is_refused() -> None:
    sample = with_custom(prop("Kept", "x"))
    twisted = sample.replace(b"docProps/custom.xml", b"docProps/custom.xmm", 1)
    with pytest.raises(MalformedFile):
        write(OOXML, twisted, {"aigc": LABEL})


def test_signed_documents_are_named() -> None:
    parts = dict(entries(docx())) | {"_xmlsignatures/origin.sigs": b""}
    with pytest.raises(SignedFile):
        write(OOXML, zipped(parts), {"aigc": LABEL})
    assert read(OOXML, zipped(parts)) == []


def test_two_parts_of_one_name_are_refused() -> None:
    with pytest.warns(UserWarning):
        import zipfile

        out = io.BytesIO(docx())
        with zipfile.ZipFile(out, "a") as file:
            file.writestr("_rels/.rels", "<Relationships/>")
    with pytest.raises(MalformedFile):
        write(OOXML, out.getvalue(), {"aigc": LABEL})


def test_office_libraries_open_the_result() -> None:
    from docx import Document
    from openpyxl import load_workbook
    from pptx import Presentation

    labelled = [write(OOXML, make(), {"aigc": LABEL}) for make in (docx, xlsx, pptx)]
    assert Document(io.BytesIO(labelled[0])).paragraphs[1].text == "Words with 中文 in them."
    book = load_workbook(io.BytesIO(labelled[1]))
    assert book.custom_doc_props["AIGC"].value == LABEL.decode()
    assert Presentation(io.BytesIO(labelled[2])).slides[0].shapes.title.text == "Title"


@pytest.mark.needs("exiftool")
def test_exiftool_reads_the_same(tmp_path) -> None:
    for make in (docx, xlsx, pptx):
        path = tmp_path / f"a.{make.__name__}"
        path.write_bytes(write(OOXML, make(), {"aigc": LABEL}))
        found = exiftool(path)
        if "Archive::Zip" in str(found.get("ExifTool:Warning")):
            pytest.skip("this exiftool lacks Archive::Zip and cannot open packages")
        assert json.loads(LABEL) == json.loads(str(found["XML:AIGC"]))

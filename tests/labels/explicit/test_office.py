"""Explicit labels of office documents and books: seen by their own readers, nothing else moved."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

from colophon.errors import (
    EncryptedFile,
    ExplicitUnsupported,
    MalformedFile,
    SignedFile,
    TooLarge,
    TruncatedFile,
)
from colophon.labels.carriers.package import media_type_of
from colophon.labels.explicit.finding_office import in_package
from colophon.labels.explicit.limits import STANDARD, Limits
from colophon.labels.explicit.office import apply_file
from colophon.labels.explicit.office_kinds import FORMS
from colophon.labels.model import ExplicitWritten
from colophon.provisions import parameters
from tests.labels.carriers import packages
from tests.labels.carriers.packages import docx, entries, epub, odf, others, pptx, xlsx, zipped

WORDS = "本内容由AI生成"
ODP_BODY = (
    '<draw:page draw:name="p1"><draw:frame svg:width="1in"/><presentation:notes '
    'xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"/></draw:page>'
    '<draw:page draw:name="p2"/>'
)
ODS_BODY = (
    '<table:calculation-settings/><table:table table:name="数据"><table:table-row>'
    "<table:table-cell><text:p>1</text:p></table:table-cell></table:table-row></table:table>"
    "<table:named-expressions/>"
)
ODT_BODY = "<text:sequence-decls><text:sequence-decl/></text:sequence-decls><text:p>正文</text:p>"


def odp() -> bytes:
    return odf("presentation", body=ODP_BODY)


def ods() -> bytes:
    return odf("spreadsheet", body=ODS_BODY)


def odt() -> bytes:
    return odf("text", body=ODT_BODY)


def labelled(
    folder: Path, data: bytes, position: str = "auto", wording: str | None = None
) -> tuple[bytes, ExplicitWritten]:
    source, target = folder / "source", folder / "target"
    source.write_bytes(data)
    target.unlink(missing_ok=True)
    media_type = media_type_of(io.BytesIO(data))
    assert media_type is not None
    written = apply_file(
        source, target, media_type,
        wording=wording, lang="zh", position=position, limits=STANDARD,
    )  # fmt: skip
    return target.read_bytes(), written


MAKERS = [docx, xlsx, pptx, odt, ods, odp, epub, packages.ofd]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("position", ["start", "end"])
def test_what_is_written_is_found_again(tmp_path: Path, make, position: str) -> None:
    data = make()
    media_type = media_type_of(io.BytesIO(data))
    assert media_type in FORMS
    assert in_package(io.BytesIO(data), media_type) is None
    after, written = labelled(tmp_path, data, position)
    found = in_package(io.BytesIO(after), media_type)
    assert found is not None
    assert (found.text, found.where) == (WORDS, position)
    assert written.text == WORDS
    assert written.contrast and written.contrast > 4.5
    assert media_type_of(io.BytesIO(after)) == media_type


@pytest.mark.parametrize("make", MAKERS)
def test_every_part_is_well_formed_and_others_are_the_same(tmp_path: Path, make) -> None:
    data = make()
    before = dict(entries(data))
    after = entries(labelled(tmp_path, data)[0])
    changed = [name for name, part in after if before.get(name) != part]
    assert set(before) <= {name for name, _ in after}
    assert 1 <= len(changed) <= 4
    for name in changed:
        fromstring(dict(after)[name])
    assert [name for name, _ in after][: len(before)] == list(before)


@pytest.mark.parametrize("make", MAKERS)
def test_applied_twice_it_is_there_once(tmp_path: Path, make) -> None:
    once, _ = labelled(tmp_path, make())
    assert labelled(tmp_path, once)[0] == once


def test_word_shows_it_as_the_first_paragraph(tmp_path: Path) -> None:
    from docx import Document

    after, written = labelled(tmp_path, docx())
    document = Document(io.BytesIO(after))
    assert [one.text for one in document.paragraphs[:3]] == [
        WORDS, "Report", "Words with 中文 in them.",
    ]  # fmt: skip
    assert document.paragraphs[0].runs[0].font.size.pt >= 10.5
    assert str(document.paragraphs[0].runs[0].font.color.rgb) == "1E1B16"
    assert written.where == "start"


def test_at_the_end_it_stands_before_the_section(tmp_path: Path) -> None:
    from docx import Document

    after, written = labelled(tmp_path, docx(), "end")
    body = Document(io.BytesIO(after)).element.body
    assert [one.tag.rpartition("}")[2] for one in body][-2:] == ["p", "sectPr"]
    assert body[-2].xpath("string()") == WORDS
    assert written.where == "end"


def test_slides_show_it_high_enough_and_inside(tmp_path: Path) -> None:
    from pptx import Presentation

    for corner in ("auto", "top-left", "bottom-right", "bottom-left"):
        after, written = labelled(tmp_path, pptx(), corner)
        deck = Presentation(io.BytesIO(after))
        box = deck.slides[0].shapes[-1]
        assert box.text_frame.text == WORDS
        assert 0 <= box.left and box.left + box.width <= deck.slide_width
        assert 0 <= box.top and box.top + box.height <= deck.slide_height
        assert written.height_ratio >= parameters.number("explicit.image.min_height_ratio")
        assert written.where == ("top-right" if corner == "auto" else corner)
        ids = [shape.shape_id for shape in deck.slides[0].shapes]
        assert len(ids) == len(set(ids))


def test_a_hidden_slide_is_passed_over(tmp_path: Path) -> None:
    from pptx import Presentation

    deck = Presentation(io.BytesIO(pptx()))
    deck.slides[0]._element.set("show", "0")
    out = io.BytesIO()
    deck.save(out)
    after = Presentation(io.BytesIO(labelled(tmp_path, out.getvalue())[0]))
    assert WORDS in [one.text_frame.text for one in after.slides[1].shapes if one.has_text_frame]


def workbook() -> bytes:
    from openpyxl import Workbook
    from openpyxl.workbook.defined_name import DefinedName

    book = Workbook()
    book.active.title = "Data"
    book.create_sheet("Second")["B2"] = "=Data!A1"
    book["Data"].append([1, 2])
    book["Second"].defined_names["Here"] = DefinedName("Here", attr_text="Second!$A$1")
    book["Second"].print_area = "A1:B2"
    book.active = 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("position", ["start", "end"])
def test_a_workbook_keeps_its_names_and_what_was_open(tmp_path: Path, position: str) -> None:
    from openpyxl import load_workbook

    after, _ = labelled(tmp_path, workbook(), position)
    book = load_workbook(io.BytesIO(after))
    names = ["Data", "Second"]
    names.insert(0 if position == "start" else 2, WORDS)
    assert book.sheetnames == names
    assert book.active.title == "Second"
    assert book[WORDS]["A1"].value == WORDS
    assert book["Second"].defined_names["Here"].attr_text == "Second!$A$1"
    assert book["Second"].print_area == "'Second'!$A$1:$B$2"
    assert book["Data"]["B1"].value == 2
    assert book["Second"]["B2"].value == "=Data!A1"


def test_long_words_stand_whole_on_the_sheet_and_short_on_its_tab(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    wording = "本文件的全部文字、表格与图表均由人工智能（AI）生成，仅供内部参考，请勿外传"
    book = load_workbook(io.BytesIO(labelled(tmp_path, xlsx(), wording=wording)[0]))
    assert book.sheetnames[0] == "AI生成"
    assert book.worksheets[0]["A1"].value == wording


def test_signs_that_markup_uses_are_safe(tmp_path: Path) -> None:
    wording = "AI生成 <b>&\"'</b>"
    for make in MAKERS:
        after, _ = labelled(tmp_path, make(), wording=wording)
        for name, part in others(after):
            if name.endswith((".xml", ".rels", ".xhtml", ".opf")):
                fromstring(part)


def test_open_document_texts_keep_their_order(tmp_path: Path) -> None:
    content = dict(entries(labelled(tmp_path, odt())[0]))["content.xml"].decode()
    root = fromstring(content)
    (body,) = root.iter("{urn:oasis:names:tc:opendocument:xmlns:office:1.0}text")
    assert [one.tag.rpartition("}")[2] for one in body] == ["sequence-decls", "p", "p"]
    assert "".join(body[1].itertext()) == WORDS
    assert [one.tag.rpartition("}")[2] for one in root] == ["automatic-styles", "body"]


def test_open_document_sheets_and_slides_keep_their_order(tmp_path: Path) -> None:
    content = dict(entries(labelled(tmp_path, ods())[0]))["content.xml"].decode()
    assert re.findall(r'table:name="([^"]+)"', content)[1:] == ["数据"]
    content = dict(entries(labelled(tmp_path, odp())[0]))["content.xml"].decode()
    page = re.search(r'draw:name="p1">(.*?)</draw:page>', content)
    assert page
    assert re.search(r"<draw:frame svg:width=.1in./><draw:frame.*?<presentation:notes", page[1])


def test_a_page_without_content_gets_its_words(tmp_path: Path) -> None:
    body = '<draw:page draw:name="p1"/>'
    content = dict(entries(labelled(tmp_path, odf("presentation", body=body))[0]))["content.xml"]
    page = re.search(r'<draw:page draw:name="p1">(.*)</draw:page>', content.decode())
    assert page
    assert "".join(fromstring(page[1]).itertext()) == WORDS
    with pytest.raises(MalformedFile):
        labelled(tmp_path, odf("presentation", body="<office:forms/>"))


def test_books_show_it_in_the_first_document_of_the_reading_order(tmp_path: Path) -> None:
    parts = dict(entries(labelled(tmp_path, epub())[0]))
    assert WORDS in parts["OEBPS/a.xhtml"].decode()
    assert WORDS not in parts["OEBPS/b b.xhtml"].decode()
    last = dict(entries(labelled(tmp_path, epub(), "end")[0]))
    assert WORDS in last["OEBPS/b b.xhtml"].decode()


RESOURCES = "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"


@pytest.mark.parametrize("common", ["", RESOURCES])
@pytest.mark.parametrize("position", ["start", "end", "bottom-left"])
def test_fixed_pages_show_it_inside_in_a_font_they_name(
    tmp_path: Path, common: str, position: str
) -> None:
    after, written = labelled(tmp_path, packages.ofd(common=common), position)
    parts = {name: part for name, part in entries(after) if name.endswith(".xml")}
    page = fromstring(parts[f"Doc_0/Pages/Page_{int(position == 'end')}/Content.xml"])
    space = "{http://www.ofdspec.org/2016}"
    layer = page.findall(f"{space}Content/{space}Layer")[-1]
    code = layer.find(f"{space}TextObject/{space}TextCode")
    assert code is not None and code.text == WORDS
    assert len(code.get("DeltaX", "").split()) == len(WORDS) - 1
    for one in layer:
        left, top, wide, high = map(float, one.get("Boundary", "").split())
        assert 0 <= left and left + wide <= 210 and 0 <= top and top + high <= 140
    document = fromstring(parts["Doc_0/Document.xml"])
    numbers = [one.get("ID") for part in (page, document) for one in part.iter() if one.get("ID")]
    font = layer[1].get("Font")
    assert len({*numbers, font}) == len(numbers) + 1
    assert max(map(int, numbers)) == int(document.findtext(f".//{space}MaxUnitID") or 0)
    resources = document.findtext(f".//{space}PublicRes")
    fonts = fromstring(parts[f"Doc_0/{resources}"]).iter(f"{space}Font")
    assert [one.get("ID") for one in fonts] == [font]
    assert written.height_ratio and written.height_ratio >= 0.018


def test_what_can_bear_no_words_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExplicitUnsupported):
        labelled(tmp_path, packages.usdz())


@pytest.mark.parametrize("old", [False, True])
def test_maps_show_it_at_their_central_topic(tmp_path: Path, old: bool) -> None:
    data = packages.xmind(old)
    after, written = labelled(tmp_path, data)
    found = in_package(io.BytesIO(after), "application/vnd.xmind.workbook")
    assert found is not None and (found.text, found.where) == (WORDS, "start")
    assert labelled(tmp_path, after)[0] == after
    parts = dict(entries(after))
    if old:
        assert WORDS in "".join(fromstring(parts["content.xml"]).itertext())
    else:
        (sheet,) = json.loads(parts["content.json"])
        assert sheet["rootTopic"] == {"title": "中心", "labels": [WORDS]}
    assert written.text == WORDS


def test_a_topic_keeps_the_labels_it_has(tmp_path: Path) -> None:
    content = '[{"rootTopic": {"labels": ["draft"], "title": "T"}}, {"rootTopic": {}}]'
    parts = dict(entries(packages.xmind())) | {"content.json": content}
    after = json.loads(dict(entries(labelled(tmp_path, zipped(parts))[0]))["content.json"])
    assert after == [{"rootTopic": {"labels": ["draft", WORDS], "title": "T"}}, {"rootTopic": {}}]


def test_archives_show_it_as_a_file(tmp_path: Path) -> None:
    data = zipped({"folder/a.txt": "x"})
    after, _ = labelled(tmp_path, data)
    assert entries(after) == [
        ("folder/a.txt", b"x"), (f"{WORDS}.txt", f"\ufeff{WORDS}\r\n".encode()),
    ]  # fmt: skip
    found = in_package(io.BytesIO(after), "application/zip")
    assert found is not None and found.text == WORDS
    assert labelled(tmp_path, after)[0] == after
    wording = "全部内容由AI生成: 仅供参考"
    brief, _ = labelled(tmp_path, data, wording=wording)
    assert entries(brief)[-1][0] == "AI生成.txt"
    assert labelled(tmp_path, brief, wording=wording)[0] == brief


def test_signed_and_encrypted_documents_are_named(tmp_path: Path) -> None:
    with pytest.raises(SignedFile):
        labelled(tmp_path, zipped(dict(entries(docx())) | {"_xmlsignatures/a.sigs": b""}))
    with pytest.raises(SignedFile):
        labelled(tmp_path, epub(**{"META-INF/signatures.xml": "<a/>"}))
    parts = dict(entries(odt()))
    manifest = parts["META-INF/manifest.xml"].replace(
        b'media-type="text/xml"/>',
        b'media-type="text/xml"><manifest:encryption-data/></manifest:file-entry>',
    )
    with pytest.raises(EncryptedFile):
        labelled(tmp_path, zipped(parts | {"META-INF/manifest.xml": manifest}))


def test_nothing_is_left_of_a_failure(tmp_path: Path) -> None:
    data = docx()
    (tmp_path / "source").write_bytes(data[: len(data) // 2])
    with pytest.raises(TruncatedFile):
        apply_file(
            tmp_path / "source", tmp_path / "target", "application/vnd.openxmlformats-"
            "officedocument.wordprocessingml.document",
            wording=None, lang="zh", position="auto", limits=STANDARD,
        )  # fmt: skip
    assert not (tmp_path / "target").exists()


def test_parts_that_unpack_to_much_together_are_not_all_unpacked(tmp_path: Path) -> None:
    from pptx import Presentation

    deck = Presentation(io.BytesIO(pptx()))
    for _ in range(8):
        deck.slides.add_slide(deck.slide_layouts[6])
    for slide in deck.slides:
        slide._element.set("show", "0")
    out = io.BytesIO()
    deck.save(out)
    parts = dict(entries(out.getvalue()))
    padded = {
        name: part.replace(b"<p:cSld", b" " * 3000 + b"<p:cSld")
        for name, part in parts.items()
        if name.startswith("ppt/slides/slide")
    }
    (tmp_path / "source").write_bytes(zipped(parts | padded))
    limits = Limits(text_bytes=5000)
    with pytest.raises(TooLarge):
        apply_file(
            tmp_path / "source", tmp_path / "target", "application/vnd.openxmlformats-"
            "officedocument.presentationml.presentation",
            wording=None, lang="zh", position="auto", limits=limits,
        )  # fmt: skip


def test_finding_never_raises_on_damage() -> None:
    for make in MAKERS:
        data = make()
        media_type = media_type_of(io.BytesIO(data)) or ""
        for cut in range(0, len(data), max(1, len(data) // 40)):
            in_package(io.BytesIO(data[:cut]), media_type)

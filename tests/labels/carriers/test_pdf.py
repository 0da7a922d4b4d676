"""PDF: increments over tables, streams and broken files; every way a label is met in one."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import re
import subprocess
import zlib
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    DictionaryObject,
    EncodedStreamObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from colophon.errors import (
    ColophonError,
    EmptyFile,
    EncryptedFile,
    MalformedFile,
    TooLarge,
)
from colophon.labels.carriers.packet import Keep, Put
from colophon.labels.carriers.pdf import PDF
from tests.labels.carriers.contract import (
    LABEL,
    OTHER_LABEL,
    CarrierContract,
    packets_of,
    read,
    write,
)

PACKETS = packets_of(("aigc", "xmp"))
OTHERS = packets_of(("aigc", "xmp"), OTHER_LABEL)


@functools.cache
def tabled(title: str = "") -> bytes:
    """Two pages, a cross-reference table."""
    writer = PdfWriter()
    writer.add_blank_page(200, 100)
    writer.add_blank_page(100, 100)
    if title:
        writer.add_metadata({"/Title": title, "/Author": "é", "/Keywords": "(a) \\ b"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def streamed() -> bytes:
    """One page, its objects in an object stream, a cross-reference stream."""
    inner = [
        (1, b"<< /Type /Catalog /Pages 2 0 R >>"),
        (2, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
        (3, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"),
        (4, b"<< /Title (hello) >>"),
    ]
    bodies = b" ".join(body for _, body in inner)
    heads, at = [], 0
    for number, body in inner:
        heads.append(b"%d %d" % (number, at))
        at += len(body) + 1
    first = b" ".join(heads) + b" "
    packed = zlib.compress(first + bodies)
    out = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"
    at_5 = len(out)
    out += b"5 0 obj\n<< /Type /ObjStm /N 4 /First %d /Filter /FlateDecode /Length %d >>\n" % (
        len(first),
        len(packed),
    )
    out += b"stream\n" + packed + b"\nendstream\nendobj\n"
    at_6 = len(out)
    rows = [(0, 0, 255), *((2, 5, n) for n in range(4)), (1, at_5, 0), (1, at_6, 0)]
    table = b"".join(bytes([kind]) + a.to_bytes(4, "big") + bytes([b]) for kind, a, b in rows)
    out += b"6 0 obj\n<< /Type /XRef /Size 7 /W [1 4 1] /Root 1 0 R /Info 4 0 R /Length %d >>\n" % (
        len(table)
    )
    return out + b"stream\n" + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at_6


def with_metadata() -> bytes:
    """A catalogue that already refers to a compressed XMP stream."""
    writer = PdfWriter()
    writer.add_blank_page(50, 50)
    writer.xmp_metadata = b"<?xpacket begin='' id='x'?><x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def broken() -> bytes:
    """The cross-reference is not where the file says."""
    return re.sub(rb"startxref\n(\d+)", rb"startxref\n7\1", tabled("t"))


def encrypted(user: str) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(10, 10)
    writer.add_metadata({"/AIGC": OTHER_LABEL.decode()})
    writer.encrypt(user, "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_info(value: object) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(10, 10)
    writer._info = writer._add_object(DictionaryObject({NameObject("/AIGC"): value}))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


class TestPdf(CarrierContract):
    carrier = PDF
    cuts = 40
    flips = 40

    def samples(self) -> list[bytes]:
        return [tabled(), tabled("中文"), streamed(), with_metadata()]

    def payload(self, data: bytes) -> object:
        reader = PdfReader(io.BytesIO(data), strict=True)
        info = {k: str(v) for k, v in (reader.metadata or {}).items() if k != "/AIGC"}
        return info, [page.mediabox for page in reader.pages]


@pytest.mark.parametrize(
    "sample", [tabled(), tabled("中文"), streamed(), with_metadata(), broken()]
)
def test_the_original_is_a_prefix_and_any_reader_sees_both_places(sample: bytes) -> None:
    pieces = PDF.write(io.BytesIO(sample), PACKETS)
    assert pieces[0] == Keep(0, len(sample))
    assert isinstance(pieces[1], Put)
    reader = PdfReader(io.BytesIO(sample + pieces[1].data), strict=True)
    assert reader.metadata["/AIGC"].encode() == LABEL
    assert reader.root_object["/Metadata"].get_data() == PACKETS["xmp"]
    assert len(reader.pages) in {1, 2}


@pytest.mark.needs("exiftool")
@pytest.mark.parametrize("sample", [tabled("中文"), streamed(), with_metadata(), broken()])
def test_exiftool_reads_it_without_a_warning(sample: bytes, tmp_path: Path) -> None:
    path = tmp_path / "labelled.pdf"
    path.write_bytes(write(PDF, sample, PACKETS))
    command = ["exiftool", "-json", "-G1", "-PDF:all", "-XMP:all", "-Warning", str(path)]
    (told,) = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert told["PDF:AIGC"].encode() == LABEL
    assert told["XMP-TC260:Aigc"].encode() == LABEL
    assert not [key for key in told if key.endswith("Warning")]


def test_other_entries_of_info_stay() -> None:
    reader = PdfReader(io.BytesIO(write(PDF, tabled("中文"), PACKETS)))
    assert reader.metadata["/Title"] == "中文"
    assert reader.metadata["/Author"] == "é"
    assert reader.metadata["/Keywords"] == "(a) \\ b"


def test_an_update_takes_the_style_of_the_file() -> None:
    assert b"\nxref\n" in write(PDF, tabled(), PACKETS)[len(tabled()) :]
    added = write(PDF, streamed(), PACKETS)[len(streamed()) :]
    assert b"/Type /XRef" in added
    assert b"\nxref\n" not in added


def test_own_update_is_exchanged_another_one_is_kept() -> None:
    once = write(PDF, tabled(), OTHERS)
    assert write(PDF, once, PACKETS) == write(PDF, tabled(), PACKETS)
    foreign = once + b"\n% signed afterwards\n"
    twice = write(PDF, foreign, PACKETS)
    assert twice.startswith(foreign)
    assert [p.data for p in read(PDF, twice)] == [LABEL, PACKETS["xmp"]]


def test_a_forged_closing_removes_nothing() -> None:
    """Bytes that only claim to be an update of ours stay in the file."""
    base = tabled("hello")
    genuine = write(PDF, base, OTHERS)
    forged = base + genuine[len(base) :].replace(b"(hello)", b"(HELLO)")
    assert forged != genuine
    again = write(PDF, forged, PACKETS)
    assert again.startswith(forged)
    assert PdfReader(io.BytesIO(again)).metadata.title == "HELLO"


def test_the_same_label_by_another_writer_is_left_alone() -> None:
    writer = PdfWriter()
    writer.add_blank_page(10, 10)
    writer.add_metadata({"/AIGC": LABEL.decode()})
    writer.xmp_metadata = PACKETS["xmp"]
    out = io.BytesIO()
    writer.write(out)
    assert write(PDF, out.getvalue(), PACKETS) == out.getvalue()


@pytest.mark.parametrize(
    "written",
    [
        b"(" + OTHER_LABEL + b")",
        b"<" + OTHER_LABEL.hex().encode() + b">",
        b"<feff" + OTHER_LABEL.decode().encode("utf-16-be").hex().encode() + b">",
        b"(" + OTHER_LABEL.replace(b'"', b"\\042") + b")",
    ],
)
def test_every_kind_of_string_is_read(written: bytes) -> None:
    data = with_info(TextStringObject("HERE"))
    at = data.index(b"(HERE)")
    found = read(PDF, data[:at] + written + data[at + 6 :])
    assert [(p.form, p.place, p.data) for p in found] == [("aigc", "pdf:Info:AIGC", OTHER_LABEL)]


def test_a_dictionary_keeps_its_numbers_for_the_reader() -> None:
    value = DictionaryObject(
        {
            NameObject("/Label"): NumberObject(1),
            NameObject("/ContentProducer"): TextStringObject("x"),
            NameObject("/ProduceID"): NameObject("/name"),
        }
    )
    data = with_info(value)
    (packet,) = read(PDF, data)
    assert json.loads(packet.data) == {"Label": 1, "ContentProducer": "x", "ProduceID": "name"}
    labelled = write(PDF, data, PACKETS)
    assert [p.data for p in read(PDF, labelled)] == [LABEL, PACKETS["xmp"]]


def test_a_label_under_another_name_is_replaced() -> None:
    data = (
        with_info(TextStringObject("{}"))
        .replace(b"/AIGC", b"/Note")
        .replace(b"({})", b'({"AIGC":{"ProduceID":"x"}})')
    )
    data = write(PDF, data, PACKETS)
    assert [p.data for p in read(PDF, data)] == [LABEL, PACKETS["xmp"]]


def test_bytes_before_the_header() -> None:
    data = b"HTTP/1.1 200 OK\r\n\r\n" + tabled("t")
    assert PDF.sniff(data) == "application/pdf"
    labelled = write(PDF, data, PACKETS)
    assert labelled.startswith(data)
    assert [p.data for p in read(PDF, labelled)] == [LABEL, PACKETS["xmp"]]
    assert write(PDF, labelled, PACKETS) == labelled
    own = PdfReader(io.BytesIO(labelled[len(data) - len(tabled("t")) :]), strict=True)
    assert own.metadata["/AIGC"].encode() == LABEL


def test_encrypted_files_are_refused() -> None:
    with pytest.raises(EncryptedFile):
        read(PDF, encrypted("secret"))
    with pytest.raises(EncryptedFile):
        write(PDF, encrypted("secret"), PACKETS)
    assert [p.data for p in read(PDF, encrypted(""))] == [OTHER_LABEL]
    with pytest.raises(EncryptedFile):
        write(PDF, encrypted(""), PACKETS)


@pytest.mark.parametrize("size", [9 << 20, 80 << 20])
def test_a_bomb_in_the_metadata_is_bounded(size: int) -> None:
    packed = EncodedStreamObject()
    packed[NameObject("/Filter")] = NameObject("/FlateDecode")
    packed._data = zlib.compress(bytes(size), 1)
    writer = PdfWriter()
    writer.add_blank_page(10, 10)
    writer._root_object[NameObject("/Metadata")] = writer._add_object(packed)
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises((TooLarge, MalformedFile)):
        read(PDF, out.getvalue())


def test_what_is_no_pdf_is_refused() -> None:
    with pytest.raises(EmptyFile):
        read(PDF, b"")
    for data in (b"%PDF-1.7\n", b"%PDF-1.7\nnothing here\n%%EOF", b"no pdf" * 99):
        with pytest.raises(ColophonError):
            write(PDF, data, PACKETS)
    assert PDF.sniff(b"# About %PDF-1.7 files\n") is None


def test_labelling_costs_the_increment_only() -> None:
    data = write(PDF, tabled(), PACKETS)
    assert len(data) - len(tabled()) < len(LABEL) + len(PACKETS["xmp"]) + 1000
    assert hashlib.sha256(data[: len(tabled())]).digest() == hashlib.sha256(tabled()).digest()

"""Hostile and broken files through the real roads: named errors, bounded cost, nothing lost."""

from __future__ import annotations

import io
import random
import resource
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from colophon.errors import (
    ColophonError,
    EmptyFile,
    InputError,
    MalformedFile,
    SourceChanged,
    TooLarge,
    TruncatedFile,
    UnknownType,
)
from colophon.labels import Label, apply, inspect
from colophon.labels.duty import Action
from tests.labels import made
from tests.labels.test_roads import media, signer  # noqa: F401

LABEL = Label(made.PRODUCER, "bad-0001")
FORMATS = (".png", ".jpg", ".webp", ".wav", ".mp3", ".m4a", ".mp4", ".pdf", ".md", ".html", ".txt")
CUTS = (1, 7, 19, 64, 0.3, 0.6, 0.9, 0.999)


def _try(path: Path, folder: Path) -> str:
    """The named outcome of reading and labelling a file; anything else fails the test."""
    before, there = path.read_bytes(), {item.name for item in folder.iterdir()}
    target = folder / f"out{path.suffix}"
    try:
        inspect(path)
        apply(path, target, label=LABEL, kind="image", action=Action.EDITED)
        outcome = "labelled"
        target.unlink()
    except ColophonError as error:
        assert error.cause("zh")
        assert error.remedy("zh")
        assert error.cause("en")
        assert "{" not in error.cause("en").replace(path.name, "")
        outcome = error.code
    assert path.read_bytes() == before
    assert {item.name for item in folder.iterdir()} == there
    return outcome


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize("suffix", FORMATS)
def test_truncated(suffix, media, tmp_path) -> None:  # noqa: F811
    whole = media(suffix).read_bytes()
    path = tmp_path / f"cut{suffix}"
    for cut in CUTS:
        path.write_bytes(whole[: cut if isinstance(cut, int) else int(len(whole) * cut)])
        _try(path, tmp_path)


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize("suffix", FORMATS)
def test_flipped_bytes(suffix, media, tmp_path) -> None:  # noqa: F811
    whole = media(suffix).read_bytes()
    chance = random.Random(suffix)
    path = tmp_path / f"flip{suffix}"
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 1, 3, 30))):
            at = chance.randrange(min(len(data), chance.choice((64, 4096, len(data)))))
            data[at] = chance.randrange(256)
        path.write_bytes(data)
        _try(path, tmp_path)


@pytest.mark.parametrize("suffix", FORMATS)
def test_empty(suffix, tmp_path) -> None:
    path = tmp_path / f"a{suffix}"
    path.touch()
    assert _try(path, tmp_path) == EmptyFile.code


@pytest.mark.parametrize("suffix", FORMATS)
def test_noise(suffix, tmp_path) -> None:
    path = tmp_path / f"noise{suffix}"
    for seed in range(8):
        path.write_bytes(b"\0" + random.Random(seed).randbytes(5000))
        _try(path, tmp_path)


@pytest.mark.parametrize("name", ["a.xyz", "a.docx", "a", "a.flac"])
def test_unknown(name, tmp_path) -> None:
    (tmp_path / name).write_bytes(b"\x01\x02\0\x03" * 40)
    assert _try(tmp_path / name, tmp_path) == UnknownType.code


def test_a_zip_bomb_is_not_opened(tmp_path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * (200 << 20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert _try(path, tmp_path) == MalformedFile.code
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


def _png(width: int, height: int, data: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(20_000, 20_000), (0x7FFFFFFF, 0x7FFFFFFF), (100_001, 1_000)])
def test_a_picture_bomb_is_refused_before_decoding(size, tmp_path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(_png(*size, zlib.compress(b"\0" * (1 << 20))))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(TooLarge):
        apply(path, tmp_path / "out.png", label=LABEL)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 256 << 10
    assert sorted(item.name for item in tmp_path.iterdir()) == ["bomb.png"]


def test_a_compressed_text_bomb_in_a_picture(tmp_path) -> None:
    bomb = zlib.compress(b" " * (300 << 20), 9)
    body = b"XML:com.adobe.xmp\0\1\0\0\0" + bomb
    chunk = (
        struct.pack(">I", len(body))
        + b"iTXt"
        + body
        + struct.pack(">I", zlib.crc32(b"iTXt" + body))
    )
    plain = made.picture("PNG")
    path = tmp_path / "bomb.png"
    path.write_bytes(plain[:33] + chunk + plain[33:])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _try(path, tmp_path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


def test_a_pdf_stream_bomb(tmp_path) -> None:
    from pypdf import PdfWriter
    from pypdf.generic import NameObject, StreamObject

    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    stream = StreamObject()
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    stream._data = zlib.compress(b"\0" * (400 << 20), 9)  # noqa: SLF001
    stream[NameObject("/Type")] = NameObject("/Metadata")
    stream[NameObject("/Subtype")] = NameObject("/XML")
    writer._root_object[NameObject("/Metadata")] = writer._add_object(stream)  # noqa: SLF001
    out = io.BytesIO()
    writer.write(out)
    path = tmp_path / "bomb.pdf"
    path.write_bytes(out.getvalue())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _try(path, tmp_path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 256 << 10


def test_xml_entities_are_never_expanded(tmp_path) -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12)
    )
    packet = (
        b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        + laughs
        + b"]><rdf:Description>&m;</rdf:Description>"
    )
    path = tmp_path / "laughs.xmp"
    path.write_bytes(packet)
    assert inspect(path).verdict == "unlabelled"


def test_a_file_that_changes_while_read(media, tmp_path, monkeypatch) -> None:  # noqa: F811
    path = tmp_path / "a.png"
    path.write_bytes(media(".png").read_bytes())

    def touch(applied) -> str:
        raise AssertionError("must not be reached")

    from colophon.labels import writing

    road = writing._explicit

    def meddle(work, order) -> None:
        road(work, order)
        path.write_bytes(path.read_bytes() + b"more")

    monkeypatch.setattr(writing, "_explicit", meddle)
    with pytest.raises(SourceChanged):
        apply(path, tmp_path / "out.png", label=LABEL, record=touch)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.png"]


@pytest.mark.parametrize(
    "name", ["two\nlines.png", "空 格.png", "-rf.png", "a'b\"c.png", "e\u0301.png"]
)
def test_odd_names(name, media, tmp_path) -> None:  # noqa: F811
    source = tmp_path / name
    source.write_bytes(media(".png").read_bytes())
    applied = apply(source, tmp_path / f"out-{name}", label=LABEL)
    assert Path(applied.output).exists()


def test_every_input_error_has_its_own_code() -> None:
    def below(cls: type) -> list[type]:
        return [cls, *(deeper for sub in cls.__subclasses__() for deeper in below(sub))]

    codes = [cls.code for cls in below(InputError)]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("suffix", [".png", ".webp", ".wav", ".mp4", ".mov", ".m4a"])
def test_what_a_decoder_would_mend_is_refused(suffix, media, tmp_path) -> None:  # noqa: F811
    """The explicit label is drawn on decoded media; a cut end must not pass for a whole file."""
    source = tmp_path / f"a{suffix}"
    source.write_bytes(media(suffix).read_bytes()[:-6])
    with pytest.raises(TruncatedFile):
        apply(source, tmp_path / f"out{suffix}", label=LABEL)
    assert sorted(item.name for item in tmp_path.iterdir()) == [source.name]

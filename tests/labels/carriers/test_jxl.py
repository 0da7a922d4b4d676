"""JPEG XL: contract, bare and boxed codestreams, packed boxes, and independent readers."""

from __future__ import annotations

import io
import json
import struct
import subprocess
from functools import cache

import brotli
import pytest
from PIL import Image

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers.jxl import JXL, SIGNATURE
from colophon.labels.carriers.packet import Keep, Put
from tests.labels.carriers.contract import (
    LABEL,
    OTHER_LABEL,
    CarrierContract,
    packets_of,
    read,
    write,
)

pillow_jxl = pytest.importorskip("pillow_jxl")

XMP = packets_of(["xmp"])
OTHER = packets_of(["xmp"], OTHER_LABEL)
PLACE = "jxl:xml:XMP"
TYPE = struct.pack(">I4s4sI4s", 20, b"ftyp", b"jxl ", 0, b"jxl ")


@cache
def bare() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((64, 48)).convert("RGB").save(out, "JXL", effort=1)
    return out.getvalue()


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def boxed(*before: bytes, after: tuple[bytes, ...] = (), open_end: bool = False) -> bytes:
    code = box(b"jxlc", bare())
    code = bytes(4) + code[4:] if open_end else code
    return SIGNATURE + TYPE + b"".join(before) + code + b"".join(after)


def parts() -> bytes:
    half = len(bare()) // 2
    first, last = bytes(4) + bare()[:half], b"\x80\0\0\1" + bare()[half:]
    return SIGNATURE + TYPE + box(b"jxlp", first) + box(b"xml ", b"<other/>") + box(b"jxlp", last)


def with_comment() -> bytes:
    exif = Image.Exif()
    exif[0x0131] = "Editor 1.0"
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + b'{"AIGC":' + LABEL + b"}"
    return bytes(4) + exif.tobytes().removeprefix(b"Exif\0\0")


class TestJxl(CarrierContract):
    carrier = JXL
    cuts = 60
    flips = 60

    def samples(self) -> list[bytes]:
        plain = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
        return [
            bare(),
            boxed(),
            boxed(open_end=True),
            boxed(box(b"xml ", plain)),
            boxed(after=(box(b"xml ", plain),)),
            parts(),
        ]

    def payload(self, data: bytes) -> object:
        image = Image.open(io.BytesIO(data))
        return image.size, image.tobytes(), b"<other/>" in data

    def replaced(self, sample: bytes) -> int:
        return sample.count(b"xmpmeta") * 60

    def test_writing_back_gives_the_first_bytes(self) -> None:
        for sample in self.samples():
            first = write(JXL, sample, XMP)
            assert write(JXL, write(JXL, first, OTHER), XMP) == first


def test_a_bare_codestream_is_wrapped_as_it_is():
    assert write(JXL, bare(), XMP) == boxed(box(b"xml ", XMP["xmp"]))


def test_a_codestream_over_4_gib_is_wrapped(tmp_path):
    size = (4 << 30) + 100
    with (tmp_path / "a.jxl").open("w+b") as file:
        file.write(bare())
        file.truncate(size)
        pieces = JXL.write(file, XMP)
    assert isinstance(pieces[0], Put)
    assert pieces[0].data[-16:] == struct.pack(">I4sQ", 1, b"jxlc", size + 16)
    assert pieces[1:] == [Keep(0, size)]


def test_a_packet_after_the_picture_moves_before_it():
    late = boxed(after=(box(b"xml ", OTHER["xmp"]),))
    assert [p.place for p in read(JXL, late)] == [f"{PLACE}:after-data"]
    assert write(JXL, late, XMP) == boxed(box(b"xml ", XMP["xmp"]))


def test_exif_comment_is_read_and_taken_out_in_place():
    foreign = boxed(box(b"Exif", with_comment()))
    assert [p.place for p in read(JXL, foreign)] == ["jxl:Exif:UserComment"]
    labelled = write(JXL, foreign, XMP)
    assert [p.place for p in read(JXL, labelled)] == [PLACE]
    assert b"Editor 1.0" in labelled
    assert len(labelled) == len(foreign) + len(XMP["xmp"]) + 8


def test_a_packed_packet_is_read_and_unpacked():
    foreign = boxed(box(b"brob", b"xml " + brotli.compress(OTHER["xmp"])))
    assert [(p.place, p.data) for p in read(JXL, foreign)] == [
        (f"{PLACE}:compressed", OTHER["xmp"])
    ]
    assert write(JXL, foreign, XMP) == boxed(box(b"xml ", XMP["xmp"]))
    with pytest.raises(TooLarge):
        read(JXL, boxed(box(b"brob", b"xml " + brotli.compress(bytes(64 << 20)))))


def test_what_is_no_brotli_holds_no_label():
    foreign = boxed(box(b"brob", b"xml " + b"packed"))
    assert all(b"AIGC" not in packet.data for packet in read(JXL, foreign))
    places = [p.place for p in read(JXL, write(JXL, foreign, XMP)) if b"AIGC" in p.data]
    assert places == [PLACE]
    other = boxed(box(b"brob", b"Exif" + b"packed"))
    assert [p.place for p in read(JXL, write(JXL, other, XMP))] == [PLACE]


def test_damage_is_named():
    with pytest.raises(TruncatedFile):
        write(JXL, boxed()[:-1], XMP)
    with pytest.raises(TruncatedFile):
        write(JXL, SIGNATURE + TYPE, XMP)
    with pytest.raises(MalformedFile):
        write(JXL, boxed() + b"\0\0\0\4junk at the end", XMP)


@pytest.mark.needs("exiftool")
def test_exiftool_reads_the_label(tmp_path):
    for number, sample in enumerate((bare(), parts())):
        file = tmp_path / f"{number}.jxl"
        file.write_bytes(write(JXL, sample, {"xmp": xmp.write(None, LABEL.decode())}))
        asked = ["exiftool", "-j", "-G1", "-warning", "-error", "-xmp:all", file]
        (seen,) = json.loads(subprocess.run(asked, check=True, capture_output=True).stdout)
        assert json.loads(seen["XMP-TC260:Aigc"]) == json.loads(LABEL)
        assert not {"ExifTool:Warning", "ExifTool:Error"} & set(seen)

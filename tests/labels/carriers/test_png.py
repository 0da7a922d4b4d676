"""PNG and APNG: contract, foreign places, damage, and what independent readers see."""

from __future__ import annotations

import io
import json
import shutil
import struct
import subprocess
import zlib

import pytest
from PIL import Image, PngImagePlugin

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers.png import PNG
from tests.labels.carriers import contract
from tests.labels.carriers.contract import LABEL, CarrierContract, packets_of, read, write


def a_png(mode: str = "RGB", info: PngImagePlugin.PngInfo | None = None, **more) -> bytes:
    out = io.BytesIO()
    gradient = Image.linear_gradient("L").resize((37, 29)).convert(mode)
    gradient.save(out, "PNG", pnginfo=info, **more)
    return out.getvalue()


def an_apng() -> bytes:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:], duration=50)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(png: bytes, kind: bytes, data: bytes, before: bytes = b"IDAT") -> bytes:
    at = png.index(before) - 4
    return png[:at] + chunk(kind, data) + png[at:]


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    at, found = 8, []
    while at < len(png):
        size, kind = struct.unpack_from(">I4s", png, at)
        data = png[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", png, at + 8 + size)[0] == zlib.crc32(kind + data)
        found.append((kind, data))
        at += size + 12
    return found


class TestPng(CarrierContract):
    carrier = PNG

    def samples(self) -> list[bytes]:
        noted = PngImagePlugin.PngInfo()
        noted.add_text("Comment", "kept")
        return [a_png(), a_png("RGBA", noted), a_png("P"), an_apng(), a_png() + b"after the end"]

    def payload(self, data: bytes) -> object:
        image = Image.open(io.BytesIO(data))
        frames = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frames.append(image.convert("RGBA").tobytes())
        others = [c for c in chunks(data[: data.index(b"IEND") + 8]) if c[0] != b"iTXt"]
        return image.mode, frames, others, data[data.index(b"IEND") :]


WRAPPED = b'{"AIGC":' + LABEL + b"}"
OLD_XMP = packets_of(["xmp"])["xmp"]


@pytest.mark.parametrize(
    ("kind", "data", "place", "found"),
    [
        (b"tEXt", b"AIGC\0" + WRAPPED, "png:tEXt:AIGC", WRAPPED),
        (b"tEXt", b"vendor.AIGC\0" + LABEL, "png:tEXt:vendor.AIGC", LABEL),
        (b"tEXt", b"other\0" + LABEL, "png:tEXt:other", LABEL),
        (b"zTXt", b"AIGC\0\0" + zlib.compress(LABEL), "png:zTXt:AIGC", LABEL),
        (b"iTXt", b"AIGC\0\0\0zh\0\xe6\0" + LABEL, "png:iTXt:AIGC", LABEL),
        (
            b"iTXt",
            b"AIGC\0\1\0\0\0" + zlib.compress(LABEL),
            "png:iTXt:AIGC:compressed",
            LABEL,
        ),
        (
            b"iTXt",
            b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(OLD_XMP),
            "png:iTXt:XML:com.adobe.xmp:compressed",
            OLD_XMP,
        ),
        (b"tEXt", b"XML:com.adobe.xmp\0" + OLD_XMP, "png:tEXt:XML:com.adobe.xmp", OLD_XMP),
        (
            b"zTXt",
            b"XML:com.adobe.xmp\0\0" + zlib.compress(OLD_XMP),
            "png:zTXt:XML:com.adobe.xmp",
            OLD_XMP,
        ),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_foreign_places_are_read_and_give_way(kind, data, place, found, late):
    plain = a_png()
    foreign = with_chunk(plain, kind, data, b"IEND" if late else b"IDAT")
    (packet,) = read(PNG, foreign)
    assert packet.place == place + (":after-data" if late else "")
    assert packet.data == found
    labelled = write(PNG, foreign, packets_of(["xmp"]))
    assert [(p.form, p.place) for p in read(PNG, labelled)] == [
        ("xmp", "png:iTXt:XML:com.adobe.xmp")
    ]
    kinds = [name for name, _ in chunks(labelled)]
    assert kinds.index(b"iTXt") < kinds.index(b"IDAT")
    assert [c for c in chunks(labelled) if c[0] != b"iTXt"] == chunks(plain)


def test_other_chunks_stay_where_they_are():
    source = with_chunk(a_png(), b"caBX", b"a manifest store")
    source = with_chunk(source, b"tEXt", b"parameters\0a cat")
    labelled = write(PNG, source, packets_of(["xmp"]))
    assert [c for c in chunks(labelled) if c[0] != b"iTXt"] == chunks(source)


def test_exif_comment_is_read_and_taken_out_in_place():
    exif = Image.Exif()
    exif[0x0131] = "Editor 1.0"
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + WRAPPED
    foreign = a_png(exif=exif)
    (packet,) = read(PNG, foreign)
    assert (packet.place, packet.data) == ("png:eXIf:UserComment", WRAPPED)
    labelled = write(PNG, foreign, packets_of(["xmp"]))
    assert [p.form for p in read(PNG, labelled)] == ["xmp"]
    assert len(chunks(labelled)) == len(chunks(foreign)) + 1
    assert Image.open(io.BytesIO(labelled)).getexif()[0x0131] == "Editor 1.0"


def raw_profile(packet: bytes) -> bytes:
    digits = b"\n".join(packet.hex().encode()[at : at + 72] for at in range(0, len(packet) * 2, 72))
    text = b"\nxmp\n%8d\n" % len(packet) + digits + b"\n"
    return b"Raw profile type xmp\0\0" + zlib.compress(text)


def test_a_packet_in_digits_is_read_and_goes_if_it_bears_a_label():
    foreign = with_chunk(a_png(), b"zTXt", raw_profile(OLD_XMP))
    (packet,) = read(PNG, foreign)
    assert (packet.form, packet.data) == ("xmp", OLD_XMP)
    assert packet.place == "png:zTXt:Raw profile type xmp"
    assert write(PNG, foreign, packets_of(["xmp"])) == write(PNG, a_png(), packets_of(["xmp"]))
    plain = with_chunk(a_png(), b"zTXt", raw_profile(b"<x:xmpmeta/>"))
    labelled = write(PNG, plain, packets_of(["xmp"]))
    assert [c for c in chunks(labelled) if c[0] != b"iTXt"] == chunks(plain)


def test_a_packet_is_replaced_where_it_is():
    source = with_chunk(a_png(), b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>")
    source = with_chunk(source, b"tEXt", b"Comment\0after it")
    kinds = [name for name, _ in chunks(write(PNG, source, packets_of(["xmp"])))]
    assert kinds == [b"IHDR", b"iTXt", b"tEXt", b"IDAT", b"IEND"]


def test_a_fragment_is_read_and_not_written():
    fragment = b"\x89PNG\0\0IHDR\0\0tEXtAIGC\0" + LABEL[:90]
    assert [(p.place, p.data) for p in read(PNG, fragment)] == [("png:tEXt:AIGC", LABEL[:90])]
    with pytest.raises(MalformedFile):
        write(PNG, fragment, packets_of(["xmp"]))


def test_a_cut_file_still_tells_what_it_has():
    labelled = write(PNG, a_png(), packets_of(["xmp"]))
    cut = labelled[: labelled.index(b"IDAT") + 20]
    assert [p.form for p in read(PNG, cut)] == ["xmp"]
    with pytest.raises(TruncatedFile):
        write(PNG, cut, packets_of(["xmp"]))


def test_inflation_is_bounded():
    bomb = b"AIGC\0\0" + zlib.compress(bytes(64 << 20))
    with pytest.raises(TooLarge):
        read(PNG, with_chunk(a_png(), b"zTXt", bomb))


def test_number_of_chunks_is_bounded():
    head, tail = a_png().split(b"\0\0\0\0IEND")
    with pytest.raises(TooLarge):
        read(PNG, head + chunk(b"abCd", b"") * 300_001 + b"\0\0\0\0IEND" + tail)


@pytest.mark.needs("exiftool")
def test_exiftool_reads_the_label(tmp_path):
    file = tmp_path / "a.png"
    data = write(PNG, a_png(), {"xmp": xmp.write(None, LABEL.decode(), "http://example.org/t")})
    file.write_bytes(data)
    asked = [shutil.which("exiftool"), "-j", "-G1", "-warning", "-error", "-xmp:all", file]
    (seen,) = json.loads(subprocess.run(asked, check=True, capture_output=True).stdout)
    assert json.loads(seen.pop("XMP-TC260:Aigc")) == json.loads(LABEL)
    assert seen.pop("XMP-iptcExt:DigitalSourceType") == "http://example.org/t"
    assert list(seen) == ["SourceFile"]


def test_contract_label_is_what_xmp_reads():
    (found,) = xmp.read(contract.packets_of(["xmp"])["xmp"]).aigc
    assert found.value == LABEL.decode()
    assert found.standard

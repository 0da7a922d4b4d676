"""TIFF, BigTIFF and DNG: contract, both byte orders, pages, what points where, readers."""

from __future__ import annotations

import io
import json
import struct
import subprocess

import cv2
import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers import tiff_file
from colophon.labels.carriers.tiff import TIFF
from tests.labels.carriers.contract import (
    LABEL,
    OTHER_LABEL,
    CarrierContract,
    packets_of,
    read,
    write,
)

XMP = packets_of(["xmp"])
OTHER = packets_of(["xmp"], OTHER_LABEL)
PLAIN_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>'
)
PLACE = "tiff:IFD0:XMP"
WRAPPED = b'{"AIGC":' + LABEL + b"}"


def gradient(mode: str = "RGB", turn: int = 0) -> Image.Image:
    return Image.linear_gradient("L").rotate(turn).resize((37, 29)).convert(mode)


def a_tiff(mode: str = "RGB", pages: int = 1, **more) -> bytes:
    out = io.BytesIO()
    others = [gradient(mode, 90 * n) for n in range(1, pages)]
    gradient(mode).save(out, "TIFF", save_all=pages > 1, append_images=others, **more)
    return out.getvalue()


def with_tags(**tags: bytes) -> bytes:
    """Tags by their number in hexadecimal, as ``x2bc``."""
    found = TiffImagePlugin.ImageFileDirectory_v2()
    for name, value in tags.items():
        number = int(name[1:], 16)
        found[number] = value
        found.tagtype[number] = 7 if number != 0x010E else 2
    return a_tiff(tiffinfo=found)


def built(order: str = ">", *, big: bool = False, more: tuple = (), after: bytes = b"") -> bytes:
    """A grey picture of four by four, all numbers in line; ``more`` are further entries."""
    word = "Q" if big else "I"
    head = {"<": b"II", ">": b"MM"}[order] + struct.pack(order + "H", 43 if big else 42)
    head += struct.pack(order + "HHQ", 8, 0, 16) if big else struct.pack(order + "I", 8)
    count = 10 + len(more)
    pixels = len(head) + (8 if big else 2) + count * (20 if big else 12) + (8 if big else 4)
    plain = [(256, 4), (257, 4), (258, 8), (259, 1), (262, 1), (273, pixels), (277, 1)]
    kind = 16 if big else 4
    entries = [(tag, kind, 1, value) for tag, value in [*plain, (278, 4), (279, 16), (284, 1)]]
    table = b""
    for tag, form, items, value in sorted([*entries, *more]):
        table += struct.pack(order + "HH" + word, tag, form, items)
        table += value if isinstance(value, bytes) else struct.pack(order + word, value)
    counted = struct.pack(order + ("Q" if big else "H"), count)
    return head + counted + table + bytes(8 if big else 4) + bytes(range(0, 256, 16)) + after


def a_dng() -> bytes:
    """With its main picture below the first directory, as cameras have it."""
    below = struct.pack("<H", 3)
    below += struct.pack("<HHII", 256, 4, 1, 4) + struct.pack("<HHII", 273, 4, 1, 200)
    below += struct.pack("<HHII", 279, 4, 1, 16) + bytes(4)
    version = (0xC612, 1, 4, b"\1\4\0\0")
    size = len(built("<", more=(version, (0x014A, 4, 1, 0))))
    return built("<", more=(version, (0x014A, 4, 1, size)), after=below + b"maker note")


def pages_of(data: bytes) -> list[bytes]:
    if data.startswith(b"MM\0+"):
        # Pillow does not know this form.
        return [cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED).tobytes()]
    image = Image.open(io.BytesIO(data))
    pages = []
    for number in range(image.n_frames):
        image.seek(number)
        tags = {k: v for k, v in image.tag_v2.items() if k not in {700, 330}}
        pages.append((image.mode, image.tobytes(), tags))
    return pages


class TestTiff(CarrierContract):
    carrier = TIFF
    cuts = 60
    flips = 80

    def samples(self) -> list[bytes]:
        return [
            a_tiff(),
            a_tiff("L", 3),
            a_tiff("1", compression="group4"),
            a_tiff(compression="tiff_adobe_deflate"),
            a_tiff(big_tiff=True),
            with_tags(x2bc=PLAIN_XMP),
            built("<"),
            built(">"),
            built("<", big=True),
            built(">", big=True),
            a_dng(),
            built(">", after=b"odd"),
        ]

    def payload(self, data: bytes) -> object:
        return pages_of(data)

    def replaced(self, sample: bytes) -> int:
        return 12 + 8 * (b"xmpmeta" in sample)

    def test_writing_back_gives_the_first_bytes(self) -> None:
        for sample in self.samples():
            first = write(TIFF, sample, XMP)
            assert write(TIFF, write(TIFF, first, OTHER), XMP) == first

    def test_nothing_moves(self) -> None:
        for sample in self.samples():
            labelled = write(TIFF, sample, XMP)
            different = [n for n, byte in enumerate(sample) if labelled[n] != byte]
            assert len(different) <= self.replaced(sample)


def test_the_new_directory_is_in_order_and_even():
    labelled = write(TIFF, built(">", after=b"odd"), XMP)
    (at,) = struct.unpack_from(">I", labelled, 4)
    assert at % 2 == 0
    (count,) = struct.unpack_from(">H", labelled, at)
    numbers = [struct.unpack_from(">H", labelled, at + 2 + n * 12)[0] for n in range(count)]
    assert numbers == sorted(numbers)
    assert 700 in numbers
    assert labelled.endswith(XMP["xmp"])


def test_types_are_exact():
    assert TIFF.sniff(a_tiff()[:4096]) == "image/tiff"
    assert TIFF.sniff(a_dng()) == "image/x-adobe-dng"
    assert TIFF.sniff(write(TIFF, a_dng(), XMP)[:4096]) == "image/x-adobe-dng"
    assert TIFF.sniff(b"II*\0\x10\0\0\0CR\2\0") is None
    assert TIFF.sniff(b"II+\0\4\0\0\0") is None


def test_a_packet_amid_the_file_is_left_without_label():
    sample = with_tags(x2bc=OTHER["xmp"]) + b"what follows"
    labelled = write(TIFF, sample, XMP)
    assert b"another-number" not in labelled
    assert [(p.place, p.data) for p in read(TIFF, labelled)] == [(PLACE, XMP["xmp"])]
    assert b"what follows" in labelled
    assert pages_of(labelled) == pages_of(sample)


def test_labels_of_other_pages_go():
    first, second = a_tiff("L"), with_tags(x2bc=OTHER["xmp"])
    out = io.BytesIO()
    pictures = [Image.open(io.BytesIO(one)) for one in (first, second)]
    pictures[0].save(out, "TIFF", save_all=True, append_images=pictures[1:])
    sample = out.getvalue()
    if b"another-number" not in sample:
        pytest.skip("this Pillow keeps no tags of further pages")
    assert [p.place for p in read(TIFF, sample)] == ["tiff:IFD1:XMP"]
    labelled = write(TIFF, sample, XMP)
    assert b"another-number" not in labelled
    assert len([p for p in read(TIFF, labelled) if b"ProduceID" in p.data]) == 1


@pytest.mark.parametrize(
    ("comment", "kept"),
    [
        (b"ASCII\0\0\0" + WRAPPED, b""),
        (b"UNICODE\0" + WRAPPED.decode().encode("utf-16-le"), b""),
        (b"ASCII\0\0\0" + WRAPPED[:-1] + b',"mood":"calm"}', b'"mood":"calm"'),
    ],
)
def test_exif_comment_is_read_and_taken_out_in_place(comment, kept):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[0x0131], tags[0x8769] = "Editor 1.0", {0x9286: comment}
    foreign = a_tiff(tiffinfo=tags)
    assert [p.place for p in read(TIFF, foreign)] == ["tiff:EXIF:UserComment"]
    labelled = write(TIFF, foreign, XMP)
    assert [p.place for p in read(TIFF, labelled)] == [PLACE]
    assert kept in labelled
    assert b"Editor 1.0" in labelled
    assert WRAPPED[:40] not in labelled.replace(b"\0", b"")


def test_a_description_that_is_a_label_goes():
    foreign = with_tags(x10e=WRAPPED.decode())
    (packet,) = read(TIFF, foreign)
    assert (packet.place, packet.data) == ("tiff:IFD0:ImageDescription", WRAPPED)
    assert [p.place for p in read(TIFF, write(TIFF, foreign, XMP))] == [PLACE]


def test_damage_is_named():
    with pytest.raises(TruncatedFile):
        write(TIFF, built(">")[:-1], XMP)
    with pytest.raises(TruncatedFile):
        write(TIFF, a_dng()[:-14], XMP)
    with pytest.raises(MalformedFile):
        read(TIFF, b"MM\0*" + bytes(40))
    loop = bytearray(built("<"))
    loop[-20:-16] = struct.pack("<I", 8)
    with pytest.raises(MalformedFile):
        write(TIFF, bytes(loop), XMP)
    with pytest.raises(TooLarge):
        write(TIFF, built(">"), {"xmp": b"<x>"})


def test_pages_are_those_of_the_chain():
    assert [tiff_file.pages(io.BytesIO(one)) for one in (a_tiff(), a_tiff("L", 3), a_dng())] == [
        1,
        3,
        1,
    ]


def test_number_of_pages_is_bounded():
    entry = struct.pack("<HHII", 256, 4, 1, 4)
    chain = b"II*\0\x08\0\0\0"
    for n in range(20_002):
        chain += struct.pack("<H", 1) + entry + struct.pack("<I", 8 + 18 * (n + 1))
    with pytest.raises(TooLarge):
        read(TIFF, chain)


@pytest.mark.needs("exiftool")
def test_exiftool_reads_the_label_and_nothing_less(tmp_path):
    packet = {"xmp": xmp.write(None, LABEL.decode())}
    samples = TestTiff().samples()
    for number, sample in enumerate(samples):
        (tmp_path / f"{number:02}a.tif").write_bytes(sample)
        (tmp_path / f"{number:02}b.tif").write_bytes(write(TIFF, sample, packet))
    asked = ["exiftool", "-j", "-G1", "-warning", "-error", "-ifd0:all", "-ifd1:all", "-xmp:all"]
    command = [*asked, "-fileorder", "filename", tmp_path]
    seen = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert len(seen) == 2 * len(samples)
    for before, after in zip(seen[::2], seen[1::2], strict=True):
        assert json.loads(after.pop("XMP-TC260:Aigc")) == json.loads(LABEL)
        for one in (before, after):
            # The name under which the first directory lists the packet.
            one.pop("IFD0:ApplicationNotes", None)
            one.pop("SourceFile")
        assert after == before


@pytest.mark.needs("ffmpeg")
def test_ffmpeg_and_opencv_decode_the_same(tmp_path):
    for number, sample in enumerate((a_tiff(), a_tiff("L", 3), built(">"))):
        seen = []
        for data in (sample, write(TIFF, sample, XMP)):
            file = tmp_path / f"{number}.tif"
            file.write_bytes(data)
            command = ["ffmpeg", "-v", "error", "-i", file, "-f", "framemd5", "-"]
            sums = subprocess.run(command, check=True, capture_output=True).stdout
            ok, pages = cv2.imdecodemulti(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
            assert ok
            seen.append((sums, [page.tobytes() for page in pages]))
        assert seen[0] == seen[1]

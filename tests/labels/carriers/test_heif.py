"""HEIF, HEIC and AVIF: contract, every form of item table, sequences, independent readers."""

from __future__ import annotations

import io
import json
import struct
import subprocess
from functools import cache

import pytest
from PIL import Image

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers import recognise
from colophon.labels.carriers.bmff import BMFF
from colophon.labels.carriers.heif import HEIF
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
RDF = b"application/rdf+xml"
PLACE = "heif:item:XMP"


def gradient(turn: int = 0) -> Image.Image:
    return Image.linear_gradient("L").rotate(turn).resize((64, 48)).convert("RGB")


def with_comment() -> bytes:
    exif = Image.Exif()
    exif[0x0131] = "Editor 1.0"
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + b'{"AIGC":' + LABEL + b"}"
    return exif.tobytes()


@cache
def an_avif(frames: int = 1, **more) -> bytes:
    out = io.BytesIO()
    others = [gradient(90 * n) for n in range(1, frames)]
    gradient().save(out, "AVIF", save_all=frames > 1, append_images=others, speed=10, **more)
    return out.getvalue()


@cache
def a_heic(**more) -> bytes:
    pillow_heif = pytest.importorskip("pillow_heif")
    heif = pillow_heif.from_pillow(gradient())
    heif.add_from_pillow(gradient(90))
    out = io.BytesIO()
    heif.save(out, quality=80, **more)
    return out.getvalue()


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind: bytes, version: int, *parts: bytes) -> bytes:
    return box(kind, bytes([version, 0, 0, 0]), *parts)


def body_of(data: bytes, kind: bytes) -> bytes:
    at = data.index(kind)
    return data[at + 4 : at - 4 + int.from_bytes(data[at - 4 : at], "big")]


def infe(number: int, kind: bytes, more: bytes = b"", version: int = 2) -> bytes:
    words = number.to_bytes(4 if version == 3 else 2, "big") + bytes(2)
    return full(b"infe", version, words, kind, b"\0", more)


class Built:
    """An AVIF of our own making: any version of ``iloc``, items in ``mdat`` or ``idat``, with a
    base or without, in one piece or in two."""

    def __init__(
        self, *, version=0, method=0, based=False, split=False, packets=(), open_end=False
    ):
        self.version, self.method, self.based, self.split = version, method, based, split
        self.items = [(1, b"av01", b"", body_of(an_avif(), b"mdat"))]
        for number, packet in enumerate(packets, 2):
            self.items.append((number, b"mime", RDF + b"\0", packet))
        self.open_end = open_end

    def bytes(self) -> bytes:
        head = box(b"ftyp", b"avif", bytes(4), b"avifmif1miaf")
        size = len(self.meta(0))
        start = len(head) + size + 8 if not self.method else 0
        data = b"".join(item[3] for item in self.items)
        media = b"" if self.method else box(b"mdat", data)
        if self.open_end:
            media = bytes(4) + media[4:]
        return head + self.meta(start) + media

    def meta(self, start: int) -> bytes:
        handler = full(b"hdlr", 0, bytes(4), b"pict", bytes(13))
        entries = b"".join(infe(n, kind, more) for n, kind, more, _ in self.items)
        inner = [
            handler,
            full(b"pitm", 0, b"\0\1"),
            self.iloc(start),
            full(b"iinf", 0, len(self.items).to_bytes(2, "big"), entries),
            box(b"iprp", body_of(an_avif(), b"iprp")),
        ]
        if self.method:
            inner.append(box(b"idat", *[item[3] for item in self.items]))
        return full(b"meta", 0, *inner)

    def iloc(self, start: int) -> bytes:
        wide = 4 if self.version == 2 else 2
        at, out = start, []
        for number, _, _, data in self.items:
            base, offset = (start, at - start) if self.based else (0, at)
            cut = [len(data) // 2, len(data) - len(data) // 2] if self.split else [len(data)]
            words = number.to_bytes(wide, "big")
            words += struct.pack(">H", self.method) if self.version else b""
            words += bytes(2) + (struct.pack(">I", base) if self.based else b"")
            words += struct.pack(">H", len(cut))
            for length in cut:
                words += struct.pack(">II", offset, length)
                offset += length
            out.append(words)
            at += len(data)
        widths = b"\x44" + (b"\x40" if self.based else b"\0")
        return full(b"iloc", self.version, widths, len(out).to_bytes(wide, "big"), *out)


FORMS = [
    Built(),
    Built(based=True),
    Built(version=1),
    Built(version=1, method=1),
    Built(version=2, based=True, split=True),
    Built(packets=[PLAIN_XMP]),
    Built(version=1, method=1, split=True, packets=[PLAIN_XMP]),
    Built(open_end=True),
]


def frames_of(data: bytes) -> list[bytes]:
    if HEIF.sniff(data[:64]) == "image/heic":
        heif = pytest.importorskip("pillow_heif").open_heif(io.BytesIO(data))
        return [bytes(image.to_pillow().tobytes()) for image in heif]
    image = Image.open(io.BytesIO(data))
    frames = []
    for number in range(image.n_frames):
        image.seek(number)
        frames.append(image.tobytes())
    return frames


class HeifContract(CarrierContract):
    carrier = HEIF

    def payload(self, data: bytes) -> object:
        return frames_of(data)

    def replaced(self, sample: bytes) -> int:
        return 2_000

    def test_writing_back_gives_the_first_bytes(self) -> None:
        for sample in self.samples():
            first = write(HEIF, sample, XMP)
            assert write(HEIF, write(HEIF, first, OTHER), XMP) == first


class TestAvif(HeifContract):
    cuts = 60
    flips = 60

    def samples(self) -> list[bytes]:
        return [an_avif(), an_avif(3, duration=50), *(form.bytes() for form in FORMS)]


class TestHeic(HeifContract):
    cuts = 60
    flips = 60

    def samples(self) -> list[bytes]:
        exif = Image.Exif()
        exif[0x0131] = "Editor 1.0"
        return [a_heic(), a_heic(xmp=PLAIN_XMP, exif=exif.tobytes())]


def test_types_are_exact_and_films_are_not_pictures():
    def typed(major: bytes, *others: bytes) -> tuple[str | None, str | None]:
        head = box(b"ftyp", major, bytes(4), *others)
        return HEIF.sniff(head), BMFF.sniff(head)

    assert typed(b"avif", b"avif", b"mif1", b"miaf") == ("image/avif", None)
    assert typed(b"avis", b"avif", b"avis", b"msf1", b"iso8") == ("image/avif-sequence", None)
    assert typed(b"heic", b"mif1", b"heic") == ("image/heic", None)
    assert typed(b"hevc", b"msf1", b"hevc", b"iso8") == ("image/heic-sequence", None)
    assert typed(b"mif1", b"heic", b"mif1") == ("image/heic", None)
    assert typed(b"mif1", b"mif1", b"avif") == ("image/avif", None)
    assert typed(b"msf1", b"msf1", b"hevc", b"isom") == ("image/heic-sequence", None)
    assert typed(b"msf1", b"msf1", b"iso8") == ("image/heif-sequence", None)
    assert typed(b"mif1", b"mif1", b"jpeg") == ("image/heif", None)
    assert typed(b"none", b"mif1", b"heic") == ("image/heic", None)
    assert typed(b"none", b"mif1", b"isom") == (None, "video/mp4")
    assert typed(b"crx ", b"crx ", b"isom") == (None, None)
    assert typed(b"isom", b"isom", b"mp41") == (None, "video/mp4")
    assert typed(b"mp42", b"mp42", b"mif1") == (None, "video/mp4")


def test_a_picture_is_known_whatever_its_name():
    for name in ("a.avif", "a.mp4", "a"):
        found = recognise(io.BytesIO(an_avif()), name)
        assert found is not None
        assert found.media_type == "image/avif"
        assert found.name_fits == (name != "a.mp4")


def test_the_packet_of_another_picture_stays_with_it():
    iref = full(b"iref", 0, box(b"cdsc", struct.pack(">HHH", 2, 1, 3)))
    meta = full(b"meta", 0, Built(packets=[PLAIN_XMP, PLAIN_XMP]).meta(0)[12:], iref)
    data = box(b"ftyp", b"avif", bytes(4), b"avifmif1miaf") + meta
    assert [p.place for p in read(HEIF, data)] == [f"{PLACE}:2", PLACE]


def test_stale_labels_go_and_nothing_moves_inside_them():
    sample = Built(packets=[OTHER["xmp"], OTHER["xmp"]]).bytes()
    assert [p.place for p in read(HEIF, sample)] == [PLACE, f"{PLACE}:3"]
    labelled = write(HEIF, sample, XMP)
    assert b"another-number" not in labelled
    assert frames_of(labelled) == frames_of(sample)
    (mine,) = [p for p in read(HEIF, labelled) if b"ProduceID" in p.data]
    assert (mine.place, mine.data) == (PLACE, XMP["xmp"])


def test_a_packet_in_a_box_of_its_own_is_read_and_blanked():
    uuid = box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), OTHER["xmp"])
    sample = an_avif() + uuid
    assert [p.place for p in read(HEIF, sample)] == ["heif:uuid:XMP"]
    labelled = write(HEIF, sample, XMP)
    assert b"another-number" not in labelled
    assert len([p for p in read(HEIF, labelled) if b"ProduceID" in p.data]) == 1


def test_exif_comment_is_read_and_taken_out_in_place():
    for foreign in (an_avif(exif=with_comment()), a_heic(exif=with_comment())):
        (packet,) = read(HEIF, foreign)
        assert packet.place == "heif:item:Exif:UserComment"
        labelled = write(HEIF, foreign, XMP)
        assert [p.place for p in read(HEIF, labelled)] == [PLACE]
        assert b"Editor 1.0" in labelled
        assert frames_of(labelled) == frames_of(foreign)


def test_a_sequence_without_items_gets_them():
    movie = an_avif(3, duration=50)
    at = movie.index(b"meta") - 4
    size = int.from_bytes(movie[at : at + 4], "big")
    bare = movie[:at] + box(b"free", bytes(size - 8)) + movie[at + size :]
    assert read(HEIF, bare) == []
    labelled = write(HEIF, bare, XMP)
    assert [(p.place, p.data) for p in read(HEIF, labelled)] == [(PLACE, XMP["xmp"])]
    assert write(HEIF, write(HEIF, labelled, OTHER), XMP) == labelled


def test_damage_is_named():
    with pytest.raises(TruncatedFile):
        write(HEIF, an_avif()[:-1], XMP)
    with pytest.raises(MalformedFile):
        write(
            HEIF, an_avif().replace(b"hdlr\0\0\0\0\0\0\0\0pict", b"hdlr\0\0\0\0\0\0\0\0vide"), XMP
        )
    beyond = Built().bytes()
    at = beyond.index(b"iloc") + 20
    with pytest.raises(TruncatedFile):
        write(HEIF, beyond[:at] + b"\x7f" + beyond[at + 1 :], XMP)
    many = Built(packets=[b"<x/>"] * 1_001).bytes()
    with pytest.raises(TooLarge):
        read(HEIF, many)


def test_pillow_reads_the_packet():
    labelled = write(HEIF, an_avif(), XMP)
    assert Image.open(io.BytesIO(labelled)).info["xmp"] == XMP["xmp"]
    for built in FORMS[:5]:
        found = Image.open(io.BytesIO(write(HEIF, built.bytes(), XMP))).info["xmp"]
        assert found == XMP["xmp"]


def test_pillow_heif_reads_the_packet():
    pillow_heif = pytest.importorskip("pillow_heif")
    for sample in (a_heic(), a_heic(xmp=PLAIN_XMP)):
        found = pillow_heif.open_heif(io.BytesIO(write(HEIF, sample, XMP)))
        assert found.info["xmp"] == XMP["xmp"]


@pytest.mark.needs("exiftool")
def test_exiftool_reads_the_label(tmp_path):
    samples = {"a.avif": an_avif(), "b.avif": an_avif(2), "c.heic": a_heic(xmp=PLAIN_XMP)}
    packet = xmp.write(None, LABEL.decode())
    for name, sample in samples.items():
        (tmp_path / name).write_bytes(write(HEIF, sample, {"xmp": packet}))
    asked = ["exiftool", "-j", "-G1", "-warning", "-error", "-xmp:all", "-imagesize", tmp_path]
    for seen in json.loads(subprocess.run(asked, check=True, capture_output=True).stdout):
        assert json.loads(seen["XMP-TC260:Aigc"]) == json.loads(LABEL)
        # The coded size of HEIC is that before cropping.
        assert seen["Composite:ImageSize"] in {"64x48", "64x64"}
        assert not {"ExifTool:Warning", "ExifTool:Error"} & set(seen)


@pytest.mark.needs("ffmpeg")
def test_ffmpeg_decodes_the_same(tmp_path):
    for number, sample in enumerate((an_avif(), an_avif(3, duration=50))):
        sums = []
        for data in (sample, write(HEIF, sample, XMP)):
            file = tmp_path / f"{number}.avif"
            file.write_bytes(data)
            command = ["ffmpeg", "-v", "error", "-i", file, "-map", "0", "-f", "framemd5", "-"]
            sums.append(subprocess.run(command, check=True, capture_output=True).stdout)
        assert sums[0] == sums[1]

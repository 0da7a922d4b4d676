"""GIF: contract, other places and forms, long animations, and what independent readers see."""

from __future__ import annotations

import io
import json
import subprocess
import time
import tracemalloc

import pytest
from PIL import Image

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers.gif import GIF, MAGIC, XMP_HEAD
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
PLACE = "gif:application:XMP"


def a_gif(frames: int = 1, **more) -> bytes:
    gradient = Image.linear_gradient("L").resize((37, 29))
    pictures = [gradient.rotate(90 * n).convert("P") for n in range(frames)]
    out = io.BytesIO()
    pictures[0].save(out, "GIF", save_all=frames > 1, append_images=pictures[1:], **more)
    return out.getvalue()


def sub_blocks(data: bytes) -> bytes:
    parts = [data[at : at + 255] for at in range(0, len(data), 255)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def before_frames(gif: bytes, extension: bytes) -> bytes:
    at = 13 + (3 << (gif[10] & 7) + 1 if gif[10] & 0x80 else 0)
    return gif[:at] + extension + gif[at:]


def frames_of(data: bytes) -> list[bytes]:
    image = Image.open(io.BytesIO(data))
    frames = []
    for number in range(image.n_frames):
        image.seek(number)
        frames.append((image.convert("RGBA").tobytes(), image.info.get("duration")))
    return frames


class TestGif(CarrierContract):
    carrier = GIF

    def samples(self) -> list[bytes]:
        return [
            a_gif(),
            a_gif(3, duration=40, loop=0, disposal=2),
            a_gif(comment=b"kept"),
            b"GIF87a" + a_gif()[6:],
            a_gif() + b"after the end",
        ]

    def payload(self, data: bytes) -> object:
        image = Image.open(io.BytesIO(data))
        return frames_of(data), image.info.get("comment"), image.info.get("loop")

    def replaced(self, sample: bytes) -> int:
        return sample.startswith(b"GIF87a")

    def test_writing_back_gives_the_first_bytes(self) -> None:
        for sample in self.samples():
            first = write(GIF, sample, XMP)
            assert write(GIF, write(GIF, first, OTHER), XMP) == first


def test_the_label_follows_the_loop_and_precedes_the_frames():
    labelled = write(GIF, a_gif(2, loop=0, duration=50), XMP)
    assert labelled.index(b"NETSCAPE2.0") < labelled.index(XMP_HEAD) < labelled.index(b"\x21\xf9")
    assert labelled[labelled.index(XMP_HEAD) :].startswith(XMP_HEAD + XMP["xmp"] + MAGIC)


@pytest.mark.parametrize(
    ("extension", "place", "found"),
    [
        (b"\x21\xfe" + sub_blocks(LABEL), "gif:comment", LABEL),
        (b"\x21\xff\x0bAIGC    1.0" + sub_blocks(LABEL), "gif:application:AIGC", LABEL),
        (XMP_HEAD + sub_blocks(XMP["xmp"]), PLACE, XMP["xmp"]),
    ],
)
def test_other_places_and_forms_are_read_and_give_way(extension, place, found):
    foreign = before_frames(a_gif(), extension)
    assert [(p.place, p.data) for p in read(GIF, foreign)] == [(place, found)]
    assert write(GIF, foreign, XMP) == write(GIF, a_gif(), XMP)


def test_a_packet_after_the_frames_moves_before_them():
    plain = a_gif(2)
    late = plain[:-1] + XMP_HEAD + OTHER["xmp"] + MAGIC + plain[-1:]
    assert [p.place for p in read(GIF, late)] == [f"{PLACE}:after-data"]
    assert write(GIF, late, XMP) == write(GIF, plain, XMP)


def test_a_packet_of_any_length_leads_past_itself():
    for length in (1, 254, 255, 256, 257, 5000):
        packet = b"<x>" + b"\xff" * length
        labelled = write(GIF, a_gif(2), {"xmp": packet})
        assert [p.data for p in read(GIF, labelled)] == [packet]
        assert frames_of(labelled) == frames_of(a_gif(2))


def test_cut_and_foreign_bytes_are_named():
    with pytest.raises(TruncatedFile):
        write(GIF, a_gif()[:-20], XMP)
    with pytest.raises(MalformedFile):
        write(GIF, before_frames(a_gif(), b"\x99"), XMP)
    with pytest.raises(MalformedFile):
        write(GIF, a_gif(), {"xmp": "<x/>".encode("utf-16")})
    assert read(GIF, write(GIF, a_gif(), XMP)[:-20])[0].place == PLACE


def test_labels_are_counted():
    with pytest.raises(TooLarge):
        read(GIF, before_frames(a_gif(), (b"\x21\xfe" + sub_blocks(LABEL)) * 1_001))


def test_ten_thousand_frames_are_soon_done_in_little_memory():
    start, _, frame = a_gif(2, duration=50, loop=0).partition(b"\x21\xf9\x04")
    frame = b"\x21\xf9\x04" + frame[:-1]
    movie = start + frame * 5_000 + b";"
    assert movie.count(b"\x21\xf9\x04") >= 10_000
    source = io.BytesIO(movie)
    began = time.perf_counter()
    pieces = GIF.write(source, XMP)
    assert time.perf_counter() - began < 1
    assert len(pieces) == 3
    tracemalloc.start()
    GIF.write(source, XMP)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


@pytest.mark.needs("exiftool")
def test_exiftool_reads_the_label(tmp_path):
    file = tmp_path / "a.gif"
    file.write_bytes(write(GIF, a_gif(2), {"xmp": xmp.write(None, LABEL.decode())}))
    asked = ["exiftool", "-j", "-G1", "-warning", "-error", "-xmp:all", "-framecount", file]
    (seen,) = json.loads(subprocess.run(asked, check=True, capture_output=True).stdout)
    assert json.loads(seen["XMP-TC260:Aigc"]) == json.loads(LABEL)
    assert not {"ExifTool:Warning", "ExifTool:Error"} & set(seen)


@pytest.mark.needs("ffmpeg")
def test_ffmpeg_decodes_the_same_frames(tmp_path):
    plain, labelled = tmp_path / "plain.gif", tmp_path / "labelled.gif"
    plain.write_bytes(a_gif(3, duration=40, loop=0))
    labelled.write_bytes(write(GIF, plain.read_bytes(), XMP))
    sums = [
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", one, "-f", "framemd5", "-"],
            check=True,
            capture_output=True,
        )
        for one in (plain, labelled)
    ]
    assert sums[0].stdout == sums[1].stdout
    assert not sums[1].stderr

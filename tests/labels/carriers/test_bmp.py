"""BMP: contract, every version of the header, packets elsewhere, and independent decoders."""

from __future__ import annotations

import io
import json
import struct
import subprocess

import pytest
from PIL import Image

from colophon.errors import MalformedFile, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers.bmp import BMP
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


def saved(mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((37, 29)).convert(mode).save(out, "BMP")
    return out.getvalue()


def a_bmp(header: bytes, colours: bytes, pixels: bytes, after: bytes = b"") -> bytes:
    start = 14 + len(header) + len(colours)
    size = start + len(pixels) + len(after)
    return struct.pack("<2sIII", b"BM", size, 0, start) + header + colours + pixels + after


def os2() -> bytes:
    return a_bmp(struct.pack("<IHHHH", 12, 3, 2, 1, 24), b"", bytes(range(24)))


def windows(size: int, depth: int = 24, kind: int = 0, top_down: bool = False) -> bytes:
    row = (3 * depth + 31) // 32 * 4
    body = bytes(n * 7 % 256 for n in range(row * 2))
    sides = (3, -2 if top_down else 2)
    header = struct.pack("<IiiHHIIiiII", 40, *sides, 1, depth, kind, len(body), 0, 0, 0, 0)
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000 if size > 52 else 0)
    header = struct.pack("<I", size) + header[4:] + masks[: size - 40]
    return a_bmp(header.ljust(size, b"\0"), b"", body)


def with_profile() -> bytes:
    plain = bytearray(windows(124))
    profile = b"a colour profile"
    plain[14 + 56 : 14 + 60] = b"DEBM"
    plain[14 + 112 : 14 + 120] = struct.pack("<II", len(plain) - 14, len(profile))
    plain[2:6] = struct.pack("<I", len(plain) + len(profile))
    return bytes(plain) + profile


def run_length() -> bytes:
    rows = b"\3\1\0\0\3\2\0\1"
    header = struct.pack("<IiiHHIIiiII", 40, 3, 2, 1, 8, 1, len(rows), 0, 0, 4, 0)
    return a_bmp(header, bytes(range(16)), rows)


class TestBmp(CarrierContract):
    carrier = BMP

    def samples(self) -> list[bytes]:
        modes = [saved(mode) for mode in ("RGB", "L", "P", "1", "RGBA")]
        versions = [windows(size) for size in (40, 108, 124)]
        fields = [windows(size, 32, 3) for size in (52, 56, 108, 124)]
        more = [os2(), windows(40, top_down=True), with_profile(), run_length()]
        return modes + versions + fields + more

    def payload(self, data: bytes) -> object:
        image = Image.open(io.BytesIO(data))
        return image.mode, image.tobytes(), data[6:38]

    def replaced(self, sample: bytes) -> int:
        return 4

    def test_writing_back_gives_the_first_bytes(self) -> None:
        for sample in self.samples():
            first = write(BMP, sample, XMP)
            assert write(BMP, write(BMP, first, OTHER), XMP) == first

    def test_the_size_is_right(self) -> None:
        for sample in self.samples():
            labelled = write(BMP, sample, XMP)
            assert struct.unpack_from("<I", labelled, 2)[0] == len(labelled)
            assert labelled[6 : len(sample)] == sample[6:]


def test_a_wrong_size_stays_as_it_was():
    sample = bytearray(saved())
    sample[2:6] = bytes(4)
    assert write(BMP, bytes(sample), XMP)[: len(sample)] == bytes(sample)


def test_a_packet_before_the_pixels_is_read_and_blanked():
    plain = windows(40)
    gap = plain[:10] + struct.pack("<I", 54 + len(OTHER["xmp"])) + plain[14:54] + OTHER["xmp"]
    foreign = gap + plain[54:]
    assert [p.place for p in read(BMP, foreign)] == ["bmp:XMP:before-data"]
    labelled = write(BMP, foreign, XMP)
    assert [p.place for p in read(BMP, labelled)] == ["bmp:XMP"]
    assert b"another-number" not in labelled
    assert Image.open(io.BytesIO(labelled)).tobytes() == Image.open(io.BytesIO(plain)).tobytes()


def test_further_packets_go():
    foreign = saved() + OTHER["xmp"] + b"between" + OTHER["xmp"]
    assert [p.place for p in read(BMP, foreign)] == ["bmp:XMP", "bmp:XMP:2"]
    labelled = write(BMP, foreign, XMP)
    assert labelled.endswith(XMP["xmp"] + b"between")
    assert len(read(BMP, labelled)) == 1


def test_a_packet_without_marks_gets_them():
    labelled = write(BMP, saved(), {"xmp": b"<x:xmpmeta/>"})
    (packet,) = read(BMP, labelled)
    assert packet.data.startswith(b"<?xpacket begin")
    assert b"<x:xmpmeta/>" in packet.data


def test_pixels_that_look_like_a_packet_are_pixels():
    plain = windows(40, 32)
    forged = plain[:54] + b"<?xpacket begin=1?><?xpa"
    assert len(forged) == len(plain)
    assert read(BMP, forged) == []


def test_cut_and_foreign_bytes_are_named():
    with pytest.raises(TruncatedFile):
        write(BMP, saved()[:-1], XMP)
    with pytest.raises(MalformedFile):
        read(BMP, b"BM" + bytes(40))
    assert BMP.sniff(b"BM is how a letter may begin, and it is no picture") is None


@pytest.mark.needs("exiftool")
def test_exiftool_reads_the_label(tmp_path):
    file = tmp_path / "a.bmp"
    file.write_bytes(write(BMP, saved(), {"xmp": xmp.write(None, LABEL.decode())}))
    # BMP has no place for metadata: the scan for packets, of any file, is what finds it.
    asked = ["exiftool", "-j", "-G1", "-scanForXMP", "-xmp:all", "-imagesize", "-error", file]
    (seen,) = json.loads(subprocess.run(asked, check=True, capture_output=True).stdout)
    assert json.loads(seen["XMP-TC260:Aigc"]) == json.loads(LABEL)
    assert seen["Composite:ImageSize"] == "37x29"
    assert "ExifTool:Error" not in seen


@pytest.mark.needs("ffmpeg")
def test_ffmpeg_and_opencv_decode_the_same(tmp_path):
    import cv2
    import numpy as np

    for number, sample in enumerate(TestBmp().samples()):
        seen = []
        for data in (sample, write(BMP, sample, XMP)):
            file = tmp_path / f"{number}.bmp"
            file.write_bytes(data)
            command = ["ffmpeg", "-v", "quiet", "-i", file, "-f", "rawvideo", "-"]
            frame = subprocess.run(command, capture_output=True).stdout
            picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
            seen.append((frame, None if picture is None else picture.tobytes()))
        assert seen[0] == seen[1]

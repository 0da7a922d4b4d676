"""JPEG: contract, EXIF comments, order of segments, odd files, and independent readers."""

from __future__ import annotations

import io
import json
import subprocess
import time

import pytest
from PIL import Image

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers.jpeg import JPEG, PACKET_CAP
from tests.labels.carriers.contract import LABEL, CarrierContract, packets_of, read, write

WRAPPED = b'{"AIGC":' + LABEL + b"}"


def a_jpeg(size: tuple[int, int] = (37, 29), mode: str = "RGB", **more) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(out, "JPEG", **more)
    return out.getvalue()


def with_comment(comment: bytes, **more) -> bytes:
    exif = Image.Exif()
    exif[0x0131] = "Editor 1.0"
    exif.get_ifd(0x8769)[0x9286] = comment
    return a_jpeg(exif=exif, **more)


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(data) + 2).to_bytes(2, "big") + data


def with_segment(jpeg: bytes, marker: int, data: bytes) -> bytes:
    """The segment put before the first quantisation table."""
    at = jpeg.index(b"\xff\xdb")
    return jpeg[:at] + segment(marker, data) + jpeg[at:]


def segments(jpeg: bytes) -> list[tuple[int, bytes]]:
    at, found = 2, []
    while jpeg[at + 1] != 0xDA:
        assert jpeg[at] == 0xFF
        length = int.from_bytes(jpeg[at + 2 : at + 4], "big")
        found.append((jpeg[at + 1], jpeg[at + 4 : at + 2 + length]))
        at += 2 + length
    return [*found, (0xDA, jpeg[at:])]


def is_xmp(found: tuple[int, bytes]) -> bool:
    return found[0] == 0xE1 and found[1].startswith(b"http://ns.adobe.com/xap/1.0/\0")


def an_mpo() -> bytes:
    out = io.BytesIO()
    images = [Image.new("RGB", (24, 24), colour) for colour in ("red", "blue", "green")]
    images[0].save(out, "MPO", save_all=True, append_images=images[1:])
    return out.getvalue()


def is_index(found: tuple[int, bytes]) -> bool:
    return found[0] == 0xE2 and found[1].startswith(b"MPF\0")


class TestJpeg(CarrierContract):
    carrier = JPEG
    longest = 60_000

    def samples(self) -> list[bytes]:
        return [
            a_jpeg(),
            a_jpeg(mode="L", progressive=True),
            a_jpeg(mode="CMYK", comment=b"kept"),
            with_comment(b"ASCII\0\0\0a note"),
            with_segment(a_jpeg(), 0xEB, b"JP\0\1\0\0\0\1 a manifest store"),
            an_mpo(),
            a_jpeg()[:-2],
            a_jpeg() + b"after the end",
        ]

    def payload(self, data: bytes) -> object:
        image = Image.open(io.BytesIO(data + b"\xff\xd9"))
        pixels = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            pixels.append(image.convert("RGB").tobytes())
        return image.mode, pixels, [s for s in segments(data) if not is_xmp(s) and not is_index(s)]

    def replaced(self, sample: bytes) -> int:
        return sum(len(s[1]) for s in segments(sample) if is_index(s))


def index_of(mpo: bytes) -> list[tuple[int, int]]:
    """Size and offset of each picture, by the index."""
    image = Image.open(io.BytesIO(mpo))
    return [(e["Size"], e["DataOffset"]) for e in image.mpinfo[0xB002]]


@pytest.mark.parametrize("late", [False, True])
def test_the_index_of_pictures_stays_true(late):
    mpo = an_mpo()
    if late:  # a packet after the index, made by a writer that took no care of it
        mpo = write(JPEG, with_segment(mpo, 0xE1, b"http://ns.adobe.com/xap/1.0/\0"), {"xmp": b""})
    before = index_of(mpo)
    labelled = write(JPEG, mpo, packets_of(["xmp"]))
    grown = len(labelled) - len(mpo)
    assert index_of(labelled)[0] == (before[0][0] + grown, 0)
    shifts = {b[1] - a[1] for a, b in zip(before[1:], index_of(labelled)[1:], strict=True)}
    assert shifts == {grown if late else 0}
    assert write(JPEG, labelled, {"xmp": b""}).count(b"MPF\0") == 1


def test_a_damaged_index_is_left_alone():
    for noise in (b"", b"II*\0", b"II*\0\xff\xff\xff\xff", bytes(40)):
        source = with_segment(a_jpeg(), 0xE2, b"MPF\0" + noise)
        labelled = write(JPEG, source, packets_of(["xmp"]))
        assert [s for s in segments(labelled) if not is_xmp(s)] == segments(source)


def test_padding_gives_way_where_a_packet_does_not_fit():
    packet = b"<x>" + b"a" * 60000 + b"</x>" + b" \n" * 4000 + b'<?xpacket end="w"?>'
    labelled = write(JPEG, a_jpeg(), {"xmp": packet})
    assert read(JPEG, labelled)[0].data == packet.replace(b" \n" * 4000, b"\n")


@pytest.mark.parametrize(
    "comment",
    [
        b"ASCII\0\0\0" + WRAPPED,
        bytes(8) + WRAPPED,
        b"UNICODE\0" + WRAPPED.decode().encode("utf-16-be"),
        b"UNICODE\0" + WRAPPED.decode().encode("utf-16-le"),
        WRAPPED,
    ],
)
def test_exif_comment_is_read_and_taken_out_in_place(comment):
    foreign = with_comment(comment)
    (packet,) = read(JPEG, foreign)
    assert (packet.form, packet.place) == ("aigc", "jpeg:APP1:EXIF:UserComment")
    assert packet.data == WRAPPED
    labelled = write(JPEG, foreign, packets_of(["xmp"]))
    assert [p.form for p in read(JPEG, labelled)] == ["xmp"]
    assert len([s for s in segments(labelled) if not is_xmp(s)]) == len(segments(foreign))
    exif = Image.open(io.BytesIO(labelled)).getexif()
    assert exif[0x0131] == "Editor 1.0"
    assert b"AIGC" not in exif.get_ifd(0x8769)[0x9286]


def test_a_label_in_a_comment_segment_gives_way():
    foreign = with_segment(a_jpeg(), 0xFE, LABEL)
    assert [(p.place, p.data) for p in read(JPEG, foreign)] == [("jpeg:COM", LABEL)]
    labelled = write(JPEG, foreign, packets_of(["xmp"]))
    assert [s for s in segments(labelled) if not is_xmp(s)] == segments(a_jpeg())


def test_the_packet_follows_what_must_come_first():
    exif_first = with_comment(b"ASCII\0\0\0x", icc_profile=b"profile")
    markers = [s[0] for s in segments(write(JPEG, exif_first, packets_of(["xmp"])))]
    assert markers[:4] == [0xE0, 0xE1, 0xE1, 0xE2]


def test_other_segments_stay_as_they_are():
    source = with_segment(a_jpeg(), 0xEB, b"JP manifest store")
    source = with_segment(source, 0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(60))
    source = with_segment(source, 0xE2, b"ICC_PROFILE\0\1\1data")
    labelled = write(JPEG, source, packets_of(["xmp"]))
    assert [s for s in segments(labelled) if not is_xmp(s)] == segments(source)


def test_fill_bytes_and_second_packets():
    jpeg = a_jpeg()
    old = b"http://ns.adobe.com/xap/1.0/\0" + packets_of(["xmp"])["xmp"]
    filled = jpeg[:2] + b"\xff\xff\xff" + segment(0xE1, old) + segment(0xE1, old) + jpeg[2:]
    assert len(read(JPEG, filled)) == 2
    labelled = write(JPEG, filled, packets_of(["xmp"]))
    assert labelled == jpeg[:2] + b"\xff\xff\xff" + segment(0xE1, old) + jpeg[2:]


def test_a_packet_too_long_for_a_segment_is_refused():
    assert write(JPEG, a_jpeg(), {"xmp": b"x" * 65502})
    with pytest.raises(TooLarge):
        write(JPEG, a_jpeg(), {"xmp": b"x" * 65503})


def test_a_fragment_is_read_and_not_written():
    fragment = b"\xff\xd8Exif\0\0MM\0*ASCII\0" + WRAPPED[:100]
    assert JPEG.sniff(fragment) == "image/jpeg"
    assert [p.data for p in read(JPEG, fragment)] == [WRAPPED[:100]]
    with pytest.raises((MalformedFile, TruncatedFile)):
        write(JPEG, fragment, packets_of(["xmp"]))


def test_a_file_without_a_scan_is_refused():
    jpeg = a_jpeg()
    with pytest.raises(TruncatedFile):
        write(JPEG, jpeg[: jpeg.index(b"\xff\xda")], packets_of(["xmp"]))
    with pytest.raises(MalformedFile):
        write(JPEG, b"\xff\xd8\xff\xd9", packets_of(["xmp"]))


class Counting(io.BytesIO):
    """Counts the bytes read."""

    total = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.total += len(data)
        return data


def test_scans_are_not_read():
    source = Counting(a_jpeg((4000, 3000)))
    JPEG.write(source, packets_of(["xmp"]))
    assert source.total < 4096


@pytest.mark.needs("exiftool")
def test_exiftool_reads_the_label(tmp_path):
    file = tmp_path / "a.jpg"
    source = with_comment(b"ASCII\0\0\0" + WRAPPED)
    file.write_bytes(write(JPEG, source, {"xmp": xmp.write(None, LABEL.decode(), "http://e.org")}))
    asked = ["exiftool", "-j", "-G1", "-validate", "-a", "-warning", "-xmp:all", "-exif:all", file]
    (seen,) = json.loads(subprocess.run(asked, check=True, capture_output=True).stdout)
    assert json.loads(seen["XMP-TC260:Aigc"]) == json.loads(LABEL)
    assert seen["XMP-iptcExt:DigitalSourceType"] == "http://e.org"
    assert seen["IFD0:Software"] == "Editor 1.0"
    assert "AIGC" not in str(seen.get("ExifIFD:UserComment"))


def test_a_packet_of_nothing_but_blanks_is_refused_without_delay():
    """Each run of blanks is read once, whatever it is followed by."""
    packet = b"<?xpacket begin?>" + b" " * (PACKET_CAP + 1)
    started = time.process_time()
    with pytest.raises(TooLarge):
        JPEG.write(io.BytesIO(a_jpeg()), {"xmp": packet})
    assert time.process_time() - started < 2

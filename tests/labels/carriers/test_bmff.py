"""MP4, MOV, M4A: the contract over real muxers' files, and the odd layouts of the wild."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import subprocess
import tempfile
import tracemalloc
from functools import cache
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
import pytest

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels.carriers.bmff import BMFF
from colophon.labels.carriers.bmff_boxes import BoxEdit, Shift, found, walk
from colophon.labels.carriers.bmff_offsets import moved
from colophon.labels.carriers.packet import Keep, Put
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, render, write

PLACE = "bmff:moov.udta.meta:AIGC"
PACKETS = {"aigc": LABEL}
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


@cache
def film(
    kind: str = "mp4", movflags: str = "faststart", title: str = "标题", seconds: float = 0.4
) -> bytes:
    """A short film with a tone, muxed by FFmpeg's own muxer."""
    options = {"movflags": movflags} if movflags else {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film"
        _muxed(path, kind, options, title, seconds)
        return path.read_bytes()


def _muxed(path: Path, kind: str, options: dict[str, str], title: str, seconds: float) -> None:
    with av.open(str(path), "w", format=kind, options=options) as container:
        if title:
            container.metadata["title"] = title
        streams = []
        if kind != "ipod":
            video = container.add_stream("mpeg4", rate=25)
            video.width, video.height, video.pix_fmt, video.gop_size = 64, 48, "yuv420p", 5
            streams.append((video, _pictures(int(25 * seconds))))
        sound = container.add_stream("aac", rate=48000)
        streams.append((sound, _tone(seconds)))
        for stream, frames in streams:
            for frame in frames:
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))


def _pictures(count: int):
    for number in range(count):
        yield av.VideoFrame.from_ndarray(
            np.full((48, 64, 3), number * 20 % 255, dtype=np.uint8), format="rgb24"
        )


def _tone(seconds: float):
    wave = np.sin(np.arange(int(48000 * seconds)) / 20).astype(np.float32)
    for number, at in enumerate(range(0, len(wave) - 1023, 1024)):
        frame = av.AudioFrame.from_ndarray(wave[None, at : at + 1024], format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 48000, number * 1024
        yield frame


def media(data: bytes) -> object:
    """Every packet, every decoded frame, every tag but the label."""
    with av.open(io.BytesIO(data)) as container:
        tags = {k: v for k, v in container.metadata.items() if k != "AIGC"}
        packets, frames = [], []
        for packet in container.demux():
            packets.append((packet.stream_index, packet.pts, packet.dts, bytes(packet)))
            for frame in packet.decode():
                frames.append(hashlib.sha256(frame.to_ndarray().tobytes()).hexdigest())
    return tags, packets, frames


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def top(data: bytes) -> list[tuple[bytes, bytes]]:
    source = io.BytesIO(data)
    return [(b.kind, data[b.start : b.end]) for b in walk(source, 0, len(data))]


def labelled_with(data: bytes, label: bytes = LABEL) -> bytes:
    return write(BMFF, data, {"aigc": label})


def only_label(data: bytes) -> bytes:
    (packet,) = [p for p in read(BMFF, data) if p.form == "aigc"]
    assert packet.place == PLACE
    return packet.data


class TestBmff(CarrierContract):
    carrier = BMFF
    cuts = 60
    flips = 80

    def samples(self) -> list[bytes]:
        return [
            film(),
            film(movflags="use_metadata_tags"),
            film(movflags="frag_keyframe+empty_moov"),
            film(movflags="dash+frag_keyframe+empty_moov+default_base_moof"),
            film("mov", ""),
            film("ipod"),
        ]

    def payload(self, data: bytes) -> object:
        return media(data)

    def replaced(self, sample: bytes) -> int:
        """Sizes, offset tables, the keys box."""
        return 200 + sample.count(b"moof") * 60


def test_types_come_from_the_brands() -> None:
    assert BMFF.sniff(film()[:4096]) == "video/mp4"
    assert BMFF.sniff(film("mov", "")[:4096]) == "video/quicktime"
    assert BMFF.sniff(film("ipod")[:4096]) == "audio/mp4"
    assert BMFF.sniff(film("ismv", "")[:4096]) == "video/mp4"


@pytest.mark.parametrize("brand", [b"heic", b"avif", b"mif1", b"jxl ", b"crx "])
def test_pictures_of_the_same_family_are_left_to_others(brand: bytes) -> None:
    assert BMFF.sniff(box(b"ftyp", brand, bytes(4), brand, b"mif1")) is None


def test_quicktime_without_ftyp() -> None:
    data = film("mov", "")
    boxes = [raw for kind, raw in top(data) if kind != b"ftyp"]
    bare = b"".join(boxes)
    assert BMFF.sniff(bare[:4096]) == "video/quicktime"
    assert only_label(labelled_with(bare)) == LABEL


def test_words_are_no_film() -> None:
    assert BMFF.sniff(b"my free text, which is not a box at all.....") is None
    assert BMFF.sniff(b"abcdfree" + b" words and words" * 4) is None


@pytest.mark.needs("ffprobe")
@pytest.mark.parametrize("kind", ["mp4", "mov", "ipod"])
@pytest.mark.parametrize("movflags", ["faststart", "use_metadata_tags", "frag_keyframe+empty_moov"])
def test_ffprobe_reads_the_key_and_the_old_title(kind: str, movflags: str, tmp_path: Path) -> None:
    path = tmp_path / "labelled"
    path.write_bytes(labelled_with(film(kind, movflags)))
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_entries", "format_tags", str(path)]
    told = subprocess.run(command, capture_output=True, check=True)
    tags = json.loads(told.stdout)["format"]["tags"]
    assert told.stderr == b""
    assert tags["AIGC"].encode() == LABEL
    assert tags["title"] == "标题"


@pytest.mark.needs("exiftool")
@pytest.mark.parametrize("kind", ["mp4", "mov", "ipod"])
def test_exiftool_reads_the_key_and_the_old_title(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "labelled"
    path.write_bytes(labelled_with(film(kind)))
    told = subprocess.run(
        ["exiftool", "-json", "-G1", "-AIGC", "-Title", str(path)], capture_output=True, check=True
    )
    (tags,) = json.loads(told.stdout)
    assert tags["Keys:AIGC"].encode() == LABEL
    assert "标题" in tags.values()


@pytest.mark.needs("ffmpeg")
def test_decoded_frames_are_the_same_for_ffmpeg(tmp_path: Path) -> None:
    sums = []
    for number, data in enumerate((film(), labelled_with(film()))):
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(data)
        command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "framemd5", "-"]
        sums.append(subprocess.run(command, capture_output=True, check=True).stdout)
    assert sums[0] == sums[1]


def test_the_itunes_list_stays_byte_for_byte() -> None:
    before = film()
    start = before.index(b"ilst") - 4
    (size,) = struct.unpack_from(">I", before, start)
    assert before[start : start + size] in labelled_with(before)


def test_other_keys_stay_and_items_follow_their_numbers() -> None:
    table = _table([("title", b"one"), ("AIGC", b"{}"), ("AIGC", b"{}"), ("author", b"two")])
    data = _with_udta(box(b"udta", table))
    labelled = labelled_with(data)
    assert only_label(labelled) == LABEL
    with av.open(io.BytesIO(labelled)) as container:
        assert container.metadata["title"] == "one"
        assert container.metadata["author"] == "two"
        assert container.metadata["AIGC"].encode() == LABEL


def _table(pairs: list[tuple[str, bytes]], *, full: bool = True) -> bytes:
    names = [b"mdta" + name.encode() for name, _ in pairs]
    keys = box(
        b"keys",
        struct.pack(">II", 0, len(pairs)),
        *(struct.pack(">I", 4 + len(n)) + n for n in names),
    )
    items = [
        box(struct.pack(">I", number), box(b"data", struct.pack(">II", 1, 0), value))
        for number, (_, value) in enumerate(pairs, 1)
    ]
    handler = box(b"hdlr", bytes(8), b"mdta", bytes(13))
    return box(b"meta", bytes(4) if full else b"", handler, keys, box(b"ilst", *items))


def _with_udta(udta: bytes, movflags: str = "") -> bytes:
    """A film whose moov (at the end) holds this instead of its user data."""
    parts = []
    for kind, raw in top(film(movflags=movflags, title="")):
        if kind == b"moov":
            inner = raw[8:]
            kept = [r for k, r in top(inner) if k != b"udta"]
            raw = box(b"moov", *kept, udta)
        parts.append(raw)
    return b"".join(parts)


def test_meta_directly_under_moov_is_read_and_moved() -> None:
    stale = _table([("com.apple.quicktime.make", b"camera"), ("AIGC", OTHER_LABEL)], full=False)
    data = _with_udta(stale)
    assert [p.place for p in read(BMFF, data)] == ["bmff:moov.meta:AIGC"]
    labelled = labelled_with(data)
    assert only_label(labelled) == LABEL
    assert b"camera" in labelled
    assert b"another-number-22" not in labelled
    assert labelled_with(labelled) == labelled


TITLE = box(
    b"udta",
    box(
        b"meta",
        bytes(4),
        box(b"hdlr", bytes(8), b"mdirappl", bytes(9)),
        box(b"ilst", box(b"\xa9nam", box(b"data", struct.pack(">II", 1, 0), b"hello"))),
    ),
)


@pytest.mark.parametrize("before", [b"", TITLE])
@pytest.mark.parametrize("after", [b"", TITLE])
@pytest.mark.parametrize("stale", [False, True])
def test_a_second_key_table_confuses_no_reader(before: bytes, after: bytes, stale: bool) -> None:
    """FFmpeg reads all tables by the numbers of the first."""
    pairs = [("com.apple.quicktime.make", b"Maker"), ("com.apple.quicktime.model", b"X")]
    pairs[1:1] = [("AIGC", OTHER_LABEL)] if stale else []
    atom = box(b"udta", box(b"AIGC", OTHER_LABEL)) if stale and not before and not after else b""
    data = _with_udta(before + _table(pairs, full=False) + after + atom)
    labelled = labelled_with(data)
    assert only_label(labelled) == LABEL
    assert labelled_with(labelled) == labelled
    assert b"another-number-22" not in labelled
    with av.open(io.BytesIO(labelled)) as container:
        tags = container.metadata
    assert tags["AIGC"].encode() == LABEL
    assert tags["com.apple.quicktime.make"] == "Maker"
    assert tags["com.apple.quicktime.model"] == "X"
    assert tags.get("title") == ("hello" if before or after else None)


def test_freeform_item_is_read_and_moved() -> None:
    item = box(
        b"----",
        box(b"mean", bytes(4), b"com.apple.iTunes"),
        box(b"name", bytes(4), b"AIGC"),
        box(b"data", struct.pack(">II", 1, 0), OTHER_LABEL),
    )
    name = box(b"\xa9nam", box(b"data", struct.pack(">II", 1, 0), b"hello"))
    handler = box(b"hdlr", bytes(8), b"mdirappl", bytes(9))
    data = _with_udta(box(b"udta", box(b"meta", bytes(4), handler, box(b"ilst", item, name))))
    (packet,) = read(BMFF, data)
    assert (packet.place, packet.data) == ("bmff:moov.udta.meta:----:AIGC", OTHER_LABEL)
    labelled = labelled_with(data)
    assert only_label(labelled) == LABEL
    assert name in labelled


def test_atom_in_user_data_is_read_and_moved() -> None:
    atom = box(b"AIGC", struct.pack(">HH", len(OTHER_LABEL), 0), OTHER_LABEL)
    data = _with_udta(box(b"udta", atom, bytes(4)))
    (packet,) = read(BMFF, data)
    assert (packet.place, packet.data) == ("bmff:moov.udta:AIGC", OTHER_LABEL)
    assert only_label(labelled_with(data)) == LABEL


def test_label_in_a_quicktime_comment_is_read_and_moved() -> None:
    head = struct.pack(">HH", len(OTHER_LABEL), 0x55C4)
    other = box(b"\xa9swr", struct.pack(">HH", 4, 0x55C4), b"Lavf")
    data = _with_udta(box(b"udta", box(b"\xa9cmt", head, OTHER_LABEL), other))
    (packet,) = read(BMFF, data)
    assert packet.data == OTHER_LABEL
    assert only_label(labelled_with(data)) == LABEL
    assert other in labelled_with(data)


def test_label_in_a_comment_is_read_and_moved() -> None:
    wrapped = b'{"AIGC":' + OTHER_LABEL + b"}"
    comment = box(b"\xa9cmt", box(b"data", struct.pack(">II", 1, 0), wrapped))
    handler = box(b"hdlr", bytes(8), b"mdirappl", bytes(9))
    data = _with_udta(box(b"udta", box(b"meta", bytes(4), handler, box(b"ilst", comment))))
    (packet,) = read(BMFF, data)
    assert packet.data == wrapped
    assert only_label(labelled_with(data)) == LABEL


def test_xmp_box_is_read_and_loses_only_its_label() -> None:
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description TC260:AIGC="{}" dc:x="1">'
        b"<TC260:AIGC>" + OTHER_LABEL + b"</TC260:AIGC><dc:title>t</dc:title></x:xmpmeta>"
    )
    data = film() + box(b"uuid", XMP_UUID, xmp)
    assert [(p.form, p.place, p.data) for p in read(BMFF, data)] == [("xmp", "bmff:uuid:xmp", xmp)]
    labelled = labelled_with(data)
    (left,) = [p for p in read(BMFF, labelled) if p.form == "xmp"]
    assert b"AIGC" not in left.data
    assert len(left.data) == len(xmp)
    element = b"<TC260:AIGC>" + OTHER_LABEL + b"</TC260:AIGC>"
    assert left.data == xmp.replace(b' TC260:AIGC="{}"', b" " * 16).replace(
        element, b" " * len(element)
    )
    assert only_label(labelled) == LABEL


def test_credential_box_is_kept() -> None:
    credential = box(b"uuid", bytes.fromhex("d8fec3d61b0e483c92975828877ec481"), bytes(400))
    boxes = [raw for _, raw in top(film())]
    data = b"".join([boxes[0], credential, *boxes[1:]])
    assert credential in labelled_with(data)


@pytest.mark.parametrize("before", [True, False])
def test_free_space_beside_moov_stays(before: bool) -> None:
    parts = top(film(movflags=""))  # ftyp, free, mdat, moov
    moov = next(raw for kind, raw in parts if kind == b"moov")
    free = box(b"free", bytes(1000))
    rest = [raw for kind, raw in parts if kind not in {b"moov", b"ftyp"}]
    ftyp = parts[0][1]
    middle = [free, moov] if before else [moov, free]
    data = b"".join([ftyp, *rest, *middle])
    labelled = labelled_with(data)
    assert free in labelled
    assert media(labelled) == media(data)


def test_long_size_and_open_end() -> None:
    parts = dict(top(film(movflags="")))
    mdat = parts[b"mdat"]
    moov = parts[b"moov"]
    ftyp = parts[b"ftyp"]
    body = mdat[8:]
    long_mdat = struct.pack(">I4sQ", 1, b"mdat", 16 + len(body)) + body
    data = ftyp + long_mdat + struct.pack(">I4s", 0, b"moov") + moov[8:]
    labelled = labelled_with(data)
    assert only_label(labelled) == LABEL
    assert struct.pack(">I4s", 0, b"moov") in labelled
    assert labelled.startswith(ftyp + long_mdat)


def test_moov_with_a_64_bit_size() -> None:
    parts = dict(top(film(movflags="")))
    moov = parts[b"moov"][8:]
    data = parts[b"ftyp"] + struct.pack(">I4sQ", 1, b"moov", 16 + len(moov)) + moov
    labelled = labelled_with(data)
    (found_moov,) = found(walk(io.BytesIO(labelled), 0, len(labelled)), b"moov")
    assert found_moov.end == len(labelled)


def _chunk_table_file(offsets: list[int]) -> bytes:
    table = box(
        b"stco", struct.pack(">II", 0, len(offsets)), struct.pack(f">{len(offsets)}I", *offsets)
    )
    stbl = box(b"stbl", table)
    return (
        box(b"ftyp", b"isom", bytes(4))
        + box(b"moov", box(b"trak", box(b"mdia", box(b"minf", stbl))))
        + box(b"mdat", bytes(64))
    )


def test_chunk_offsets_past_4_gib_get_64_bits() -> None:
    data = _chunk_table_file([120, 0xFFFF_FFF0])
    labelled = labelled_with(data)
    at = labelled.index(b"co64")
    growth = len(labelled) - len(data)
    assert struct.unpack_from(">IIQQ", labelled, at + 4) == (
        0,
        2,
        120 + growth,
        0xFFFF_FFF0 + growth,
    )
    assert b"stco" not in labelled
    assert top(labelled)[-1][0] == b"mdat"


def test_tables_before_the_growth_stay() -> None:
    data = _chunk_table_file([8, 16])
    labelled = labelled_with(data)
    at = labelled.index(b"stco")
    assert struct.unpack_from(">II", labelled, at + 12) == (8, 16)


def test_offsets_of_fragments_follow() -> None:
    tfhd = box(b"tfhd", b"\0\0\0\1", struct.pack(">IQ", 1, 5000))
    moof = box(b"moof", box(b"traf", tfhd))
    sidx = box(b"sidx", bytes(4), struct.pack(">IIII", 1, 1, 0, 700), bytes(4))
    tfra = box(
        b"tfra", bytes(4), struct.pack(">III", 1, 0, 1), struct.pack(">II", 9, 6000), b"\1\1\1"
    )
    iloc = box(b"iloc", b"\1\0\0\0", b"\x44\0", struct.pack(">HHHHHII", 1, 1, 0, 0, 1, 7000, 3))
    data = (
        box(b"ftyp", b"isom", bytes(4))
        + box(b"moov", box(b"mvhd", bytes(100)))
        + sidx
        + moof
        + box(b"mdat", bytes(9000))
        + box(b"mfra", tfra)
        + box(b"meta", bytes(4), box(b"hdlr", bytes(24)), iloc)
    )
    labelled = labelled_with(data)
    growth = len(labelled) - len(data)
    assert growth > 0
    assert struct.pack(">IQ", 1, 5000 + growth) in labelled
    assert struct.pack(">II", 9, 6000 + growth) in labelled
    assert struct.pack(">II", 7000 + growth, 3) in labelled
    assert sidx in labelled


def test_segment_index_before_moov_follows() -> None:
    sidx = box(b"sidx", bytes(4), struct.pack(">IIII", 1, 1, 0, 108), bytes(4))
    data = sidx + box(b"moov", box(b"mvhd", bytes(92))) + box(b"moof")
    labelled = labelled_with(data)
    first = struct.unpack_from(">I", labelled, 8 + 16)[0]
    assert labelled[len(sidx) + first :][4:8] == b"moof"


def test_offset_that_cannot_be_widened_is_refused() -> None:
    tfra = box(
        b"tfra",
        bytes(4),
        struct.pack(">III", 1, 0, 1),
        struct.pack(">II", 9, 0xFFFF_FFFE),
        b"\1\1\1",
    )
    data = box(b"moov", box(b"mvhd", bytes(100))) + box(b"mfra", tfra)
    with pytest.raises(TooLarge):
        labelled_with(data)


def test_lying_counts_are_refused() -> None:
    data = _chunk_table_file([1, 2]).replace(
        struct.pack(">II", 0, 2), struct.pack(">II", 0, 1 << 30), 1
    )
    with pytest.raises(MalformedFile):
        labelled_with(data)


def test_truncated_media_data_is_refused_but_read() -> None:
    labelled = labelled_with(film())
    assert only_label(labelled[:-100]) == LABEL
    with pytest.raises(TruncatedFile):
        labelled_with(labelled[:-100])
    with pytest.raises(TruncatedFile):
        read(BMFF, film(movflags="")[:2000])


def test_compressed_moov_is_refused() -> None:
    with pytest.raises(MalformedFile):
        labelled_with(box(b"ftyp", b"qt  ") + box(b"moov", box(b"cmov", bytes(20))))


def test_no_edit_changes_nothing() -> None:
    source = io.BytesIO(film())
    boxes = list(walk(source, 0, len(film())))
    assert moved(source, boxes, [BoxEdit(9, 9, b"")]) == [BoxEdit(9, 9, b"")]
    assert Shift([])(77) == 77


class _Watched(io.RawIOBase):
    """A gigabyte of film without a gigabyte: holes read as zeros, reads are counted."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self.taken = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.taken += len(data)
        return data


@pytest.mark.parametrize("front", [True, False])
def test_a_gigabyte_costs_no_memory(front: bool, tmp_path: Path) -> None:
    parts = dict(top(film(movflags="")))
    path = tmp_path / "huge.mp4"
    gigabyte = 1 << 30
    with path.open("wb") as out:
        out.write(parts[b"ftyp"] + (parts[b"moov"] if front else b""))
        out.write(struct.pack(">I4sQ", 1, b"mdat", 16 + gigabyte))
        out.seek(gigabyte, io.SEEK_CUR)
        _finish(out, b"" if front else parts[b"moov"])
    source = _Watched(path)
    tracemalloc.start()
    pieces = BMFF.write(source, PACKETS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20
    assert source.taken < 1 << 20
    assert sum(len(p.data) for p in pieces if isinstance(p, Put)) < 100_000
    assert sum(p.end - p.start for p in pieces if isinstance(p, Keep)) > gigabyte


def _finish(out: BinaryIO, tail: bytes) -> None:
    if tail:
        out.write(tail)
    else:
        out.truncate()


def test_pieces_render_what_write_says() -> None:
    pieces = BMFF.write(io.BytesIO(film()), PACKETS)
    assert only_label(render(film(), pieces)) == LABEL

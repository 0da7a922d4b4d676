"""AVI: contract, empty space, long files in several parts, streams, independent readers."""

from __future__ import annotations

import io
import os
import struct
import tempfile

import pytest

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers.avi import AVI, only_sound
from colophon.labels.carriers.packet import Keep, Put
from tests.labels.carriers.av_media import (
    LONG_LABEL,
    PICTURE,
    TONE,
    decoded,
    exiftool_says,
    heard_and_seen,
    made,
    tags_of,
)
from tests.labels.carriers.contract import (
    LABEL,
    OTHER_LABEL,
    CarrierContract,
    check_reversible,
    packets_of,
    read,
    write,
)

pytestmark = pytest.mark.needs("ffmpeg")
AIGC = packets_of(["aigc"])
SIDE, FRAMES = 16, 3
FRAME = SIDE * SIDE * 3


def chunk(kind: bytes, data: bytes, size: int | None = None) -> bytes:
    head = kind + struct.pack("<I", len(data) if size is None else size)
    return head + data + bytes(len(data) % 2)


def group(kind: bytes, *chunks: bytes) -> bytes:
    return chunk(b"LIST", kind + b"".join(chunks))


def part(kind: bytes, *chunks: bytes) -> bytes:
    return chunk(b"RIFF", kind + b"".join(chunks))


def film() -> bytes:
    return made(".avi", "-c:v", "mpeg4", "-c:a", "mp3", sources=(*PICTURE, *TONE))


def parts(data: bytes, start: int = 0, end: int | None = None) -> list[tuple[int, bytes, bytes]]:
    """Start, kind and content of the chunks from there; lists by their own kind."""
    found, at = [], start
    while at < (len(data) if end is None else end):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        content = data[at + 8 : at + 8 + size]
        kind = content[:4] if data[at : at + 4] in (b"LIST", b"RIFF") else data[at : at + 4]
        found.append((at, kind, content))
        at += 8 + size + size % 2
    return found


def kinds(data: bytes) -> list[bytes]:
    """The chunks of the first part."""
    return [kind for _, kind, _ in parts(data, 12, 8 + int.from_bytes(data[4:8], "little"))]


def without_space(data: bytes) -> bytes:
    """The film with nothing between headers and media; its old index counts from the media."""
    kept = [d for _, k, d in parts(data, 12) if k not in (b"JUNK", b"INFO")]
    names = [
        b"idx1" if k == b"idx1" else b"LIST"
        for _, k, _ in parts(data, 12)
        if k not in (b"JUNK", b"INFO")
    ]
    return part(b"AVI ", *map(chunk, names, kept))


def headers(index: bytes, frames: int) -> bytes:
    main = struct.pack("<14I", 100000, 0, 0, 0x10, frames, 0, 1, 0, SIDE, SIDE, 0, 0, 0, 0)
    stream = b"vids" + b"DIB " + struct.pack("<10I", 0, 0, 0, 1, 10, 0, frames, 0, 0, 0) + bytes(8)
    look = struct.pack("<IiiHHIIiiII", 40, SIDE, SIDE, 1, 24, 0, FRAME, 0, 0, 0, 0)
    strl = group(b"strl", chunk(b"strh", stream), chunk(b"strf", look), chunk(b"indx", index))
    extended = group(b"odml", chunk(b"dmlh", struct.pack("<I", frames) + bytes(244)))
    return group(b"hdrl", chunk(b"avih", main), strl, extended)


def long_film() -> bytes:
    """Two parts after OpenDML, with a master index and one of chunks for each."""
    pictures = [bytes([40 * n + 20]) * FRAME for n in range(2 * FRAMES)]
    super_head = struct.pack("<HBBI4s", 4, 0, 0, 2, b"00db") + bytes(12)
    start = 12 + len(headers(super_head + bytes(32), 0))
    made_parts, entries, at = [], b"", start
    for number in range(2):
        own = pictures[number * FRAMES : (number + 1) * FRAMES]
        at += 0 if number == 0 else 12
        media = b"".join(chunk(b"00db", picture) for picture in own)
        base = at + 12
        index = struct.pack("<HBBI4sQI", 2, 0, 1, FRAMES, b"00db", base, 0)
        for n in range(FRAMES):
            index += struct.pack("<II", n * (FRAME + 8) + 8, FRAME)
        ix_at = base + len(media)
        entries += struct.pack("<QII", ix_at, len(index) + 8, FRAMES)
        made_parts.append(group(b"movi", media, chunk(b"ix00", index)))
        at += len(made_parts[-1])
        if number == 0:
            old = b"".join(
                struct.pack("<4sIII", b"00db", 0x10, 4 + n * (FRAME + 8), FRAME)
                for n in range(FRAMES)
            )
            made_parts[-1] += chunk(b"idx1", old)
            at += len(old) + 8
    head = headers(super_head + entries, 2 * FRAMES)
    return part(b"AVI ", head, made_parts[0]) + part(b"AVIX", made_parts[1])


def with_space(data: bytes) -> bytes:
    """The long film with empty space in front of its media, and positions that fit."""
    space, at = chunk(b"JUNK", bytes(1016)), data.index(b"LIST", data.index(b"dmlh") + 100)
    first = int.from_bytes(data[4:8], "little") + len(space)
    moved = data[:4] + struct.pack("<I", first) + data[8:at] + space + data[at:]
    for place in range(moved.index(b"indx") + 32, moved.index(b"indx") + 64, 16):
        index = int.from_bytes(moved[place : place + 8], "little") + len(space)
        moved = moved[:place] + struct.pack("<Q", index) + moved[place + 8 :]
        base = int.from_bytes(moved[index + 20 : index + 28], "little") + len(space)
        moved = moved[: index + 20] + struct.pack("<Q", base) + moved[index + 28 :]
    check_indexes(moved)
    return moved


def check_indexes(data: bytes) -> None:
    """The master index finds the indexes, and these find every picture."""
    at = data.index(b"indx") + 8
    for number in range(2):
        place = int.from_bytes(data[at + 24 + 16 * number :][:8], "little")
        assert data[place : place + 4] == b"ix00"
        base = int.from_bytes(data[place + 20 : place + 28], "little")
        for n in range(FRAMES):
            offset = base + int.from_bytes(data[place + 32 + 8 * n :][:4], "little")
            assert data[offset - 8 : offset - 4] == b"00db"
            assert data[offset] == 40 * (number * FRAMES + n) + 20


def streamed() -> bytes:
    """As FFmpeg writes into a pipe: no size of the media, no index."""
    source = film()
    media = next(at for at, kind, _ in parts(source, 12) if kind == b"movi")
    end = media + 8 + int.from_bytes(source[media + 4 : media + 8], "little")
    head = b"RIFF\xff\xff\xff\xff" + source[8:media]
    return head + b"LIST\xff\xff\xff\xff" + source[media + 8 : end]


class TestAvi(CarrierContract):
    carrier = AVI
    cuts = 90

    def samples(self) -> list[bytes]:
        return [film(), without_space(film()), long_film(), streamed(), film() + b"after the end"]

    def payload(self, data: bytes) -> object:
        return heard_and_seen(data), data.endswith(b"after the end")

    def replaced(self, sample: bytes) -> int:
        """The size field, positions behind the first part, the empty space."""
        return 4 + 3 * 8 + (1024 if sample.startswith(film()[:4000]) else 0)


@pytest.mark.parametrize("other", [OTHER_LABEL, LONG_LABEL])
def test_another_label_in_between_leaves_no_trace(other) -> None:
    for sample in TestAvi().samples():
        check_reversible(AVI, sample, other)


@pytest.mark.needs("ffprobe", "exiftool")
def test_others_read_it() -> None:
    spacious = with_space(long_film())
    for source in (film(), without_space(film()), spacious, streamed()):
        assert tags_of(write(AVI, source, AIGC), ".avi")["AIGC"] == LABEL.decode()
    for source in (film(), without_space(film())):
        found = exiftool_says(write(AVI, source, AIGC), ".avi", "-u", "-b")
        assert LABEL.decode() in map(str, found.values())


def test_empty_space_takes_the_label_in() -> None:
    labelled = write(AVI, film(), AIGC)
    assert len(labelled) == len(film())
    assert kinds(labelled) == [b"hdrl", b"INFO", b"JUNK", b"movi", b"idx1"]
    assert labelled[labelled.index(b"movi") :] == film()[film().index(b"movi") :]


def test_without_space_the_label_ends_the_part() -> None:
    for packets, source in ((AIGC, without_space(film())), ({"aigc": LONG_LABEL}, film())):
        labelled = write(AVI, source, packets)
        assert kinds(labelled)[-1] == b"INFO"
        assert labelled[8 : labelled.index(b"idx1")] == source[8 : source.index(b"idx1")]


def test_the_indexes_of_a_long_film_move_along() -> None:
    check_indexes(long_film())
    for packets in (AIGC, {"aigc": LONG_LABEL}):
        labelled = write(AVI, long_film(), packets)
        check_indexes(labelled)
        assert [kind for _, kind, _ in parts(labelled)] == [b"AVI ", b"AVIX"]
    assert decoded(labelled, ".avi") == decoded(long_film(), ".avi")
    assert decoded(long_film(), ".avi").count("0,") >= 2 * FRAMES


def test_space_with_a_word_in_it_stays() -> None:
    words = without_space(film())
    at = next(at for at, kind, _ in parts(words, 12) if kind == b"movi")
    source = words[:at] + chunk(b"JUNK", b"made by" + bytes(600)) + words[at:]
    source = source[:4] + struct.pack("<I", len(source) - 8) + source[8:]
    labelled = write(AVI, source, AIGC)
    assert b"made by" in labelled
    assert kinds(labelled)[-1] == b"INFO"


def test_labels_elsewhere_give_way_and_nothing_moves() -> None:
    packet = packets_of(["xmp"], OTHER_LABEL)["xmp"]
    odd = OTHER_LABEL + b" "
    info = group(b"INFO", chunk(b"ISFT", b"maker"), chunk(b"ICMT", odd), chunk(b"AIGC", b"{}"))
    source = without_space(film())
    at = next(at for at, kind, _ in parts(source, 12) if kind == b"movi")
    source = source[:at] + info + chunk(b"_PMX", packet) + source[at:]
    source = source[:4] + struct.pack("<I", len(source) - 8) + source[8:]
    source += part(b"AVIX", group(b"INFO", chunk(b"AIGC", OTHER_LABEL)))
    places = [p.place for p in read(AVI, source)]
    assert places == [
        "riff:LIST:INFO:ICMT",
        "riff:LIST:INFO:AIGC",
        "riff:LIST:INFO:AIGC:outside",
        "riff:_PMX",
    ]
    labelled = write(AVI, source, AIGC)
    found = read(AVI, labelled)
    assert [p.data for p in found if p.form == "aigc"] == [LABEL]
    assert all(not xmp.read(p.data).aigc for p in found if p.form == "xmp")
    assert b"maker" in labelled
    assert labelled.index(b"movi") == source.index(b"movi")
    check_reversible(AVI, source)


def test_what_there_is_to_see_is_told_by_the_headers() -> None:
    assert only_sound(io.BytesIO(made(".avi", "-c:a", "mp3")))
    for data in (film(), streamed(), b"words"):
        assert not only_sound(io.BytesIO(data))


def test_what_is_cut_or_without_media_is_refused() -> None:
    with pytest.raises(TruncatedFile):
        write(AVI, film()[:-100], AIGC)
    with pytest.raises(MalformedFile):
        write(AVI, part(b"AVI ", headers(bytes(24), 0)), AIGC)
    with pytest.raises(TooLarge):
        write(AVI, film(), {"aigc": bytes(9 << 20)})


def test_a_film_of_three_gigabytes_costs_little() -> None:
    """Its media is a hole of a sparse file."""
    size = 3 << 30
    with tempfile.TemporaryFile() as file:
        head = headers(struct.pack("<HBBI", 4, 0, 0, 0) + bytes(16), 0)
        file.write(b"RIFF" + struct.pack("<I", size) + b"AVI " + head)
        movi = size + 8 - 12 - len(head) - 8
        file.write(b"LIST" + struct.pack("<I", movi) + b"movi")
        file.truncate(size + 8)
        pieces = AVI.write(file, AIGC)
        file.seek(0, os.SEEK_END)
    assert len(pieces) <= 5
    assert sum(len(p.data) for p in pieces if isinstance(p, Put)) < 1000
    assert sum(p.end - p.start for p in pieces if isinstance(p, Keep)) >= size

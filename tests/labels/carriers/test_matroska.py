"""Matroska and WebM: contract, positions, streams without an index, independent readers."""

from __future__ import annotations

import io
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import MalformedFile, TruncatedFile
from colophon.labels import carriers
from colophon.labels.carriers import ebml
from colophon.labels.carriers.matroska import MATROSKA, only_sound
from colophon.labels.carriers.matroska_segments import (
    CLUSTER,
    CUES,
    EBML,
    INFO,
    SEEK_HEAD,
    SEGMENT,
    TAGS,
    TRACKS,
)
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
UNKNOWN = b"\x01\xff\xff\xff\xff\xff\xff\xff"
BOTH = (*PICTURE, *TONE)


def film() -> bytes:
    return made(".mkv", "-c:v", "mpeg4", "-c:a", "flac", "-metadata", "title=A", sources=BOTH)


def webm() -> bytes:
    return made(".webm", "-c:v", "libvpx", "-c:a", "libopus", sources=BOTH)


def live() -> bytes:
    return made(".webm", "-c:v", "libvpx", "-live", "1", sources=PICTURE)


def sound() -> bytes:
    return made(".mka", "-c:a", "libvorbis")


def foreign(value: bytes = OTHER_LABEL) -> bytes:
    """With a label where FFmpeg puts it, and a title beside it."""
    more = ("-metadata", "title=A", "-metadata", f"AIGC={value.decode()}")
    return made(".mkv", "-c:v", "mpeg4", *more, sources=PICTURE)


def inside(data: bytes) -> list[ebml.Element]:
    """The elements of the segment."""
    header = ebml.element(data[:12], 0, len(data))
    segment = ebml.element(data[header.end : header.end + 12], header.end, len(data))
    return list(ebml.children(data, segment.body, segment.end))


def of(data: bytes, name: int) -> list[bytes]:
    return [data[e.start : e.end] for e in inside(data) if e.name == name]


def rebuilt(data: bytes, *names: int, unknown: bool = False) -> bytes:
    """The file with only these elements of the segment, its size perhaps unknown."""
    header = ebml.element(data[:12], 0, len(data))
    parts = [data[e.start : e.end] for e in inside(data) if e.name in names]
    if unknown:
        return data[: header.end] + bytes.fromhex("18538067") + UNKNOWN + b"".join(parts)
    return data[: header.end] + ebml.made(SEGMENT, b"".join(parts))


def recorded() -> bytes:
    """As a browser records: no list, no index, sizes unknown throughout."""
    source = rebuilt(live(), INFO, TRACKS, CLUSTER, unknown=True)
    clusters = [e for e in inside(source) if e.name == CLUSTER]
    for cluster in reversed(clusters):
        head = bytes.fromhex("1f43b675") + UNKNOWN
        source = source[: cluster.start] + head + source[cluster.body :]
    return source


def cramped() -> bytes:
    """A list of positions with no room behind it."""
    source = film()
    header = ebml.element(source[:12], 0, len(source))
    parts = [source[e.start : e.end] for e in inside(source) if e.name not in {CUES, SEEK_HEAD}]
    parts = [part for part in parts if part[0] != ebml.VOID]
    at, entries = 48, b""
    for _ in range(2):  # the list's own length moves what it tells of
        entries, position = b"", at
        for part in parts[:3]:
            name = ebml.made(0x53AB, part[:4])
            entries += ebml.made(0x4DBB, name + ebml.made(0x53AC, position.to_bytes(4, "big")))
            position += len(part)
        at = len(ebml.made(SEEK_HEAD, entries))
    body = ebml.made(SEEK_HEAD, entries) + b"".join(parts)
    return source[: header.end] + ebml.made(SEGMENT, body, 8)


def told(data: bytes) -> Iterator[tuple[int, int]]:
    """Names and places (in the file) that the lists of positions tell of."""
    body = ebml.element(data[:12], 0, len(data)).end + 12
    for head in (e for e in inside(data) if e.name == SEEK_HEAD):
        for entry in ebml.children(data, head.body, head.end):
            inner = {
                e.name: data[e.body : e.end] for e in ebml.children(data, entry.body, entry.end)
            }
            if entry.name == 0x4DBB:
                name, position = inner[0x53AB], inner[0x53AC]
                yield int.from_bytes(name, "big"), body + int.from_bytes(position, "big")


def check_told(data: bytes) -> None:
    """Whatever a list tells of lies there, and all tags are told of."""
    places = list(told(data))
    starts = {(e.name, e.start) for e in inside(data)}
    assert set(places) <= starts
    assert {place for place in starts if place[0] == TAGS} <= set(places)


def check_seals(data: bytes) -> int:
    """Every checksum right inside the segment's elements; how many there are."""
    count = 0
    for outer in inside(data):
        first = next(ebml.children(data, outer.body, outer.end), None)
        if first is not None and first.name == ebml.CRC32 and outer.name != CLUSTER:
            value = zlib.crc32(data[first.end : outer.end]).to_bytes(4, "little")
            assert data[first.body : first.end] == value
            count += 1
    return count


class TestMatroska(CarrierContract):
    carrier = MATROSKA

    def samples(self) -> list[bytes]:
        return [film(), webm(), live(), sound(), recorded(), cramped()]

    def payload(self, data: bytes) -> object:
        return heard_and_seen(data), of(data, CLUSTER), of(data, CUES)

    def replaced(self, sample: bytes) -> int:
        """The segment's size, the list of positions and the void behind it."""
        return 8 + sum(e.end - e.start for e in inside(sample) if e.name in {SEEK_HEAD, ebml.VOID})


@pytest.mark.parametrize("make", [film, webm, live, sound, recorded, cramped, foreign])
@pytest.mark.parametrize("other", [OTHER_LABEL, LONG_LABEL])
def test_another_label_in_between_leaves_no_trace(make, other) -> None:
    check_reversible(MATROSKA, make(), other)


@pytest.mark.needs("exiftool")
def test_exiftool_reads_it() -> None:
    for make in (film, webm, live):
        found = exiftool_says(write(MATROSKA, make(), AIGC), ".mkv", "-ee")
        assert found["Aigc"] == LABEL.decode()


@pytest.mark.needs("ffprobe")
@pytest.mark.parametrize("make", [film, webm, live, sound, recorded, cramped, foreign])
def test_ffprobe_reads_it(make) -> None:
    labelled = write(MATROSKA, make(), AIGC)
    assert tags_of(labelled, ".mkv")["AIGC"] == LABEL.decode()


@pytest.mark.parametrize("make", [film, webm, sound, cramped, foreign])
def test_positions_and_checksums_hold(make) -> None:
    labelled = write(MATROSKA, make(), AIGC)
    check_told(labelled)
    assert check_seals(labelled) == check_seals(make())
    before, after = (
        [e.start for e in inside(d) if e.name in {CLUSTER, CUES}] for d in (make(), labelled)
    )
    assert before == after


def test_without_room_a_second_list_tells_of_the_tags() -> None:
    labelled = write(MATROSKA, cramped(), AIGC)
    assert [e.name for e in inside(labelled)][-2:] == [SEEK_HEAD, TAGS]
    assert len(of(labelled, SEEK_HEAD)) == 2


def test_a_recording_is_labelled_before_its_media() -> None:
    labelled = write(MATROSKA, recorded(), AIGC)
    names = [e.name for e in inside(labelled)]
    assert names.index(TAGS) == names.index(CLUSTER) - 1
    assert len(labelled) - len(recorded()) == len(of(labelled, TAGS)[0])


def test_a_stale_label_becomes_a_void_and_the_title_stays() -> None:
    assert [p.place for p in read(MATROSKA, foreign())] == ["matroska:Tags:AIGC"]
    labelled = write(MATROSKA, foreign(), AIGC)
    assert [p.data for p in read(MATROSKA, labelled)] == [LABEL]
    assert tags_of(labelled, ".mkv")["title"] == "A"
    for name in (INFO, TRACKS, TAGS, CLUSTER, CUES):
        before, after = (
            [e.start for e in inside(d) if e.name == name] for d in (foreign(), labelled)
        )
        assert after[: len(before)] == before
    assert b"another-number" not in labelled


def test_labels_under_other_names_and_in_later_segments_give_way() -> None:
    more = ("-metadata", f"COMMENT={OTHER_LABEL.decode()}", "-metadata", "vendor_AIGC={}")
    odd = made(".mkv", "-c:v", "mpeg4", *more, sources=PICTURE)
    assert len(read(MATROSKA, odd)) == 2
    assert [p.data for p in read(MATROSKA, write(MATROSKA, odd, AIGC))] == [LABEL]
    double = film() + foreign()
    assert [p.place for p in read(MATROSKA, double)] == ["matroska:segment2:Tags:AIGC"]
    labelled = write(MATROSKA, double, AIGC)
    assert [p.place for p in read(MATROSKA, labelled)] == ["matroska:Tags:AIGC"]
    assert len(labelled) == len(write(MATROSKA, film(), AIGC)) + len(foreign())


def test_a_label_alone_in_front_is_taken_off_the_list() -> None:
    source = write(MATROSKA, film(), packets_of(["aigc"], OTHER_LABEL))
    moved = rebuilt_with_tags_in_front(source)
    labelled = write(MATROSKA, moved, AIGC)
    assert [p.data for p in read(MATROSKA, labelled)] == [LABEL]
    assert decoded(labelled, ".mkv") == decoded(film(), ".mkv")
    assert b"another-number" not in labelled


def rebuilt_with_tags_in_front(data: bytes) -> bytes:
    """No list and no index, the label's tags before the tracks."""
    header = ebml.element(data[:12], 0, len(data))
    tags = of(data, TAGS)[-1]
    rest = b"".join(b"".join(of(data, name)) for name in (INFO, TRACKS, CLUSTER))
    return data[: header.end] + ebml.made(SEGMENT, tags + rest)


@pytest.mark.parametrize(
    ("make", "media_type", "silent"),
    [
        (film, "video/x-matroska", True),
        (webm, "video/webm", True),
        (sound, "audio/x-matroska", False),
        (lambda: made(".webm", "-c:a", "libopus"), "audio/webm", False),
    ],
)
def test_what_is_in_it_is_told_by_its_tracks(
    make: Callable[[], bytes], media_type: str, silent: bool
) -> None:
    found = carriers.recognise(io.BytesIO(make()), "file")
    assert found.media_type == media_type
    assert only_sound(io.BytesIO(make())) is not silent
    assert only_sound(io.BytesIO(write(MATROSKA, make(), AIGC))) is not silent


def test_a_cut_file_and_one_without_a_segment_are_refused() -> None:
    with pytest.raises(TruncatedFile):
        write(MATROSKA, film()[:-1], AIGC)
    with pytest.raises(MalformedFile):
        write(MATROSKA, ebml.made(EBML, b""), AIGC)


def test_a_film_of_six_gigabytes_costs_little() -> None:
    """Its clusters are holes of a sparse file."""
    source = film()
    whole = inside(source)
    header = source[: whole[0].start]
    front = [
        source[e.start : e.end] for e in whole if e.name in {SEEK_HEAD, ebml.VOID, INFO, TRACKS}
    ]
    segment_at = len(header) - 12
    cluster = 1 << 30
    with tempfile.TemporaryFile() as file:
        file.write(header[:segment_at] + bytes.fromhex("18538067") + UNKNOWN + b"".join(front))
        for _ in range(6):
            file.write(bytes.fromhex("1f43b675") + ebml.size_field(cluster, 8))
            file.seek(cluster, os.SEEK_CUR)
        size = file.truncate()
        pieces = MATROSKA.write(file, AIGC)
    assert size > 6 << 30
    assert len(pieces) <= 5
    assert sum(len(p.data) for p in pieces if isinstance(p, Put)) < 2000
    assert sum(p.end - p.start for p in pieces if isinstance(p, Keep)) > 6 << 30


@given(st.integers(2, 70_000))
def test_a_void_is_as_long_as_asked(size: int) -> None:
    data = ebml.void(size)
    found = ebml.element(data[:12], 0, size)
    assert (len(data), found.name, found.end) == (size, ebml.VOID, size)


@given(st.integers(0, (1 << 56) - 2))
def test_a_size_comes_back(size: int) -> None:
    found = ebml.element(b"\xec" + ebml.size_field(size), 0, 1 << 60)
    assert found.size == size

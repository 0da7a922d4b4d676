"""FLAC and Ogg: contract, page counts, chained and multiplexed streams, independent readers."""

from __future__ import annotations

import base64
import io
import random
import struct

import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from mutagen.flac import FLAC as MutagenFlac
from mutagen.flac import Picture
from mutagen.id3 import ID3, TXXX
from mutagen.oggopus import OggOpus
from mutagen.oggtheora import OggTheora
from mutagen.oggvorbis import OggVorbis
from PIL import Image

from colophon.errors import MalformedFile, TruncatedFile
from colophon.labels import carriers
from colophon.labels.carriers import ogg_pages, vorbis, vorbis_comments
from colophon.labels.carriers.vorbis import FLAC, OGG
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
LONG = {"aigc": LONG_LABEL}


def flac(*options: str) -> bytes:
    return made(".flac", *options)


def bare_flac() -> bytes:
    """Nothing but the first block and the sound."""
    out = io.BytesIO(flac())
    tags = MutagenFlac(out)
    start = flac_frames(flac())
    return b"fLaC" + b"\x80\0\0\x22" + tags.info.write() + flac()[start:]


def flac_frames(data: bytes) -> int:
    at = data.index(b"fLaC") + 4
    while True:
        last, size = data[at] & 0x80, int.from_bytes(data[at + 1 : at + 4], "big")
        at += 4 + size
        if last:
            return at


def vorbis_file() -> bytes:
    return made(".ogg", "-c:a", "libvorbis")


def opus() -> bytes:
    return made(".opus", "-c:a", "libopus", "-b:a", "16k")


def ogg_flac() -> bytes:
    return made(".oga", "-c:a", "flac")


def speex() -> bytes:
    return made(".spx", "-c:a", "libspeex")


def film() -> bytes:
    return made(".ogv", "-c:v", "libtheora", "-c:a", "libvorbis", sources=(*PICTURE, *TONE))


def pages(data: bytes) -> list[ogg_pages.Page]:
    walk = ogg_pages.Walk(io.BytesIO(data), len(data))
    found = list(walk)
    assert walk.fault is None
    return found


def check_pages(data: bytes) -> None:
    """Every checksum right; every stream numbered without a gap."""
    following: dict[int, int] = {}
    for page in pages(data):
        raw = bytearray(data[page.start : page.end])
        raw[22:26] = bytes(4)
        assert ogg_pages.checksum(bytes(raw)) == page.crc
        if page.flags & ogg_pages.FIRST:
            following[page.serial] = page.number
        assert page.number == following[page.serial]
        following[page.serial] += 1


class TestFlac(CarrierContract):
    carrier = FLAC

    def samples(self) -> list[bytes]:
        tagged = io.BytesIO()
        ID3().save(tagged)
        return [flac(), bare_flac(), flac("-metadata", "title=A"), tagged.getvalue() + flac()]

    def payload(self, data: bytes) -> object:
        tags = dict(MutagenFlac(io.BytesIO(data)).tags or {})
        tags.pop("aigc", None)
        start = data.index(b"fLaC")
        samples, rate = soundfile.read(io.BytesIO(data[start:]), dtype="int16")
        return tags, rate, samples.tobytes(), data[flac_frames(data) :], data[:start]

    def replaced(self, sample: bytes) -> int:
        """The list of comments, or the mark of the last block."""
        del sample
        return 80


class TestOgg(CarrierContract):
    carrier = OGG

    def samples(self) -> list[bytes]:
        return [vorbis_file(), opus(), ogg_flac(), speex(), film(), vorbis_file() + vorbis_file()]

    def payload(self, data: bytes) -> object:
        return heard_and_seen(data)

    def replaced(self, sample: bytes) -> int:
        """The page with the comments."""
        return max(page.end - page.start for page in pages(sample)[:4])


SAMPLES = [
    (FLAC, flac),
    (FLAC, bare_flac),
    (OGG, vorbis_file),
    (OGG, opus),
    (OGG, ogg_flac),
    (OGG, speex),
    (OGG, film),
]


@pytest.mark.parametrize(("carrier", "make"), SAMPLES)
@pytest.mark.parametrize("other", [OTHER_LABEL, LONG_LABEL])
def test_another_label_in_between_leaves_no_trace(carrier, make, other) -> None:
    check_reversible(carrier, make(), other)


@pytest.mark.parametrize(
    ("make", "reader"),
    [
        (flac, MutagenFlac),
        (bare_flac, MutagenFlac),
        (vorbis_file, OggVorbis),
        (opus, OggOpus),
        (film, OggTheora),
    ],
)
@pytest.mark.parametrize("packets", [AIGC, LONG])
def test_mutagen_reads_it(make, reader, packets) -> None:
    carrier = FLAC if make in (flac, bare_flac) else OGG
    labelled = write(carrier, make(), packets)
    assert reader(io.BytesIO(labelled))["aigc"] == [packets["aigc"].decode()]


@pytest.mark.needs("ffprobe", "exiftool")
@pytest.mark.parametrize(("carrier", "make", "suffix"), [
    (FLAC, flac, ".flac"),
    (OGG, vorbis_file, ".ogg"),
    (OGG, opus, ".opus"),
    (OGG, film, ".ogv"),
])  # fmt: skip
def test_ffprobe_and_exiftool_read_it(carrier, make, suffix) -> None:
    labelled = write(carrier, make(), AIGC)
    assert tags_of(labelled, suffix)["AIGC"] == LABEL.decode()
    assert LABEL.decode() in map(str, exiftool_says(labelled, suffix).values())


@pytest.mark.parametrize(
    ("make", "media_type", "silent"),
    [
        (vorbis_file, "audio/ogg", False),
        (opus, "audio/ogg", False),
        (film, "video/ogg", True),
        (flac, "audio/flac", False),
    ],
)
def test_the_media_type_says_what_is_in_it(make, media_type, silent) -> None:
    found = carriers.recognise(io.BytesIO(make()), "file")
    assert found is not None
    assert found.media_type == media_type
    if media_type != "audio/flac":
        assert vorbis.only_sound(io.BytesIO(make())) is not silent


@pytest.mark.parametrize("make", [vorbis_file, opus, ogg_flac, film])
def test_pages_stay_in_number_and_right(make) -> None:
    labelled = write(OGG, make(), AIGC)
    check_pages(labelled)
    assert len(pages(labelled)) == len(pages(make()))


@pytest.mark.parametrize("make", [vorbis_file, opus, ogg_flac])
def test_a_page_more_numbers_those_behind_anew(make) -> None:
    labelled = write(OGG, make(), LONG)
    check_pages(labelled)
    assert len(pages(labelled)) == len(pages(make())) + 1
    assert decoded(labelled, ".ogg") == decoded(make(), ".ogg")
    assert [p.data for p in read(OGG, labelled)] == [LONG_LABEL]


def test_a_wrong_checksum_stays_as_wrong_as_it_was() -> None:
    damaged = bytearray(opus())
    last = pages(opus())[-1]
    damaged[last.end - 1] ^= 1
    labelled = write(OGG, bytes(damaged), LONG)
    raw = bytearray(labelled)
    raw[-1] ^= 1
    check_pages(bytes(raw))
    assert write(OGG, labelled, AIGC) == write(OGG, bytes(damaged), AIGC)


def noise(width: int, height: int) -> bytes:
    out = io.BytesIO()
    pixels = random.Random(1).randbytes(3 * width * height)
    Image.frombytes("RGB", (width, height), pixels).save(out, "PNG")
    return out.getvalue()


def test_a_picture_over_several_pages() -> None:
    out = io.BytesIO(opus())
    tags = OggOpus(out)
    picture = Picture()
    picture.data, picture.mime = noise(200, 180), "image/png"
    tags["metadata_block_picture"] = base64.b64encode(picture.write()).decode()
    out.seek(0)
    tags.save(out)
    labelled = write(OGG, out.getvalue(), AIGC)
    check_pages(labelled)
    assert OggOpus(io.BytesIO(labelled))["aigc"] == [LABEL.decode()]
    assert OggOpus(io.BytesIO(labelled))["metadata_block_picture"]
    assert len(pages(labelled)) >= len(pages(opus())) + 2
    assert decoded(labelled, ".opus") == decoded(out.getvalue(), ".opus")
    check_reversible(OGG, out.getvalue(), LONG_LABEL)


def with_comments(data: bytes, **comments: str) -> bytes:
    out = io.BytesIO(data)
    tags = MutagenFlac(out) if data.startswith(b"fLaC") else OggOpus(out)
    for name, value in comments.items():
        tags[name] = value
    out.seek(0)
    tags.save(out)
    return out.getvalue()


def test_labels_under_other_names_give_way() -> None:
    stale = {"title": "A", "description": OTHER_LABEL.decode(), "vendor_aigc": "{}"}
    for carrier, source in ((FLAC, flac()), (OGG, opus())):
        foreign = with_comments(source, **stale)
        places = [p.place.rpartition(":")[2] for p in read(carrier, foreign)]
        assert sorted(places) == ["DESCRIPTION", "VENDOR_AIGC"]
        labelled = write(carrier, foreign, AIGC)
        assert [(p.place, p.data) for p in read(carrier, labelled)] == [
            (carrier.standard_place("aigc"), LABEL)
        ]
        reader = MutagenFlac if carrier is FLAC else OggOpus
        assert reader(io.BytesIO(labelled))["title"] == ["A"]


def test_an_id3_label_before_flac_gives_way() -> None:
    front = io.BytesIO()
    tag = ID3()
    tag.add(TXXX(encoding=3, desc="AIGC", text=[OTHER_LABEL.decode()]))
    tag.save(front)
    foreign = front.getvalue() + flac()
    assert [p.place for p in read(FLAC, foreign)] == ["flac:id3:TXXX:AIGC"]
    labelled = write(FLAC, foreign, AIGC)
    assert [p.place for p in read(FLAC, labelled)] == ["flac:comment:AIGC"]
    assert carriers.recognise(io.BytesIO(labelled), "a.flac").media_type == "audio/flac"


def test_padding_and_pictures_of_flac_stay() -> None:
    source = with_comments(flac("-metadata", "artist=B"), title="A")
    before, after = (
        MutagenFlac(io.BytesIO(x)).metadata_blocks for x in (source, write(FLAC, source, AIGC))
    )
    assert [block.code for block in before] == [block.code for block in after]
    assert [b.write() for b in before if b.code != 4] == [b.write() for b in after if b.code != 4]


def test_the_label_of_a_later_link_gives_way() -> None:
    chained = vorbis_file() + write(OGG, opus(), packets_of(["aigc"], OTHER_LABEL))
    assert [p.place for p in read(OGG, chained)] == ["ogg:stream2:comment:AIGC"]
    labelled = write(OGG, chained, AIGC)
    check_pages(labelled)
    assert labelled == write(OGG, vorbis_file(), AIGC) + opus()


def test_what_is_not_ogg_or_flac_is_refused() -> None:
    with pytest.raises(TruncatedFile):
        write(OGG, opus()[:-1], AIGC)
    with pytest.raises(MalformedFile):
        write(OGG, opus() + b"more", AIGC)
    with pytest.raises(TruncatedFile):
        write(FLAC, flac()[:60], AIGC)
    assert read(OGG, write(OGG, opus(), AIGC)[:-1])


@given(st.binary(max_size=300))
def test_checksum_is_the_one_of_the_standard(data: bytes) -> None:
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x104C11DB7 if crc & 0x80000000 else 0)
    assert ogg_pages.checksum(data) == crc


entries = st.lists(st.binary(max_size=40), max_size=8)


@given(entries, st.binary(max_size=20), st.binary(max_size=9))
def test_comments_but_the_label_stay(words: list[bytes], vendor: bytes, rest: bytes) -> None:
    entry = [struct.pack("<I", len(word)) + word for word in words]
    head = struct.pack("<I", len(vendor)) + vendor
    data = b"mark" + head + struct.pack("<I", len(entry)) + b"".join(entry) + rest
    count = len(list(vorbis_comments.labels_in(data, 4)))
    labelled = vorbis_comments.relabelled(data, 4, LABEL)
    assert [label.value for label in vorbis_comments.labels_in(labelled, 4)] == [LABEL]
    bare = vorbis_comments.relabelled(labelled, 4, None)
    assert count or bare == data
    assert bare.endswith(rest)

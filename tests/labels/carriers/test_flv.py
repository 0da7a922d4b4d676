"""FLV: contract, positions told by the metadata, other scripts, independent readers."""

from __future__ import annotations

import io
import os
import struct
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.errors import ColophonError, MalformedFile, TooLarge, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers import amf
from colophon.labels.carriers.flv import FLV, only_sound
from colophon.labels.carriers.packet import Keep, Put
from tests.labels.carriers.av_media import (
    LONG_LABEL,
    PICTURE,
    TONE,
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
BOTH = (*PICTURE, *TONE)


def film(*options: str) -> bytes:
    return made(
        ".flv", "-c:v", "flv", "-g", "2", "-c:a", "mp3", "-ar", "44100", *options, sources=BOTH
    )


def indexed() -> bytes:
    return film("-flvflags", "add_keyframe_index")


def song() -> bytes:
    return made(".flv", "-c:a", "mp3", "-ar", "44100")


def tags(data: bytes) -> list[tuple[int, int, bytes]]:
    """Start, kind and data of every tag; the sizes behind them are right."""
    at, found = 13, []
    while at < len(data):
        size = int.from_bytes(data[at + 1 : at + 4], "big")
        found.append((at, data[at], data[at + 11 : at + 11 + size]))
        assert data[at + 11 + size : at + 15 + size] in (struct.pack(">I", size + 11), b"")
        at += size + 15
    return found


def script(
    name: str, properties: bytes, kind: int = amf.ARRAY, *, end: bytes = b"\0\0\x09"
) -> bytes:
    data = b"\x02" + amf.short_string(name) + bytes([kind])
    data += b"\0\0\0\x01" if kind == amf.ARRAY else b""
    data += properties + end
    return (
        b"\x12" + len(data).to_bytes(3, "big") + bytes(7) + data + struct.pack(">I", len(data) + 11)
    )


def bare(*scripts: bytes) -> bytes:
    """The film with these scripts in place of its own."""
    source = film()
    start = tags(source)[1][0]
    return source[:13] + b"".join(scripts) + source[start:]


def numbers(data: bytes, name: str) -> list[int]:
    """The numbers in the list, or the one number, of this name."""
    at = data.index(amf.short_string(name)) + 2 + len(name)
    if data[at] == amf.NUMBER:
        return [int(struct.unpack_from(">d", data, at + 1)[0])]
    count = int.from_bytes(data[at + 1 : at + 5], "big")
    return [int(struct.unpack_from(">d", data, at + 6 + 9 * n)[0]) for n in range(count)]


class TestFlv(CarrierContract):
    carrier = FLV

    def samples(self) -> list[bytes]:
        title = amf.text_property("title", b"A")
        return [
            film(),
            indexed(),
            song(),
            bare(),
            bare(script("onMetaData", title, amf.OBJECT)),
        ]

    def payload(self, data: bytes) -> object:
        return heard_and_seen(data), [tag[1:] for tag in tags(data) if tag[1] != 18]

    def replaced(self, sample: bytes) -> int:
        """The script itself."""
        start, kind, data = tags(sample)[0]
        return len(data) + 7 if kind == 18 else 0


def odd() -> list[bytes]:
    """Without the mark of the properties' end; without the last tag's size."""
    return [
        bare(script("onMetaData", amf.text_property("title", b"A"), end=b"")),
        film()[:-4],
        script_only()[:-4],
    ]


def script_only() -> bytes:
    return film()[:13] + script("onMetaData", b"")


@pytest.mark.parametrize("other", [OTHER_LABEL, LONG_LABEL])
def test_another_label_in_between_leaves_no_trace(other) -> None:
    for sample in [*TestFlv().samples(), *odd()]:
        check_reversible(FLV, sample, other)


def test_what_lacks_its_end_is_labelled_all_the_same() -> None:
    for sample in odd():
        labelled = write(FLV, sample, AIGC)
        assert [p.data for p in read(FLV, labelled)] == [LABEL]
        assert [t[1:] for t in tags(labelled)][1:] == [t[1:] for t in tags(sample)][1:]


@pytest.mark.needs("ffprobe", "exiftool")
def test_others_read_it() -> None:
    for source in (film(), indexed(), song(), bare()):
        labelled = write(FLV, source, AIGC)
        assert tags_of(labelled, ".flv")["AIGC"] == LABEL.decode()
        assert exiftool_says(labelled, ".flv", "-u")["AIGC"] == LABEL.decode()


def test_positions_of_key_frames_move_along() -> None:
    before = numbers(indexed(), "filepositions")
    labelled = write(FLV, indexed(), AIGC)
    after = numbers(labelled, "filepositions")
    growth = len(labelled) - len(indexed())
    starts = {start for start, kind, _ in tags(labelled) if kind == 9}
    assert after == [place + growth for place in before]
    assert set(after) <= starts
    assert len(after) > 1
    assert numbers(indexed(), "filesize") == [len(indexed())]
    assert numbers(labelled, "filesize") == [len(labelled)]
    (last,) = numbers(indexed(), "lastkeyframelocation")
    assert numbers(labelled, "lastkeyframelocation") == [last + growth]


def test_a_wrong_file_size_is_not_made_another_wrong_one() -> None:
    wrong = amf.short_string("filesize") + b"\0" + struct.pack(">d", 12345)
    labelled = write(FLV, bare(script("onMetaData", wrong)), AIGC)
    assert numbers(labelled, "filesize") == [12345]


def test_the_number_of_properties_is_told() -> None:
    title = amf.text_property("title", b"A")
    stale = amf.text_property("vendor.AIGC", b"{}") + amf.text_property("comment", OTHER_LABEL)
    for properties, count in ((title, 2), (title + stale, 0), (stale, 0)):
        labelled = write(FLV, bare(script("onMetaData", properties)), AIGC)
        data = tags(labelled)[0][2]
        assert int.from_bytes(data[14:18], "big") == count
        assert [p.data for p in read(FLV, labelled)] == [LABEL]


def test_labels_in_later_scripts_give_way() -> None:
    packet = packets_of(["xmp"], OTHER_LABEL)["xmp"]
    source = bare(
        script("onMetaData", amf.text_property("title", b"A")),
        script("onXMPData", amf.text_property("liveXML", packet)),
        script("onMetaData", amf.text_property("AIGC", OTHER_LABEL), amf.OBJECT),
        script("onCuePoint", b"", end=b"\x7f"),
    )
    assert [p.place for p in read(FLV, source)] == ["flv:onXMPData:liveXML", "flv:onMetaData:AIGC"]
    labelled = write(FLV, source, AIGC)
    found = read(FLV, labelled)
    assert [p.data for p in found if p.form == "aigc"] == [LABEL]
    assert all(not xmp.read(p.data).aigc for p in found if p.form == "xmp")
    assert tags(labelled)[3] == (tags(labelled)[3][0], *tags(source)[3][1:])
    check_reversible(FLV, source)


def test_a_script_wrapped_as_it_is_sent() -> None:
    data = b"\x02" + amf.short_string("@setDataFrame")
    inner = script("onMetaData", amf.text_property("title", b"A"))[11:-4]
    whole = data + inner
    tag = (
        b"\x12"
        + len(whole).to_bytes(3, "big")
        + bytes(7)
        + whole
        + struct.pack(">I", len(whole) + 11)
    )
    labelled = write(FLV, bare(tag), AIGC)
    assert [p.place for p in read(FLV, labelled)] == ["flv:onMetaData:AIGC"]
    assert len([kind for _, kind, _ in tags(labelled) if kind == 18]) == 1


def test_what_there_is_to_see_is_told_by_its_tags() -> None:
    assert only_sound(io.BytesIO(song()))
    assert not only_sound(io.BytesIO(film()))
    assert not only_sound(io.BytesIO(b"words"))


def test_what_is_cut_or_broken_is_refused() -> None:
    with pytest.raises(TruncatedFile):
        write(FLV, film()[:-9], AIGC)
    with pytest.raises(MalformedFile):
        write(FLV, bare(script("onMetaData", b"\0\5title\x77")), AIGC)
    deep = b"".join(b"\0\1a\x03" for _ in range(5000))
    with pytest.raises(TooLarge):
        write(FLV, bare(script("onMetaData", deep)), AIGC)
    many = b"\0\1a\x0a" + (600_000).to_bytes(4, "big") + b"\x05" * 600_000
    with pytest.raises(TooLarge):
        write(FLV, bare(script("onMetaData", many)), AIGC)


def test_a_film_of_four_gigabytes_costs_little() -> None:
    """Its media is a hole of a sparse file."""
    source, size = film(), 15_000_000
    with tempfile.TemporaryFile() as file:
        file.write(source[: tags(source)[1][0]])
        for _ in range(300):
            file.write(b"\x09" + size.to_bytes(3, "big") + bytes(7))
            file.seek(size, os.SEEK_CUR)
            file.write((size + 11).to_bytes(4, "big"))
        pieces = FLV.write(file, AIGC)
    assert len(pieces) <= 5
    assert sum(len(p.data) for p in pieces if isinstance(p, Put)) < 2000
    assert sum(p.end - p.start for p in pieces if isinstance(p, Keep)) > 4 << 30


@given(st.binary(max_size=80))
def test_any_value_ends_or_is_refused(data: bytes) -> None:
    walk = amf.Walk(data, amf.Budget())
    try:
        assert 0 < walk.end(0) <= len(data)
    except ColophonError as error:
        assert error.code

"""Raw AAC: contract, the tag in front, and independent readers."""

from __future__ import annotations

import io

import pytest
from mutagen.aac import AAC as MutagenAac
from mutagen.id3 import ID3, TIT2, TXXX

from colophon.errors import MalformedFile
from colophon.labels import carriers
from colophon.labels.carriers.adts import AAC
from tests.labels.carriers.av_media import (
    LONG_LABEL,
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


def sound() -> bytes:
    return made(".aac", "-c:a", "aac")


def tagged(version: int = 4, padding: int = 100, **texts: str) -> bytes:
    out = io.BytesIO()
    tags = ID3()
    tags.add(TIT2(encoding=3, text=["A"]))
    for name, value in texts.items():
        tags.add(TXXX(encoding=3, desc=name, text=[value]))
    tags.save(out, v2_version=version, padding=lambda _: padding)
    return out.getvalue() + sound()


class TestAac(CarrierContract):
    carrier = AAC

    def samples(self) -> list[bytes]:
        return [sound(), tagged(), tagged(3, 0), tagged(3, 4000)]

    def payload(self, data: bytes) -> object:
        return heard_and_seen(data), data[-len(sound()) :]

    def replaced(self, sample: bytes) -> int:
        return 4 if sample[:3] == b"ID3" else 0


@pytest.mark.parametrize("source", [sound, tagged])
@pytest.mark.parametrize("other", [OTHER_LABEL, LONG_LABEL])
def test_another_label_in_between_leaves_no_trace(source, other) -> None:
    check_reversible(AAC, source(), other)


@pytest.mark.needs("ffprobe", "exiftool")
def test_others_read_it() -> None:
    labelled = write(AAC, tagged(), AIGC)
    assert tags_of(labelled, ".aac")["AIGC"] == LABEL.decode()
    assert tags_of(labelled, ".aac")["title"] == "A"
    assert ID3(io.BytesIO(labelled))["TXXX:AIGC"].text == [LABEL.decode()]
    assert MutagenAac(io.BytesIO(labelled)).info.sample_rate == 16000
    for source in (sound(), tagged(), tagged(padding=0), tagged(3, 0)):
        found = exiftool_says(write(AAC, source, AIGC), ".aac")
        assert LABEL.decode() in found["UserDefinedText"]
        assert "Warning" not in found


def test_a_label_under_another_name_gives_way() -> None:
    foreign = tagged(vendor_AIGC=OTHER_LABEL.decode(), Other=OTHER_LABEL.decode())
    assert len(read(AAC, foreign)) == 2
    labelled = write(AAC, foreign, AIGC)
    assert [(p.place, p.data) for p in read(AAC, labelled)] == [("id3:TXXX:AIGC", LABEL)]


def test_it_is_told_from_mp3_and_flac() -> None:
    for data in (sound(), tagged(), tagged(padding=6000)):
        assert carriers.recognise(io.BytesIO(data), "a.aac").carrier is AAC
    assert carriers.recognise(io.BytesIO(tagged()), "").carrier is AAC
    for suffix in (".mp3", ".flac"):
        assert carriers.recognise(io.BytesIO(made(suffix)), "a.aac").carrier is not AAC


def test_adif_and_what_is_no_sound_are_refused() -> None:
    assert carriers.recognise(io.BytesIO(b"ADIF" + bytes(90)), "a.aac").carrier is AAC
    with pytest.raises(MalformedFile, match="ADIF"):
        write(AAC, b"ADIF" + bytes(90), AIGC)
    for data in (b"words" * 90, tagged()[: -len(sound())] + made(".mp3")):
        with pytest.raises(MalformedFile):
            write(AAC, data, AIGC)

"""AIFF and AIFC: contract, chunks and padding, and independent readers."""

from __future__ import annotations

import io
import struct

import pytest
import soundfile
from mutagen.aiff import AIFF as MutagenAiff
from mutagen.id3 import ID3, TIT2, TXXX

from colophon.errors import MalformedFile, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers.aiff import AIFF
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


def chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack(">I", len(data)) + data + bytes(len(data) % 2)


def with_chunks(data: bytes, *more: bytes, padded: bool = True) -> bytes:
    body = data[8:] + b"".join(more)
    body = body if padded else body[:-1]
    return b"FORM" + struct.pack(">I", len(body)) + body


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    at, found = 12, []
    while at < 8 + int.from_bytes(data[4:8], "big"):
        size = int.from_bytes(data[at + 4 : at + 8], "big")
        found.append((data[at : at + 4], data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    assert at == 8 + int.from_bytes(data[4:8], "big")
    return found


def plain() -> bytes:
    return made(".aiff")


def compressed() -> bytes:
    return made(".aifc", "-c:a", "pcm_mulaw", "-f", "aiff")


def tag(padding: int = 10, **texts: str) -> bytes:
    out = io.BytesIO()
    tags = ID3()
    tags.add(TIT2(encoding=3, text=["A"]))
    for name, value in texts.items():
        tags.add(TXXX(encoding=3, desc=name, text=[value]))
    tags.save(out, padding=lambda _: padding)
    return out.getvalue()


class TestAiff(CarrierContract):
    carrier = AIFF

    def samples(self) -> list[bytes]:
        return [
            plain(),
            compressed(),
            with_chunks(plain(), chunk(b"ID3 ", tag())),
            with_chunks(plain(), chunk(b"ANNO", b"words")),
            with_chunks(plain(), chunk(b"ANNO", b"words"), padded=False),
            plain() + b"after the end",
        ]

    def payload(self, data: bytes) -> object:
        kept = [found for found in chunks_of_any(data) if found[0] != b"ID3 "]
        return kept, heard_and_seen(data), data.endswith(b"after the end")

    def replaced(self, sample: bytes) -> int:
        return 4 + (60 if b"ID3 " in sample else 0)


def chunks_of_any(data: bytes) -> list[tuple[bytes, bytes]]:
    end = 8 + int.from_bytes(data[4:8], "big")
    odd = bytes(end % 2)
    return chunks(b"FORM" + struct.pack(">I", end + len(odd) - 8) + data[8:end] + odd)


@pytest.mark.parametrize("other", [OTHER_LABEL, LONG_LABEL])
def test_another_label_in_between_leaves_no_trace(other) -> None:
    for sample in TestAiff().samples():
        check_reversible(AIFF, sample, other)


@pytest.mark.needs("ffprobe", "exiftool")
def test_others_read_it() -> None:
    for source in (plain(), compressed(), with_chunks(plain(), chunk(b"ID3 ", tag()))):
        labelled = write(AIFF, source, AIGC)
        assert tags_of(labelled, ".aiff")["AIGC"] == LABEL.decode()
        assert LABEL.decode() in exiftool_says(labelled, ".aiff").get("UserDefinedText", "")
        assert len(chunks(labelled)[-1][1]) > len(LABEL)
        samples, rate = soundfile.read(io.BytesIO(labelled), dtype="int16")
        assert (samples.tobytes(), rate) == (
            soundfile.read(io.BytesIO(source), dtype="int16")[0].tobytes(),
            16000,
        )
    assert str(MutagenAiff(io.BytesIO(labelled)).tags["TXXX:AIGC"]) == LABEL.decode()
    assert str(MutagenAiff(io.BytesIO(labelled)).tags["TIT2"]) == "A"


def test_labels_elsewhere_give_way() -> None:
    packet = packets_of(["xmp"], OTHER_LABEL)["xmp"]
    foreign = with_chunks(
        plain(),
        chunk(b"ANNO", OTHER_LABEL),
        chunk(b"ANNO", b"words"),
        chunk(b"APPL", b"XMP " + packet),
        chunk(b"APPL", b"stoc" + b"data"),
        chunk(b"ID3 ", tag(vendor_aigc="{}", AIGC=OTHER_LABEL.decode())),
        chunk(b"id3 ", tag(AIGC=OTHER_LABEL.decode())),
    )
    places = [p.place for p in read(AIFF, foreign)]
    assert places.count("aiff:ID3:TXXX:AIGC") == 1
    assert len(places) == 5
    labelled = write(AIFF, foreign, AIGC)
    left = read(AIFF, labelled)
    assert [(p.place, p.data) for p in left if p.form == "aigc"] == [("aiff:ID3:TXXX:AIGC", LABEL)]
    assert all(not xmp.read(p.data).aigc for p in left if p.form == "xmp")
    assert [data for kind, data in chunks(labelled) if kind == b"ANNO"] == [b"words"]
    assert (b"APPL", b"stocdata") in chunks(labelled)
    assert str(MutagenAiff(io.BytesIO(labelled)).tags["TIT2"]) == "A"


def test_what_is_cut_or_none_is_refused() -> None:
    with pytest.raises(TruncatedFile):
        write(AIFF, plain()[:-2], AIGC)
    with pytest.raises(TruncatedFile):
        write(AIFF, plain()[:12], AIGC)
    with pytest.raises(MalformedFile):
        write(AIFF, b"RIFF" + plain()[4:], AIGC)

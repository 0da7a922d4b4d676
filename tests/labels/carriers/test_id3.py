"""MP3: ID3v2.2, 2.3 and 2.4 with all their flags, as mutagen writes them and as we build them."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import subprocess
import zlib
from functools import cache
from pathlib import Path

import av
import mutagen.apev2
import mutagen.id3
import mutagen.mp3
import numpy as np
import pytest

from colophon.errors import EmptyFile, MalformedFile, TruncatedFile
from colophon.labels.carriers.id3 import MP3
from colophon.labels.carriers.packet import Keep
from tests.labels.carriers.contract import LABEL, OTHER_LABEL, CarrierContract, read, write

PLACE = "id3:TXXX:AIGC"


@cache
def sound() -> bytes:
    """Bare MPEG frames, without any tag."""
    out = io.BytesIO()
    options = {"id3v2_version": "0", "write_xing": "0"}
    with av.open(out, "w", format="mp3", options=options) as container:
        stream = container.add_stream("mp3", rate=44100)
        wave = np.sin(np.arange(22050) / 15).astype(np.float32)
        for number, at in enumerate(range(0, len(wave) - 1151, 1152)):
            frame = av.AudioFrame.from_ndarray(
                wave[None, at : at + 1152], format="fltp", layout="mono"
            )
            frame.sample_rate, frame.pts = 44100, number * 1152
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


@cache
def tagged(version: int = 4, padding: int = 0, *, v1: int = 0) -> bytes:
    """The sound with a tag of mutagen's."""
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TIT2(encoding=1, text="标题"))
    tags.add(mutagen.id3.APIC(encoding=0, mime="image/png", type=3, data=b"\xff\xe0\xff\0" * 200))
    tags.add(mutagen.id3.TXXX(encoding=3 if version == 4 else 1, desc="mood", text="calm"))
    if version == 3:
        tags.update_to_v23()
    out = io.BytesIO(sound())
    tags.save(out, v2_version=version, v1=v1, padding=lambda _: padding)
    return out.getvalue()


def synchsafe(value: int) -> bytes:
    return bytes(value >> bits & 0x7F for bits in (21, 14, 7, 0))


def tag(version: int, flags: int, body: bytes, footer: bytes = b"") -> bytes:
    return b"ID3" + bytes([version, 0, flags]) + synchsafe(len(body)) + body + footer


def frame(kind: bytes, body: bytes, *, flags: int = 0, plain: bool = False) -> bytes:
    size = struct.pack(">I", len(body)) if plain else synchsafe(len(body))
    return kind + size + struct.pack(">H", flags) + body


def txxx(value: bytes, name: bytes = b"AIGC") -> bytes:
    return b"\0" + name + b"\0" + value


def labelled(data: bytes, label: bytes = LABEL) -> bytes:
    return write(MP3, data, {"aigc": label})


def only_label(data: bytes) -> bytes:
    (packet,) = read(MP3, data)
    assert (packet.form, packet.place) == ("aigc", PLACE)
    return packet.data


def by_mutagen(data: bytes) -> dict[str, str]:
    tags = mutagen.id3.ID3(io.BytesIO(data), translate=False)
    return {
        key: hashlib.sha256(value.data).hexdigest() if key.startswith("APIC") else str(value)
        for key, value in tags.items()
    }


def decoded(data: bytes) -> str:
    with av.open(io.BytesIO(data), format="mp3") as container:
        frames = [frame.to_ndarray().tobytes() for frame in container.decode(audio=0)]
    return hashlib.sha256(b"".join(frames)).hexdigest()


class TestId3(CarrierContract):
    carrier = MP3
    cuts = 60
    flips = 100

    def samples(self) -> list[bytes]:
        return [sound(), tagged(4), tagged(3), tagged(3, 2048), tagged(4, 600, v1=2)]

    def payload(self, data: bytes) -> object:
        try:
            tags = by_mutagen(data)
        except mutagen.id3.ID3NoHeaderError:
            tags = {}
        tags.pop("TXXX:AIGC", None)
        return tags, decoded(data)

    def replaced(self, sample: bytes) -> int:
        """The size field, and padding given up."""
        del sample
        return 4 + 2048


@pytest.mark.parametrize("version", [3, 4])
def test_mutagen_reads_it(version: int) -> None:
    data = labelled(tagged(version))
    assert mutagen.id3.ID3(io.BytesIO(data), translate=False).version == (2, version, 0)
    assert by_mutagen(data)["TXXX:AIGC"].encode() == LABEL


def test_a_new_tag_is_utf8_2_4() -> None:
    data = labelled(sound())
    assert data.startswith(b"ID3\4\0")
    assert data.endswith(sound())
    assert by_mutagen(data) == {"TXXX:AIGC": LABEL.decode()}


@pytest.mark.needs("exiftool")
@pytest.mark.parametrize("sample", [sound(), tagged(3), tagged(4)])
def test_exiftool_reads_it_without_a_warning(sample: bytes, tmp_path: Path) -> None:
    path = tmp_path / "labelled.mp3"
    path.write_bytes(labelled(sample))
    command = ["exiftool", "-json", "-UserDefinedText", "-Warning", "-a", str(path)]
    (told,) = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert f"(AIGC) {LABEL.decode()}" in told["UserDefinedText"]
    assert "Warning" not in told


def test_padding_stays_so_that_writing_can_be_undone() -> None:
    data = tagged(4, 1024)
    assert len(labelled(data)) > len(data)
    assert labelled(data).endswith(sound())


def test_the_end_of_the_file_is_untouched() -> None:
    out = io.BytesIO(tagged(4, v1=2))
    ape = mutagen.apev2.APEv2()
    ape["mood"] = "calm"
    ape.save(out)
    data = out.getvalue()
    tail = data[data.index(sound()[:200]) :]
    assert b"APETAGEX" in tail
    assert labelled(data).endswith(tail)


def test_unsynchronised_2_3_tag() -> None:
    frames = frame(b"TIT2", b"\0hello", plain=True)
    frames += frame(b"PRIV", b"x\0\xff\xe3\xff\0\xff", plain=True)
    stored = b"\xff\0".join(frames.split(b"\xff")).replace(b"\xff\0\0", b"\xff\0\0")
    data = tag(3, 0x80, stored) + sound()
    out = labelled(data)
    assert stored in out
    assert only_label(out) == LABEL
    tags = mutagen.id3.ID3(io.BytesIO(out), translate=False)
    assert tags["TXXX:AIGC"].text == [LABEL.decode()]
    assert tags.getall("PRIV")[0].data == b"\xff\xe3\xff\0\xff"
    assert labelled(out) == out


def test_unsynchronised_sizes_are_unsynchronised_again() -> None:
    frames = frame(b"PRIV", bytes(0xFFF0), plain=True)
    data = tag(3, 0x80, frames.replace(b"\xff", b"\xff\0")) + sound()
    out = labelled(data)
    assert only_label(out) == LABEL
    (private,) = mutagen.id3.ID3(io.BytesIO(out), translate=False).getall("PRIV")
    assert len(private.owner) + len(private.data) + 1 == 0xFFF0


def test_extended_header_of_2_3_is_brought_up_to_date() -> None:
    title = frame(b"TIT2", b"\0hello", plain=True)
    extended = struct.pack(">IHII", 10, 0x8000, 400, zlib.crc32(title))
    out = labelled(tag(3, 0x40, extended + title + bytes(400)) + sound())
    size, _, padding, checksum = struct.unpack_from(">IHII", out, 10)
    start = 10 + 4 + size
    end = out.index(sound()[:100]) - padding
    assert zlib.crc32(out[start:end]) == checksum
    assert out[end : end + padding] == bytes(padding)
    assert by_mutagen(out) == {"TIT2": "hello", "TXXX:AIGC": LABEL.decode()}


def test_extended_header_of_2_4_is_brought_up_to_date() -> None:
    title = frame(b"TIT2", b"\3hello")
    extended = synchsafe(12) + b"\1\x20\5" + bytes(5)
    out = labelled(tag(4, 0x40, extended + title) + sound())
    end = out.index(sound()[:100])
    checksum = 0
    for byte in out[17:22]:
        checksum = checksum << 7 | byte
    assert zlib.crc32(out[22:end]) == checksum


def test_footer_follows() -> None:
    body = frame(b"TIT2", b"\3hello")
    header = b"\4\0\x10" + synchsafe(len(body))
    out = labelled(b"ID3" + header + body + b"3DI" + header + sound())
    end = out.index(sound()[:100])
    assert out[end - 10 : end] == b"3DI" + out[3:10]
    assert only_label(out) == LABEL
    assert only_label(labelled(out, OTHER_LABEL)) == OTHER_LABEL


def test_sizes_written_plainly_by_itunes() -> None:
    picture = b"\0image/png\0\3\0" + bytes(300)
    body = frame(b"APIC", picture, plain=True) + frame(b"TIT2", b"\3hello", plain=True)
    out = labelled(tag(4, 0, body) + sound())
    assert body in out
    assert only_label(out) == LABEL
    assert by_mutagen(out)["TXXX:AIGC"].encode() == LABEL
    assert by_mutagen(out)["TIT2"] == "hello"


def test_version_2_2() -> None:
    title = b"TT2\0\0\6\0hello"
    out = labelled(tag(2, 0, title) + sound())
    assert title in out
    assert only_label(out) == LABEL
    tags = mutagen.id3.ID3(io.BytesIO(out))
    assert tags["TXXX:AIGC"].text == [LABEL.decode()]
    assert labelled(out) == out


@pytest.mark.parametrize("version", [5, 1])
def test_unknown_version_is_refused(version: int) -> None:
    data = tag(version, 0, bytes(30)) + sound()
    assert read(MP3, data) == []
    with pytest.raises(MalformedFile):
        labelled(data)


def test_several_labels_become_one() -> None:
    body = frame(b"TXXX", txxx(OTHER_LABEL)) + frame(b"TIT2", b"\3hi") + frame(b"TXXX", txxx(b"{}"))
    comment = frame(b"COMM", b"\3eng\0" + b'{"AIGC":' + OTHER_LABEL + b"}")
    data = tag(4, 0, body) + tag(3, 0, frame(b"TXXX", txxx(OTHER_LABEL), plain=True)) + sound()
    assert len(read(MP3, data)) == 3
    assert only_label(labelled(data)) == LABEL
    data = tag(4, 0, body + comment) + sound()
    assert only_label(labelled(data)) == LABEL


def test_an_empty_label_is_replaced() -> None:
    data = tag(4, 0, frame(b"TXXX", txxx(b""))) + sound()
    assert only_label(labelled(data)) == LABEL


def test_zeros_before_the_sound() -> None:
    data = bytes(300) + sound()
    assert MP3.sniff(data[:4096]) == "audio/mpeg"
    assert labelled(data).endswith(data)


def test_appended_tag_is_read_and_emptied() -> None:
    body = frame(b"TXXX", txxx(OTHER_LABEL))
    header = b"\4\0\x10" + synchsafe(len(body))
    data = sound() + b"ID3" + header + body + b"3DI" + header
    assert [p.data for p in read(MP3, data)] == [OTHER_LABEL]
    out = labelled(data)
    assert only_label(out) == LABEL
    assert sound() in out


@pytest.mark.parametrize(
    ("encoding", "codec"), [(0, "latin-1"), (1, "utf-16"), (2, "utf-16-be"), (3, "utf-8")]
)
def test_every_text_encoding_is_read(encoding: int, codec: str) -> None:
    end = b"\0" if encoding in {0, 3} else b"\0\0"
    body = bytes([encoding]) + "AIGC".encode(codec) + end + LABEL.decode().encode(codec) + end
    assert only_label(tag(4, 0, frame(b"TXXX", body)) + sound()) == LABEL


def test_frame_flags_are_undone() -> None:
    packed = struct.pack(">I", len(txxx(LABEL))) + zlib.compress(txxx(LABEL))
    assert only_label(tag(4, 0, frame(b"TXXX", packed, flags=0x09)) + sound()) == LABEL
    assert only_label(tag(3, 0, frame(b"TXXX", packed, flags=0x80, plain=True)) + sound()) == LABEL
    grouped = b"\7" + txxx(LABEL)
    assert only_label(tag(4, 0, frame(b"TXXX", grouped, flags=0x40)) + sound()) == LABEL
    assert only_label(tag(3, 0, frame(b"TXXX", grouped, flags=0x20, plain=True)) + sound()) == LABEL
    assert read(MP3, tag(4, 0, frame(b"TXXX", b"secret", flags=0x04)) + sound()) == []
    assert read(MP3, tag(4, 0, frame(b"TXXX", b"no zlib at all", flags=0x08)) + sound()) == []


def test_xmp_frame_is_read_and_loses_only_its_label() -> None:
    xmp = b"<x:xmpmeta><TC260:AIGC>" + OTHER_LABEL + b"</TC260:AIGC></x:xmpmeta>"
    data = tag(4, 0, frame(b"PRIV", b"XMP\0" + xmp)) + sound()
    assert [(p.form, p.data) for p in read(MP3, data)] == [("xmp", xmp)]
    left = [p for p in read(MP3, labelled(data)) if p.form == "xmp"]
    assert len(left[0].data) == len(xmp)
    assert b"AIGC" not in left[0].data


def test_what_is_mp3_and_what_is_not() -> None:
    assert MP3.sniff(sound()[:4096]) == "audio/mpeg"
    assert MP3.sniff(tag(4, 0, bytes(20)) + b"fLaC") is None
    assert MP3.sniff(tag(4, 0, bytes(20)) + b"\xff\xf1") is None
    assert MP3.sniff(b"ID3\4\0\0\xff\xff\xff\xff") is None
    assert MP3.sniff(b"\xff\xfb\x90\0" + bytes(2000)) is None
    assert MP3.sniff("\ufeffhello".encode("utf-16")) is None


def test_a_single_frame_is_enough() -> None:
    data = sound()
    second = next(n for n in range(10, 3000) if MP3.sniff(data[n:]) == "audio/mpeg")
    assert MP3.sniff(data[:second]) == "audio/mpeg"


def test_neither_tag_nor_sound_is_refused() -> None:
    with pytest.raises(MalformedFile):
        labelled(b"no sound here")
    with pytest.raises(EmptyFile):
        read(MP3, b"")
    with pytest.raises(TruncatedFile):
        labelled(tagged(4)[:500])


def test_only_the_tag_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.mp3"
    path.write_bytes(tagged(4) + bytes(4 << 20))
    with path.open("rb") as source:
        pieces = MP3.write(source, {"aigc": LABEL})
    last = pieces[-1]
    assert isinstance(last, Keep)
    assert last.end == path.stat().st_size


def test_extended_header_of_impossible_length_is_refused() -> None:
    frames = frame(b"TIT2", b"\0hello", plain=True)
    for version in (3, 4):
        with pytest.raises(MalformedFile):
            labelled(tag(version, 0x40, frames) + sound())

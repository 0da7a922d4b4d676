"""WebP and WAV: contract, odd sizes, streaming, long files, and independent readers."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.id3 import ID3, TIT2, TXXX
from PIL import Image

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels import xmp
from colophon.labels.carriers.riff import WAV, WEBP
from tests.labels.carriers.contract import (
    LABEL,
    OTHER_LABEL,
    CarrierContract,
    packets_of,
    read,
    write,
)

WRAPPED = b'{"AIGC":' + LABEL + b"}"
AIGC = packets_of(["aigc"])
XMP = packets_of(["xmp"])
ODD_LABEL = LABEL.replace(b"p-1", b"p-12", 1)


def a_webp(mode: str = "RGB", **more) -> bytes:
    out = io.BytesIO()
    image = Image.linear_gradient("L").resize((37, 29)).convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize((37, 29)))
    image.save(out, "WEBP", **more)
    return out.getvalue()


def chunk(kind: bytes, data: bytes, size: int | None = None) -> bytes:
    head = kind + struct.pack("<I", len(data) if size is None else size)
    return head + data + bytes(len(data) % 2)


def riff(form: bytes, *chunks: bytes, size: int | None = None, letters: bytes = b"RIFF") -> bytes:
    body = form + b"".join(chunks)
    return letters + struct.pack("<I", len(body) if size is None else size) + body


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    at, found = 12, []
    end = 8 + int.from_bytes(data[4:8], "little")
    while at < end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        found.append((data[at : at + 4], data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    assert at == end
    return found


def kinds(data: bytes) -> list[bytes]:
    return [kind for kind, _ in chunks(data)]


FORMAT = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8))
SOUND = bytes(range(100)) + bytes(range(100, 0, -1))
INFO = chunk(b"LIST", b"INFO" + chunk(b"ISFT", b"maker\0"))


def a_wav(*more: bytes, sound: bytes = SOUND, size: int | None = None) -> bytes:
    return riff(b"WAVE", FORMAT, chunk(b"data", sound), *more, size=size)


def rf64(*more: bytes, letters: bytes = b"RF64") -> bytes:
    sound = chunk(b"data", SOUND, 0xFFFFFFFF)
    length = 4 + 8 + 28 + len(FORMAT) + len(sound) + sum(map(len, more))
    sizes = chunk(b"ds64", struct.pack("<QQQI", length, len(SOUND), len(SOUND), 0))
    return riff(b"WAVE", sizes, FORMAT, sound, *more, size=0xFFFFFFFF, letters=letters)


def samples_of(data: bytes) -> bytes:
    with wave.open(io.BytesIO(data)) as sound:
        return sound.readframes(sound.getnframes())


class TestWebp(CarrierContract):
    carrier = WEBP

    def samples(self) -> list[bytes]:
        out = io.BytesIO()
        frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "green")]
        frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
        exif = Image.Exif()
        exif[0x0131] = "Editor 1.0"
        return [
            a_webp(),
            a_webp(lossless=True),
            a_webp("RGBA"),
            a_webp("RGBA", lossless=True),
            a_webp(exif=exif, icc_profile=b"profile"),
            out.getvalue(),
            a_webp() + b"after the end",
        ]

    def payload(self, data: bytes) -> object:
        image = Image.open(io.BytesIO(data))
        frames = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frames.append(image.convert("RGBA").tobytes())
        end = 8 + int.from_bytes(data[4:8], "little")
        others = [c for c in chunks(data) if c[0] not in {b"VP8X", b"XMP "}]
        return image.size, frames, others, data[end:]

    def replaced(self, sample: bytes) -> int:
        return 4 + sample.count(b"VP8X")


class TestWav(CarrierContract):
    carrier = WAV

    def samples(self) -> list[bytes]:
        return [
            a_wav(),
            a_wav(INFO),
            a_wav(sound=SOUND[:-1]),
            a_wav(sound=SOUND[:-1])[:-1],
            a_wav(sound=b""),
            a_wav() + b"after the end",
            rf64(),
            rf64(letters=b"BW64"),
            riff(b"WAVE", FORMAT, INFO, chunk(b"data", SOUND, 0xFFFFFFFF), size=0xFFFFFFFF),
            riff(b"WAVE", FORMAT, chunk(b"data", SOUND, 0), size=0),
        ]

    def payload(self, data: bytes) -> object:
        kept = [data.count(part) for part in (FORMAT, INFO, SOUND[:-1], b"after the end")]
        return kept, SOUND[:-1] in data or samples_of(data)

    def replaced(self, sample: bytes) -> int:
        return 4 if sample[:4] == b"RIFF" else 8


@pytest.mark.parametrize(
    ("made", "alpha"),
    [
        (a_webp(), 0),
        (a_webp(lossless=True), 0),
        (a_webp("RGBA", lossless=True), 0x10),
    ],
)
def test_simple_webp_becomes_extended(made, alpha):
    assert len(chunks(made)) == 1
    labelled = write(WEBP, made, XMP)
    assert kinds(labelled)[0] == b"VP8X"
    assert kinds(labelled)[-1] == b"XMP "
    head = chunks(labelled)[0][1]
    assert head[0] == 0x04 | alpha
    assert int.from_bytes(head[4:7], "little") + 1 == 37
    assert int.from_bytes(head[7:10], "little") + 1 == 29
    assert Image.open(io.BytesIO(labelled)).getxmp()


def test_webp_comment_is_read_and_taken_out_in_place():
    exif = Image.Exif()
    exif[0x0131] = "Editor 1.0"
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + WRAPPED
    foreign = a_webp(exif=exif)
    assert [(p.place, p.data) for p in read(WEBP, foreign)] == [("riff:EXIF:UserComment", WRAPPED)]
    labelled = write(WEBP, foreign, XMP)
    assert [p.place for p in read(WEBP, labelled)] == ["riff:XMP"]
    assert len(dict(chunks(labelled))[b"EXIF"]) == len(dict(chunks(foreign))[b"EXIF"])
    assert Image.open(io.BytesIO(labelled)).getexif()[0x0131] == "Editor 1.0"


def test_webp_second_packets_go():
    made = write(WEBP, a_webp(), XMP)
    body = made[12:] + chunk(b"XMP\0", XMP["xmp"]) + chunk(b"XMP ", XMP["xmp"])
    doubled = riff(b"WEBP", body) + chunk(b"XMP ", XMP["xmp"])
    assert [p.place for p in read(WEBP, doubled)] == ["riff:XMP"] * 3 + ["riff:XMP:outside"]
    assert write(WEBP, doubled, XMP) == made


def test_webp_without_an_image_is_refused():
    with pytest.raises(MalformedFile):
        write(WEBP, riff(b"WEBP", chunk(b"VP8 ", bytes(20))), XMP)
    with pytest.raises(TruncatedFile):
        write(WEBP, riff(b"WEBP", chunk(b"ICCP", b"x")), XMP)


def test_wav_gets_a_top_level_chunk_at_the_end():
    labelled = write(WAV, a_wav(INFO), {"aigc": ODD_LABEL})
    assert kinds(labelled) == [b"fmt ", b"data", b"LIST", b"AIGC"]
    assert chunks(labelled)[-1] == (b"AIGC", ODD_LABEL)
    assert len(labelled) % 2 == 0
    assert samples_of(labelled) == SOUND


def test_wav_missing_padding_is_made_good():
    labelled = write(WAV, a_wav(sound=SOUND[:-1])[:-1], AIGC)
    assert kinds(labelled) == [b"fmt ", b"data", b"AIGC"]


def test_wav_padding_forgotten_in_the_middle():
    odd = riff(b"WAVE", FORMAT, chunk(b"data", SOUND[:-1])[:-1], chunk(b"AIGC", LABEL))
    assert [p.data for p in read(WAV, odd)] == [LABEL]
    assert OTHER_LABEL in write(WAV, odd, packets_of(["aigc"], OTHER_LABEL))


def test_wav_padding_that_is_not_zero():
    inside = riff(b"WAVE", FORMAT, chunk(b"data", SOUND[:-1])[:-1] + b"-")
    labelled = write(WAV, inside + b"-" * 70_000, AIGC)
    assert [p.data for p in read(WAV, labelled)] == [LABEL]


@pytest.mark.parametrize(("outer", "inner"), [(0xFFFFFFFF, 0xFFFFFFFF), (0, 0)])
def test_streamed_wav_is_labelled_before_the_sound(outer, inner):
    sound = bytes(16) + SOUND
    streamed = riff(b"WAVE", FORMAT, chunk(b"data", sound, inner), size=outer)
    labelled = write(WAV, streamed, AIGC)
    assert labelled == streamed[:36] + chunk(b"AIGC", LABEL) + streamed[36:]


def test_wav_of_no_sound_is_not_taken_for_a_stream():
    empty = riff(b"WAVE", FORMAT, chunk(b"data", b""), chunk(b"AIGC", LABEL), size=0)
    assert [p.data for p in read(WAV, empty)] == [LABEL]
    assert write(WAV, empty, AIGC) == empty


def test_stale_labels_of_wav_give_way():
    info = chunk(b"LIST", b"INFO" + chunk(b"AIGC", OTHER_LABEL) + chunk(b"ISFT", b"maker\0"))
    foreign = a_wav(info, chunk(b"_PMX", packets_of(["xmp"], OTHER_LABEL)["xmp"]))
    foreign += chunk(b"AIGC", OTHER_LABEL)
    places = [p.place for p in read(WAV, foreign)]
    assert places == ["riff:LIST:INFO:AIGC", "riff:_PMX", "riff:AIGC:outside"]
    labelled = write(WAV, foreign, AIGC)
    assert OTHER_LABEL[:90] not in labelled
    assert b"another-number" not in labelled
    assert dict(chunks(labelled))[b"LIST"] == INFO[8:]
    assert kinds(labelled) == [b"fmt ", b"data", b"LIST", b"_PMX", b"AIGC"]
    assert xmp.read(dict(chunks(labelled))[b"_PMX"]).aigc == ()


@pytest.mark.parametrize("kind", [b"id3 ", b"ID3 "])
def test_a_label_in_an_id3_chunk_gives_way(kind, tmp_path):
    file = tmp_path / "tag.mp3"
    tag = ID3()
    tag.add(TXXX(encoding=3, desc="AIGC", text=[LABEL.decode()]))
    tag.add(TIT2(encoding=3, text=["a title"]))
    tag.save(file)
    foreign = a_wav(chunk(kind, file.read_bytes()))
    assert [(p.place, p.data) for p in read(WAV, foreign)] == [("riff:id3:TXXX:AIGC", LABEL)]
    labelled = write(WAV, foreign, AIGC)
    assert [p.place for p in read(WAV, labelled)] == ["riff:AIGC"]
    file.write_bytes(dict(chunks(labelled))[kind])
    assert [str(frame) for frame in ID3(file).values()] == ["a title"]


def test_a_damaged_id3_chunk_is_left_alone():
    foreign = a_wav(chunk(b"id3 ", b"ID3\4\0\0\0\0\x7f\x7fcut"))
    assert read(WAV, foreign) == []
    assert [c for c in chunks(write(WAV, foreign, AIGC)) if c[0] != b"AIGC"] == chunks(foreign)


def test_long_wav_keeps_its_sizes_in_its_own_chunk():
    labelled = write(WAV, rf64(), AIGC)
    assert labelled[4:8] == b"\xff\xff\xff\xff"
    assert struct.unpack_from("<Q", labelled, 20)[0] == len(labelled) - 8
    assert labelled.endswith(chunk(b"AIGC", LABEL))


def test_wav_that_would_outgrow_its_size_field():
    class Sparse(io.BytesIO):
        """A file of almost 4 GiB, of which only the head is there."""

        size = 0xFFFFFFFE + 8

        def seek(self, at: int, whence: int = 0, /) -> int:
            return self.size if whence == io.SEEK_END else super().seek(at)

    head = FORMAT + b"data" + struct.pack("<I", Sparse.size - 12 - len(FORMAT) - 8)
    with pytest.raises(TooLarge):
        WAV.write(Sparse(riff(b"WAVE", head, size=0xFFFFFFFE)), AIGC)


def test_a_size_beyond_all_files_is_refused():
    endless = bytearray(rf64())
    endless[28:36] = (0xFFFFFFFFFFFFFFF1).to_bytes(8, "little")
    with pytest.raises(TruncatedFile):
        write(WAV, bytes(endless), AIGC)


def test_truncated_wav_is_refused_but_its_label_read():
    labelled = write(WAV, a_wav(), AIGC)
    cut = labelled[:-50]
    assert LABEL.startswith(read(WAV, cut)[0].data)
    with pytest.raises(TruncatedFile):
        write(WAV, cut, AIGC)


CHUNKS = st.lists(
    st.tuples(
        st.sampled_from([b"LIST", b"bext", b"cue ", b"AIGC", b"_PMX"]), st.binary(max_size=9)
    ),
    max_size=6,
)


@given(CHUNKS, st.binary(max_size=30), st.binary(max_size=40), st.booleans())
def test_any_chunks_make_a_whole_file(others, sound, trailing, long):
    made = [chunk(kind, data) for kind, data in others]
    source = rf64(*made) if long else a_wav(*made, sound=sound)
    labelled = write(WAV, source + b"\0" + trailing, AIGC)
    if long:
        size = struct.unpack_from("<Q", labelled, 20)[0]
    else:
        size = int.from_bytes(labelled[4:8], "little")
        kept = [c for c in chunks(labelled) if c[0] != b"AIGC"]
        assert kept == [c for c in chunks(source) if c[0] != b"AIGC"]
        assert chunks(labelled).count((b"AIGC", LABEL)) == 1
    assert labelled[8 + size :] == b"\0" + trailing


@pytest.mark.needs("exiftool")
def test_exiftool_reads_the_webp_label(tmp_path):
    file = tmp_path / "a.webp"
    file.write_bytes(write(WEBP, a_webp(), {"xmp": xmp.write(None, LABEL.decode())}))
    asked = ["exiftool", "-j", "-G1", "-warning", "-error", "-xmp:all", file]
    (seen,) = json.loads(subprocess.run(asked, check=True, capture_output=True).stdout)
    assert json.loads(seen.pop("XMP-TC260:Aigc")) == json.loads(LABEL)
    assert list(seen) == ["SourceFile"]


@pytest.mark.needs("ffmpeg", "ffprobe")
@pytest.mark.parametrize("flags", [[], ["-rf64", "always"]])
@pytest.mark.parametrize("piped", [False, True])
def test_ffmpeg_hears_the_same(tmp_path, flags, piped):
    plain, labelled = tmp_path / "a.wav", tmp_path / "b.wav"
    make = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=0.3", *flags, "-f", "wav"]
    if piped:
        made = subprocess.run([*make, "-"], check=True, capture_output=True).stdout
        plain.write_bytes(made)
    else:
        subprocess.run([*make, plain], check=True)
    labelled.write_bytes(write(WAV, plain.read_bytes(), AIGC))
    heard = []
    for file in (plain, labelled):
        ask = ["ffmpeg", "-v", "error", "-i", file, "-f", "md5", "-"]
        done = subprocess.run(ask, check=True, capture_output=True)
        assert done.stderr == b""
        heard.append(done.stdout)
    assert heard[0] == heard[1]
    ask = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "json", labelled]
    seen = json.loads(subprocess.run(ask, check=True, capture_output=True).stdout)
    assert seen["streams"][0]["codec_name"] == "pcm_s16le"

"""A label after the content, and the form that was chosen: heard by FFmpeg and an ear of our own."""

from __future__ import annotations

import struct
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from colophon.errors import ToolMissing
from colophon.labels import explicit
from colophon.labels.checking import rhythm
from colophon.labels.explicit import speech
from colophon.labels.explicit.sounds import mp3
from colophon.labels.model import ExplicitWritten, Medium, Style

RATE = 44_100
SECONDS = 2.5
RHYTHM = Style(sound="rhythm")

pytestmark = pytest.mark.needs("ffmpeg")


def ffmpeg(*arguments: object) -> bytes:
    command = ["ffmpeg", "-v", "error", "-y", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True).stdout


def heard(path: Path) -> np.ndarray:
    """Mono samples as FFmpeg decodes them."""
    raw = ffmpeg("-i", path, "-f", "f32le", "-ac", 1, "-ar", RATE, "-")
    return np.frombuffer(raw, np.float32)


def song(folder: Path, name: str, *options: object) -> Path:
    source = f"aevalsrc=0.2*sin(1320*t)+0.1*sin(3*t)*sin(4000*t):s={RATE}:d={SECONDS}"
    ffmpeg("-f", "lavfi", "-i", source, *options, folder / name)
    return folder / name


def at_the_end(
    source: Path, media_type: str, style: Style = RHYTHM
) -> tuple[Path, ExplicitWritten]:
    target = source.with_name(f"out-{source.name}")
    written = explicit.apply(source, target, media_type, Medium.AUDIO, position="end", style=style)
    assert written is not None
    return target, written


@pytest.mark.parametrize(
    ("name", "media_type", "options", "tolerance"),
    [
        ("a.wav", "audio/wav", (), 0.0),
        ("a.aiff", "audio/aiff", (), 0.0),
        ("a.flac", "audio/flac", (), 0.0),
        ("a.mp3", "audio/mpeg", (), 0.0),
        ("b.mp3", "audio/mpeg", ("-q:a", 4, "-write_xing", 0), 0.0),
        ("a.aac", "audio/aac", (), 0.0),
        ("a.m4a", "audio/mp4", (), 0.0),
        ("a.mka", "audio/x-matroska", ("-c:a", "aac"), 0.0),
        ("a.opus", "audio/ogg", ("-c:a", "libopus"), 0.0),
        ("a.ogg", "audio/ogg", ("-c:a", "libvorbis"), 0.03),
    ],
)
def test_the_label_comes_after_the_content_and_not_over_it(
    tmp_path: Path, name: str, media_type: str, options: tuple[object, ...], tolerance: float
) -> None:
    source = song(tmp_path, name, *options)
    target, written = at_the_end(source, media_type)
    assert (written.where, written.form) == ("end", "rhythm")
    before, after = heard(source), heard(target)
    # The last frame of a codec overlaps with what follows it.
    kept = len(before) - 3_000
    assert np.abs(after[:kept] - before[:kept]).max() <= tolerance
    (found,) = rhythm.hear(after, RATE)
    assert found.last and not found.first and not found.mixed
    assert found.start > SECONDS + 0.3
    assert found.seconds == pytest.approx(written.seconds, abs=0.03)


@pytest.mark.needs("ffprobe")
@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.wav", "a.mka"])
def test_players_are_told_the_new_length(tmp_path: Path, name: str) -> None:
    types = {".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".wav": "audio/wav"}
    options = ("-c:a", "aac") if name == "a.mka" else ()
    source = song(tmp_path, name, *options)
    target, _ = at_the_end(source, types.get(source.suffix, "audio/x-matroska"))
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"]
    told = subprocess.run([*command, str(target)], check=True, capture_output=True, text=True)
    assert float(told.stdout) == pytest.approx(len(heard(target)) / RATE, abs=0.06)


def test_every_byte_of_the_content_stays_in_front(tmp_path: Path) -> None:
    source = song(tmp_path, "a.mp3", "-write_id3v1", 1, "-metadata", "title=Song")
    data = source.read_bytes()
    assert data[-128:-125] == b"TAG"
    target, _ = at_the_end(source, "audio/mpeg")
    after = target.read_bytes()
    assert after[-128:] == data[-128:]
    index = data.index(b"Xing") if b"Xing" in data else data.index(b"Info")
    rest = data[index + 500 : -128]
    assert after.count(rest) == 1
    label = after[after.index(rest) + len(rest) : -128]
    assert mp3.count(label) > 20


@pytest.mark.parametrize(
    "tag",
    [
        b"TAG" + bytes(125),
        b"APETAGEX" + struct.pack("<4I", 2000, 32, 0, 0xA0000000) + bytes(8)
        + b"APETAGEX" + struct.pack("<4I", 2000, 32, 0, 0x80000000) + bytes(8),
        b"LYRICSBEGIN" + b"IND00002" + b"11" + b"000021" + b"LYRICS200",
    ],
)  # fmt: skip
def test_tags_at_the_end_stay_at_the_end(tmp_path: Path, tag: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(5000) + tag)
    with path.open("rb") as stream:
        assert mp3.before_tags(stream, 5000 + len(tag)) == 5000
    path.write_bytes(bytes(5000) + tag + tag)
    with path.open("rb") as stream:
        assert mp3.before_tags(stream, 5000 + 2 * len(tag)) == 5000


def test_a_tag_longer_than_its_file_is_no_tag(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"APETAGEX" + struct.pack("<4I", 2000, 1 << 31, 0, 0) + bytes(8))
    with path.open("rb") as stream:
        assert mp3.before_tags(stream, 32) == 32


def test_a_wav_that_ends_within_a_frame_and_its_cue_points(tmp_path: Path) -> None:
    samples = (np.sin(np.arange(4_000)) * 9_000).astype("<i2")
    body = samples.tobytes()[:-1]
    cue = struct.pack("<I6I", 1, 1, 700, 0x61746164, 0, 0, 700)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, 8_000, 32_000, 4, 16)
    chunks = form + struct.pack("<4sI", b"data", len(body)) + body + b"\0"
    chunks += struct.pack("<4sI", b"cue ", len(cue)) + cue
    source = tmp_path / "a.wav"
    source.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    target, _ = at_the_end(source, "audio/wav")
    after = target.read_bytes()
    assert cue in after and body in after
    with wave.open(str(target)) as sound:
        raw = sound.readframes(sound.getnframes())
        assert sound.getnframes() * 4 == len(raw)
    assert raw.startswith(body + b"\0")
    mono = np.frombuffer(raw, "<i2").reshape(-1, 2)[:, 0].astype(np.float32) / 32768
    (found,) = rhythm.hear(mono, 8_000)
    assert found.last


@pytest.mark.parametrize(("sound", "form"), [("rhythm", "rhythm"), ("auto", None)])
@pytest.mark.parametrize("position", ["auto", "start", "end"])
def test_the_form_is_the_styles_and_the_place_the_positions(
    tmp_path: Path, sound: str, form: str | None, position: str
) -> None:
    source = song(tmp_path, "a.wav")
    written = explicit.apply(
        source, tmp_path / "b.wav", "audio/wav", Medium.AUDIO,
        position=position, style=Style(sound=sound),
    )  # fmt: skip
    assert written is not None
    usual = "speech" if speech.shutil.which(speech.PROGRAM) else "rhythm"
    assert written.form == (form or usual)
    assert written.where == ("end" if position == "end" else "start")


def test_a_position_may_still_name_the_form(tmp_path: Path) -> None:
    source = song(tmp_path, "a.wav")
    written = explicit.apply(
        source, tmp_path / "b.wav", "audio/wav", Medium.AUDIO,
        position="rhythm", style=Style(sound="speech"),
    )  # fmt: skip
    assert written is not None and written.form == "rhythm"


def test_speech_is_demanded_where_nothing_can_speak(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = song(tmp_path, "a.wav")
    monkeypatch.setattr(speech.shutil, "which", lambda _name: None)
    with pytest.raises(ToolMissing):
        explicit.apply(
            source, tmp_path / "b.wav", "audio/wav", Medium.AUDIO,
            wording="此音频由人工智能合成", style=Style(sound="speech"),
        )  # fmt: skip
    assert not (tmp_path / "b.wav").exists()

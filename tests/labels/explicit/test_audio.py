"""The explicit label of sound comes before the content, at a normal rate, and over nothing."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import subprocess
import wave
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from mutagen.mp3 import MP3

from colophon.errors import (
    EmptyFile,
    InputError,
    MalformedFile,
    TooLarge,
    ToolMissing,
    TruncatedFile,
    UnknownType,
)
from colophon.labels.checking.rhythm import hear
from colophon.labels.explicit import apply as apply_door
from colophon.labels.explicit import loudness, speech
from colophon.labels.explicit.audio import apply
from colophon.labels.explicit.limits import Limits
from colophon.labels.model import Medium
from colophon.labels.remarks import Remark
from colophon.provisions import parameters

RATE = 44_100


def music(seconds: float = 3.0, rate: int = RATE, channels: int = 2) -> np.ndarray:
    """A chord with a beat, frames x channels."""
    time = np.arange(int(seconds * rate)) / rate
    chord = sum(np.sin(2 * np.pi * hertz * time) for hertz in (220, 277, 330)) / 3
    beat = 0.5 + 0.5 * np.cos(2 * np.pi * 2 * time)
    return np.repeat((chord * beat * 0.4)[:, None], channels, 1).astype(np.float32)


def wav(folder: Path, samples: np.ndarray, rate: int = RATE, width: int = 2) -> Path:
    path = folder / "content.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(samples.shape[1])
        out.setsampwidth(width)
        out.setframerate(rate)
        whole = np.rint(samples * (2 ** (8 * width - 1) - 1)).astype("<i4")
        if width == 1:
            data = (whole + 128).astype(np.uint8).tobytes()
        else:
            data = whole.reshape(-1, 1).view(np.uint8).reshape(-1, 4)[:, :width].tobytes()
        out.writeframes(data)
    return path


def encoded(folder: Path, name: str, *options: str, rate: int = RATE) -> Path:
    target = folder / name
    source = wav(folder, music(rate=rate), rate)
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(source), *options, str(target)]
    subprocess.run(command, check=True)
    return target


def heard(path: Path) -> tuple[np.ndarray, int]:
    """What a player plays, mono."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler("flt", "mono", stream.rate)
        parts = [
            piece.to_ndarray()[0]
            for frame in container.decode(stream)
            for piece in resampler.resample(frame)
        ]
        return np.concatenate(parts), stream.rate


def frames_of(path: Path) -> bytes:
    with wave.open(str(path)) as sound:
        return sound.readframes(sound.getnframes())


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (44_100, 2), (48_000, 6)])
def test_5_3_wav_samples_of_the_content_are_identical(
    tmp_path: Path, width: int, rate: int, channels: int
) -> None:
    source = wav(tmp_path, music(1.0, rate, channels), rate, width)
    target = tmp_path / "out.wav"
    written = apply(source, target, "audio/wav", form="rhythm")
    before, after = frames_of(source), frames_of(target)
    assert after.endswith(before)
    with wave.open(str(target)) as sound, wave.open(str(source)) as old:
        assert sound.getparams()[:3] == old.getparams()[:3]
        added = (sound.getnframes() - old.getnframes()) / rate
    assert written.seconds is not None
    assert added == pytest.approx(written.seconds + speech.PAUSE_SECONDS, abs=0.01)
    assert written.where == "start"
    label = after[: len(after) - len(before)]
    assert len(set(label)) > 20


@pytest.mark.needs("espeak-ng")
def test_5_3_speech_is_at_a_normal_rate(tmp_path: Path) -> None:
    target = tmp_path / "out.wav"
    written = apply(wav(tmp_path, music()), target, "audio/wav", form="speech")
    assert written.form == "speech"
    assert written.seconds is not None
    rate = speech.characters(written.text) * 60 / written.seconds
    assert parameters.number("explicit.speech.min_chars_per_minute") <= rate
    assert rate <= parameters.number("explicit.speech.max_chars_per_minute")


@pytest.mark.needs("espeak-ng")
@pytest.mark.parametrize("text", ["本内容由人工智能生成", "本音频由AI合成", "人工智能合成"])
@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
def test_speech_keeps_its_rate_at_every_sample_rate(text: str, rate: int) -> None:
    said = speech.spoken(text, "zh", rate)
    assert said.chars_per_minute is not None
    assert 120 <= said.chars_per_minute <= 160
    assert len(said.samples) / rate == pytest.approx(said.seconds, abs=0.05)


def integrated(folder: Path, samples: np.ndarray, rate: int) -> float:
    """Loudness as FFmpeg measures it."""
    frames = samples if samples.ndim > 1 else samples[:, None]
    path = wav(folder, frames.astype(np.float32), rate).rename(folder / "measured.wav")
    command = ["ffmpeg", "-nostats", "-i", str(path), "-af", "ebur128", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1])


def surround() -> np.ndarray:
    return music(5.0, 48_000, 6) * np.array([1, 0.5, 0.2, 2, 0.7, 0.1], np.float32)


def gated() -> np.ndarray:
    """Loud, nearly silent, loud again: the silence must not count."""
    whole = music(9.0)
    whole[3 * RATE : 6 * RATE] *= 0.001
    return whole


def grain() -> np.ndarray:
    return np.random.default_rng(3).normal(0, 0.1, (16_000 * 4, 1)).astype(np.float32)


@pytest.mark.parametrize(
    ("made", "rate"),
    [(surround, 48_000), (gated, RATE), (grain, 16_000), (lambda: music(2.0, channels=1), RATE)],
)
def test_loudness_is_what_ffmpeg_measures(
    tmp_path: Path, made: Callable[[], np.ndarray], rate: int
) -> None:
    samples = made()
    found = loudness.of((samples[at : at + 999] for at in range(0, len(samples), 999)), rate)
    assert found == pytest.approx(integrated(tmp_path, samples, rate), abs=0.2)


def test_silence_has_the_usual_loudness() -> None:
    assert loudness.of([], RATE) == loudness.USUAL_LUFS
    assert loudness.of([np.zeros((RATE, 2), np.float32)], RATE) == loudness.USUAL_LUFS


@pytest.mark.needs("espeak-ng")
def test_the_label_is_as_loud_as_the_content(tmp_path: Path) -> None:
    for gain in (0.4, 1.0):
        samples = music(4.0, channels=1) * gain
        source, target = wav(tmp_path, samples), tmp_path / "out.wav"
        apply(source, target, "audio/wav", form="speech")
        sound, rate = heard(target)
        split = len(sound) - len(samples)
        pause = round(speech.PAUSE_SECONDS * rate)
        parts = (sound[: split - pause], sound[split:])
        label, content = (integrated(tmp_path, part, rate) for part in parts)
        assert label == pytest.approx(content, abs=0.5)
        assert np.abs(sound).max() < 1


def test_rhythm_is_heard_and_other_sounds_are_not() -> None:
    noise = np.random.default_rng(2).normal(0, 0.05, RATE * 4).astype(np.float32)
    rhythm = speech.rhythm(RATE).samples
    lead = np.zeros(RATE // 4, np.float32)
    assert hear(np.concatenate([rhythm, noise]), RATE)
    assert hear(np.concatenate([lead, rhythm * 0.05, music(2)[:, 0]]), RATE)
    noisy = np.concatenate([rhythm * 0.4, lead])
    assert hear(noisy + noise[: len(noisy)], RATE)
    assert not hear(noise, RATE)
    assert not hear(music(6).mean(axis=1), RATE)
    assert not hear(np.zeros(RATE * 3, np.float32), RATE)
    assert not hear(np.zeros(3, np.float32), RATE)
    dash = speech._tone(round(0.36 * RATE), RATE)
    pause = np.zeros(round(0.12 * RATE), np.float32)
    assert not hear(np.concatenate([dash, pause] * 4), RATE)


@pytest.mark.parametrize("rate", [44_100, 22_050, 8_000])
@pytest.mark.needs("ffmpeg")
def test_mp3_frames_of_the_content_are_identical(tmp_path: Path, rate: int) -> None:
    source = encoded(
        tmp_path, "a.mp3", "-b:a", "64k", "-metadata", "title=Song", "-ar", str(rate), rate=rate
    )
    target = tmp_path / "out.mp3"
    written = apply(source, target, "audio/mpeg", form="rhythm")
    old, new = source.read_bytes(), target.read_bytes()
    tail = old[len(old) // 2 :]
    assert new.endswith(tail)
    assert new.startswith(old[: old.index(b"TIT2") + 16])
    before, after = MP3(source), MP3(target)
    assert after["TIT2"] == before["TIT2"]
    assert after.info.sample_rate == rate
    assert written.seconds is not None
    longer = after.info.length - before.info.length
    assert longer == pytest.approx(written.seconds + speech.PAUSE_SECONDS, abs=0.25)
    sound, player_rate = heard(target)
    assert hear(sound, player_rate)
    assert len(sound) / player_rate == pytest.approx(after.info.length, abs=0.2)


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize("options", [("-q:a", "2"), ("-b:a", "96k", "-ac", "1")])
def test_mp3_seeks_and_its_index_counts_right(tmp_path: Path, options: tuple[str, ...]) -> None:
    source = encoded(tmp_path, "a.mp3", *options)
    target = tmp_path / "out.mp3"
    apply(source, target, "audio/mpeg", form="rhythm")
    check = [
        "ffprobe",
        "-v",
        "warning",
        "-count_packets",
        "-show_entries",
        "stream=nb_read_packets",
    ]
    answer = subprocess.run(
        [*check, "-of", "csv=p=0", str(target)], capture_output=True, text=True, check=True
    )
    assert answer.stderr == ""
    data = target.read_bytes()
    at = max(data.find(b"Xing"), data.find(b"Info"))
    assert struct.unpack_from(">I", data, at + 8)[0] in range(
        int(answer.stdout) - 1, int(answer.stdout) + 2
    )
    toc = list(data[at + 16 : at + 116])
    assert toc == sorted(toc)
    quiet = ["ffmpeg", "-v", "error", "-i", str(target), "-f", "null", "-"]
    assert subprocess.run(quiet, capture_output=True, text=True, check=True).stderr == ""


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize(
    ("name", "media_type", "options"),
    [
        ("a.m4a", "audio/mp4", ("-c:a", "aac", "-b:a", "96k", "-metadata", "title=Song")),
        ("a.flac", "audio/flac", ("-c:a", "flac", "-metadata", "title=Song")),
        ("a.opus", "audio/ogg", ("-c:a", "libopus", "-metadata", "title=Song")),
        ("a.ogg", "audio/ogg", ("-c:a", "libvorbis", "-metadata", "title=Song")),
        ("a.aac", "audio/aac", ("-c:a", "aac")),
    ],
)
def test_other_formats_begin_with_the_label(
    tmp_path: Path, name: str, media_type: str, options: tuple[str, ...]
) -> None:
    source, target = encoded(tmp_path, name, *options), tmp_path / f"out-{name}"
    written = apply(source, target, media_type, form="rhythm")
    before, rate = heard(source)
    after, new_rate = heard(target)
    assert hear(after, new_rate)
    assert written.seconds is not None
    longer = len(after) / new_rate - len(before) / rate
    assert longer == pytest.approx(written.seconds + speech.PAUSE_SECONDS, abs=0.15)
    if "-metadata" in options:
        with av.open(str(target)) as new:
            words = {**new.metadata, **new.streams.audio[0].metadata}
        assert "Song" in words.values()


@pytest.mark.needs("ffmpeg")
def test_flac_stays_lossless(tmp_path: Path) -> None:
    source, target = encoded(tmp_path, "a.flac"), tmp_path / "out.flac"
    apply(source, target, "audio/flac", form="rhythm")
    before, _ = heard(source)
    after, _ = heard(target)
    assert (after[-len(before) :] == before).all()


def test_without_a_speaker_the_rhythm_is_taken_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    notes: list[Remark] = []
    source, target = wav(tmp_path, music(1)), tmp_path / "out.wav"
    assert apply(source, target, "audio/wav", note=notes.append).form == "rhythm"
    assert [note.code for note in notes] == ["rhythm_for_speech"]
    speech.spoken.cache_clear()
    with pytest.raises(ToolMissing):
        apply(source, target, "audio/wav", form="speech")
    assert not target.exists()


def chunked(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        for name, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body


FORMAT = (b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16))


def test_other_chunks_stay_and_cue_points_move(tmp_path: Path) -> None:
    cue = struct.pack("<I", 1) + struct.pack("<II4sIII", 1, 500, b"data", 0, 0, 500)
    info = (b"LIST", b"INFOINAM\x05\0\0\0Song\0\0")
    source, target = tmp_path / "a.wav", tmp_path / "b.wav"
    content = music(1, 8000, 1)
    data = np.rint(content * 32767).astype("<i2").tobytes()
    source.write_bytes(chunked(FORMAT, info, (b"data", data), (b"cue ", cue), (b"odd ", b"xyz")))
    apply(source, target, "audio/wav", form="rhythm")
    new = target.read_bytes()
    assert info[1] in new
    assert b"odd \x03\0\0\0xyz\0" in new
    assert struct.unpack_from("<I", new, 4)[0] == len(new) - 8
    at = new.index(b"cue ") + 8
    shift = (len(new) - source.stat().st_size) // 2
    assert struct.unpack_from("<I", new, at + 8)[0] == 500 + shift
    assert struct.unpack_from("<I", new, at + 24)[0] == 500 + shift
    with wave.open(io.BytesIO(new)) as sound:
        assert sound.readframes(sound.getnframes()).endswith(data)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", EmptyFile),
        (b"RIFFxxxxWAVE", MalformedFile),
        (b"not a wave file at all", MalformedFile),
        (chunked(FORMAT), MalformedFile),
        (
            chunked((b"fmt ", struct.pack("<HHIIHH", 2, 1, 8000, 16000, 2, 4)), (b"data", b"12")),
            UnknownType,
        ),
        (chunked(FORMAT, (b"data", b"\0" * 400))[:-100], TruncatedFile),
        (
            chunked((b"fmt ", struct.pack("<HHIIHH", 1, 0, 8000, 0, 0, 16)), (b"data", b"1")),
            UnknownType,
        ),
    ],
)
def test_bad_wav_files_are_named(tmp_path: Path, data: bytes, error: type[InputError]) -> None:
    source, target = tmp_path / "a.wav", tmp_path / "b.wav"
    source.write_bytes(data)
    with pytest.raises(error):
        apply(source, target, "audio/wav", form="rhythm")
    assert not target.exists()


@pytest.mark.parametrize("media_type", ["audio/mpeg", "audio/mp4", "audio/flac", "audio/ogg"])
def test_bad_compressed_files_are_named(tmp_path: Path, media_type: str) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(bytes(range(256)) * 40)
    with pytest.raises((MalformedFile, TruncatedFile)):
        apply(source, target, media_type, form="rhythm")
    assert not target.exists()


def test_length_is_checked_before_work(tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        apply(wav(tmp_path, music(3)), tmp_path / "o.wav", "audio/wav", limits=Limits(seconds=2))


@pytest.mark.needs("espeak-ng")
def test_the_door_speaks_and_leaves_the_source(tmp_path: Path) -> None:
    source, target = wav(tmp_path, music(1)), tmp_path / "out.wav"
    before = hashlib.sha256(source.read_bytes()).digest()
    written = apply_door(source, target, "audio/wav", Medium.AUDIO)
    assert written is not None
    assert written.form == "speech"
    assert hashlib.sha256(source.read_bytes()).digest() == before


def packet_sums(path: Path) -> list[str]:
    """A checksum of each packet of sound."""
    command = ["ffprobe", "-v", "error", "-select_streams", "a", "-show_packets"]
    command += ["-show_data_hash", "md5", "-show_entries", "packet=data_hash", "-of", "csv=p=0"]
    command.append(str(path))
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return [word for word in told if word.startswith("MD5:")]


@pytest.mark.parametrize(
    ("name", "media_type", "options"),
    [
        ("a.m4a", "audio/mp4", ("-c:a", "aac")),
        ("a.aac", "audio/aac", ("-c:a", "aac")),
        ("a.opus", "audio/opus", ("-c:a", "libopus")),
        ("a.ogg", "audio/ogg", ("-c:a", "libopus", "-ac", "1")),
        ("a.webm", "audio/webm", ("-c:a", "libopus")),
        ("a.mka", "audio/x-matroska", ("-c:a", "aac")),
    ],
)
def test_packets_of_the_content_are_kept(
    tmp_path: Path, name: str, media_type: str, options: tuple[str, ...]
) -> None:
    source, target = encoded(tmp_path, name, *options), tmp_path / f"out-{name}"
    written = apply(source, target, media_type, form="rhythm")
    before, after = packet_sums(source), packet_sums(target)
    assert after[-len(before) :] == before
    assert written.seconds is not None
    (old, rate), (new, _) = heard(source), heard(target)
    assert len(new) - len(old) == pytest.approx(
        (written.seconds + speech.PAUSE_SECONDS) * rate, abs=0.1 * rate
    )
    assert hear(new, rate)
    check = ["ffmpeg", "-v", "error", "-i", str(target), "-f", "null", "-"]
    assert not subprocess.run(check, capture_output=True, text=True, check=True).stderr


@pytest.mark.parametrize(
    ("name", "media_type", "options", "kind"),
    [
        ("a.flac", "audio/flac", ("-sample_fmt", "s32"), "s32le"),
        ("b.flac", "audio/flac", ("-sample_fmt", "s16"), "s16le"),
        ("a.m4a", "audio/mp4", ("-c:a", "alac"), "s32le"),
        ("a.aiff", "audio/aiff", (), "s16le"),
        ("b.aiff", "audio/aiff", ("-c:a", "pcm_s24be"), "s32le"),
        ("c.aiff", "audio/x-aiff", ("-c:a", "pcm_s8"), "s16le"),
        ("d.aiff", "audio/aiff", ("-c:a", "pcm_s16le"), "s16le"),
        ("e.aiff", "audio/aiff", ("-c:a", "pcm_f32be"), "f32le"),
    ],
)
def test_samples_of_lossless_content_are_kept(
    tmp_path: Path, name: str, media_type: str, options: tuple[str, ...], kind: str
) -> None:
    source, target = encoded(tmp_path, name, *options), tmp_path / f"out-{name}"
    apply(source, target, media_type, form="rhythm")
    old, new = (samples_by_ffmpeg(path, kind) for path in (source, target))
    assert new.endswith(old)
    assert len(new) > len(old)


def samples_by_ffmpeg(path: Path, kind: str) -> bytes:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", kind, "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def test_markers_of_an_aiff_move_with_its_content(tmp_path: Path) -> None:
    source, target = encoded(tmp_path, "a.aiff"), tmp_path / "out.aiff"
    mark = struct.pack(">HHIB3s", 1, 7, 1000, 2, b"ab\0")
    old = bytearray(source.read_bytes())
    old += b"MARK" + struct.pack(">I", len(mark)) + mark
    old += b"ANNO" + struct.pack(">I", 3) + b"hey\0"
    struct.pack_into(">I", old, 4, len(old) - 8)
    source.write_bytes(old)
    apply(source, target, "audio/aiff", form="rhythm")
    new = target.read_bytes()
    frames = [struct.unpack_from(">I", data, data.index(b"COMM") + 10)[0] for data in (old, new)]
    (place,) = struct.unpack_from(">I", new, new.index(b"MARK") + 12)
    assert place - 1000 == frames[1] - frames[0] > RATE
    assert new.endswith(b"ANNO" + struct.pack(">I", 3) + b"hey\0")


@pytest.mark.parametrize("cut", [3, 11, 30, 60, 2000])
def test_broken_aiff_and_aac_are_named(tmp_path: Path, cut: int) -> None:
    for name, media_type in (("a.aiff", "audio/aiff"), ("a.aac", "audio/aac")):
        whole = encoded(tmp_path, name).read_bytes()
        source, target = tmp_path / f"cut-{name}", tmp_path / "out"
        source.write_bytes(whole[:cut])
        with pytest.raises(InputError):
            apply(source, target, media_type, form="rhythm")
        assert not target.exists()

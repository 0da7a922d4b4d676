"""Marks in sound: what they come through, what they refuse, and that nobody would hear them."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest

from colophon.errors import MalformedFile, TooSmallToMark
from colophon.labels.watermark import audio
from colophon.labels.watermark.key import PUBLIC, MarkKey

PAYLOAD = 0x0123456789ABCDEF
RATE = 16000


def tune(seconds: float, rate: int = RATE, channels: int = 1) -> np.ndarray:
    """Plucked strings over wind."""
    rng = np.random.default_rng(3)
    count = round(seconds * rate)
    grain = np.convolve(rng.standard_normal(count + 2), [0.25, 0.5, 0.25], "valid")
    out = grain * (0.3 + 0.2 * np.sin(2 * np.pi * 0.7 * np.arange(count) / rate))
    since = np.arange(rate * 3 // 4) / rate
    for beat in range(int(seconds * 4)):
        pitch = 110 * 2 ** (rng.integers(0, 24) / 12)
        pluck = np.zeros(since.size)
        for harmonic in range(1, min(12, int(rate / 2 / pitch))):
            pluck += np.sin(2 * np.pi * harmonic * pitch * since + beat) / harmonic
        held = out[beat * rate // 4 :][: since.size]
        held += (pluck * np.exp(-6 * since))[: held.size]
    parts = [np.roll(out, 11 * channel) for channel in range(channels)]
    return np.asarray(np.stack(parts, axis=1) / (np.abs(out).max() + 1e-9) * 0.6, np.float32)


@pytest.fixture(scope="module")
def marked() -> np.ndarray:
    return audio.embed(tune(12), PAYLOAD, PUBLIC, rate_hz=RATE)


def read(samples: np.ndarray, rate: int = RATE) -> int | None:
    found = audio.detect(samples, PUBLIC, rate_hz=rate)
    return found.payload if found else None


def through(samples: np.ndarray, options: list[str], rate: int = RATE) -> tuple[np.ndarray, int]:
    """Through ffmpeg's filters or codecs, read back at 16 kHz."""
    channels = str(samples.shape[1])
    raw = ["-f", "f32le", "-ar", str(rate), "-ac", channels]
    coded = subprocess.run(
        ["ffmpeg", "-v", "error", *raw, "-i", "pipe:0", *options, "pipe:1"],
        input=samples.astype("<f4").tobytes(),
        capture_output=True,
        check=True,
    ).stdout
    back = ["-f", "f32le", "-ar", str(RATE), "-ac", channels, "pipe:1"]
    out = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", "pipe:0", *back],
        input=coded,
        capture_output=True,
        check=True,
    ).stdout
    return np.frombuffer(out, "<f4").reshape(-1, samples.shape[1]), RATE


def noisy(samples: np.ndarray, decibels: float) -> np.ndarray:
    size = np.sqrt((samples**2).mean()) * 10 ** (-decibels / 20)
    noise = np.random.default_rng(5).standard_normal(samples.shape, np.float32)
    return samples + noise * np.float32(size)


def reverberant(samples: np.ndarray) -> np.ndarray:
    time = np.arange(RATE // 2) / RATE
    response = np.random.default_rng(6).standard_normal(time.size) * np.exp(-13.8 * time)
    response *= 0.8 / np.sqrt((response**2).sum())
    response[0] = 1
    spectrum = np.fft.rfft(samples[:, 0], 1 << 18) * np.fft.rfft(response, 1 << 18)
    return np.fft.irfft(spectrum)[: len(samples), None].astype(np.float32)


def echoed(samples: np.ndarray) -> np.ndarray:
    return samples + 0.4 * np.roll(samples, RATE // 9, axis=0)


ATTACKS = {
    "none": lambda sound: sound,
    "quieter": lambda sound: sound * np.float32(0.1),
    "turned over": lambda sound: -sound,
    "clipped": lambda sound: np.clip(3 * sound, -1, 1),
    "direct current": lambda sound: sound + np.float32(0.2),
    "8 bits": lambda sound: np.rint(sound * 127) / 127,
    "noise 20 dB": lambda sound: noisy(sound, 20),
    "noise 10 dB": lambda sound: noisy(sound, 10),
    "echo": echoed,
    "a room": reverberant,
    "half": lambda sound: sound[RATE * 5 // 2 :][: 6 * RATE],
    "4 s": lambda sound: sound[51234:][: 4 * RATE],
    "a gap": lambda sound: np.concatenate([sound[: 5 * RATE], sound[6 * RATE :]]),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_mark_comes_through(attack: str, marked: np.ndarray) -> None:
    assert read(ATTACKS[attack](marked)) == PAYLOAD


CHAINS = {
    "MP3 32": ["-c:a", "libmp3lame", "-b:a", "32k", "-f", "mp3"],
    "Opus 16": ["-c:a", "libopus", "-b:a", "16k", "-f", "opus"],
    "AAC 64": ["-c:a", "aac", "-b:a", "64k", "-f", "adts"],
    "telephone": ["-af", "highpass=300,lowpass=3400", "-ar", "8000", "-c:a", "pcm_mulaw"]
    + ["-f", "wav"],
    "faster": ["-af", "atempo=1.05", "-f", "wav"],
    "slower": ["-af", "atempo=0.95", "-f", "wav"],
    "tape faster": ["-af", f"asetrate={RATE * 1.02:.0f},aresample={RATE}", "-f", "wav"],
    "tape slower": ["-af", f"asetrate={RATE * 0.96:.0f},aresample={RATE}", "-f", "wav"],
}


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize("chain", CHAINS)
def test_a_mark_comes_through_programs(chain: str, marked: np.ndarray) -> None:
    samples, rate = through(marked, CHAINS[chain])
    assert read(samples, rate) == PAYLOAD


@pytest.mark.needs("ffmpeg")
def test_how_fast_it_plays_is_told(marked: np.ndarray) -> None:
    samples, rate = through(marked, CHAINS["faster"])
    found = audio.detect(samples, PUBLIC, rate_hz=rate)
    assert found is not None
    assert found.transform.tempo == pytest.approx(1.05, abs=0.003)


@pytest.mark.needs("espeak-ng")
def test_speech_carries_a_mark() -> None:
    words = "Nobody at the office could say whose boats they were, or since when they had been lying there."
    spoken = subprocess.run(
        ["espeak-ng", "--stdout", words], capture_output=True, check=True
    ).stdout
    samples = np.frombuffer(spoken[44:], "<i2").astype(np.float32)[:, None] / 32768
    assert read(audio.embed(samples, PAYLOAD, PUBLIC, rate_hz=22050), 22050) == PAYLOAD


@pytest.mark.parametrize(
    ("rate", "channels"),
    [(6000, 1), (8000, 1), (11025, 1), (22050, 2), (44100, 1), (48000, 6), (96000, 1)],
)
def test_any_rate_and_channels(rate: int, channels: int) -> None:
    sound = tune(4, rate, channels)
    marked = audio.embed(sound, PAYLOAD, PUBLIC, rate_hz=rate)
    assert marked.shape == sound.shape
    assert marked.dtype == np.float32
    assert read(marked, rate) == PAYLOAD
    assert read(marked[:, :1], rate) == PAYLOAD


def test_nobody_would_hear_it(marked: np.ndarray) -> None:
    sound = tune(12)
    change = marked - sound
    assert 10 * np.log10((sound**2).sum() / (change**2).sum()) > 26
    assert abs(10 * np.log10((marked**2).sum() / (sound**2).sum())) < 0.05
    assert np.abs(marked).max() <= 1


def test_silence_stays_silent() -> None:
    sound = tune(6)
    sound[2 * RATE : 3 * RATE] = 0
    marked = audio.embed(sound, PAYLOAD, PUBLIC, rate_hz=RATE)
    assert np.abs(marked[2 * RATE + RATE // 25 : 3 * RATE - RATE // 25]).max() < 1e-6


def test_nothing_is_heard_before_a_sudden_sound() -> None:
    sound = tune(6)
    sound[2 * RATE : 3 * RATE] *= 1e-4
    change = audio.embed(sound, PAYLOAD, PUBLIC, rate_hz=RATE) - sound
    before = slice(3 * RATE - RATE // 50, 3 * RATE - RATE // 200)
    assert (change[before] ** 2).sum() < 0.5 * (sound[before] ** 2).sum()


def test_a_held_tone_is_changed_less() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(3 * RATE) / RATE)[:, None].astype(np.float32) / 2
    change = audio.embed(tone, PAYLOAD, PUBLIC, rate_hz=RATE)[RATE:-RATE] - tone[RATE:-RATE]
    assert 10 * np.log10((tone[RATE:-RATE] ** 2).sum() / (change**2).sum()) > 30


@pytest.mark.parametrize("rate", [8000, 11025, 44100])
def test_a_stream_gives_what_embed_gives(rate: int) -> None:
    sound = tune(3, rate, 2)
    stream = audio.Stream(PAYLOAD, PUBLIC, rate, 2)
    rng = np.random.default_rng(1)
    out, given, most = [], 0, 0
    while given < len(sound):
        chunk = sound[given : given + int(rng.integers(1, rate // 8))]
        given += len(chunk)
        out.append(stream.feed(chunk))
        most = max(most, given - sum(map(len, out)))
    out.append(stream.finish())
    assert most <= 0.2 * rate
    assert np.array_equal(np.concatenate(out), audio.embed(sound, PAYLOAD, PUBLIC, rate_hz=rate))


@pytest.mark.parametrize("frames", [0, 1, 100, 319, 320, 321, 700])
def test_a_short_stream_gives_as_much_as_it_was_given(frames: int) -> None:
    stream = audio.Stream(PAYLOAD, PUBLIC, RATE, 1)
    out = [stream.feed(tune(1)[:frames]), stream.finish()]
    assert sum(map(len, out)) == frames


def test_channels_that_cancel_out_are_read() -> None:
    sound = tune(4)
    marked = audio.embed(np.hstack([sound, -sound]), PAYLOAD, PUBLIC, rate_hz=RATE)
    assert read(marked) == PAYLOAD


def test_strangers_read_nothing_and_nothing_is_found_where_nothing_is(marked: np.ndarray) -> None:
    assert audio.detect(marked, MarkKey(bytes(32)), rate_hz=RATE) is None
    assert audio.detect(tune(12), PUBLIC, rate_hz=RATE) is None


def test_a_new_mark_replaces_the_old(marked: np.ndarray) -> None:
    again = audio.embed(marked, 77, PUBLIC, rate_hz=RATE)
    assert read(again) == 77


def test_marks_under_two_keys_are_both_read(marked: np.ndarray) -> None:
    key = MarkKey(bytes(range(32)))
    both = audio.embed(marked, 77, key, rate_hz=RATE)
    assert read(both) == PAYLOAD
    assert audio.detect(both, key, rate_hz=RATE).payload == 77


def test_traces_are_spoken_of_with_their_probability() -> None:
    marks = [audio.embed(tune(6), 3**20 * n, PUBLIC, rate_hz=RATE) for n in range(6)]
    found = audio.detect(np.mean(marks, axis=0), PUBLIC, rate_hz=RATE)
    assert found is not None
    assert found.payload is None
    assert 1 - 1e-6 <= found.confidence < 1


@pytest.mark.parametrize(
    "sound",
    [tune(0.2), np.zeros((3 * RATE, 1), np.float32), np.zeros((0, 1), np.float32)]
    + [np.full((3 * RATE, 1), 1e-5, np.float32)],
)
def test_what_carries_nothing_is_refused(sound: np.ndarray) -> None:
    with pytest.raises(TooSmallToMark):
        audio.embed(sound, PAYLOAD, PUBLIC, rate_hz=RATE)
    assert audio.detect(sound, PUBLIC, rate_hz=RATE) is None


def test_a_low_rate_is_refused() -> None:
    with pytest.raises(TooSmallToMark):
        audio.embed(tune(3, 4000), PAYLOAD, PUBLIC, rate_hz=4000)
    assert audio.detect(tune(3, 4000), PUBLIC, rate_hz=4000) is None


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_refused(bad: float) -> None:
    sound = tune(3)
    sound[1000] = bad
    with pytest.raises(MalformedFile):
        audio.embed(sound, PAYLOAD, PUBLIC, rate_hz=RATE)
    with pytest.raises(MalformedFile):
        audio.detect(sound, PUBLIC, rate_hz=RATE)


def test_samples_of_sixteen_bits_as_floats_are_marked_too() -> None:
    sound = np.rint(tune(4) * 32767)
    marked = audio.embed(sound, PAYLOAD, PUBLIC, rate_hz=RATE)
    assert read(marked) == PAYLOAD


def test_a_direct_current_is_no_sound() -> None:
    with pytest.raises(TooSmallToMark):
        audio.embed(np.full((3 * RATE, 1), 0.5, np.float32), PAYLOAD, PUBLIC, rate_hz=RATE)

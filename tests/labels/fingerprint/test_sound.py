"""Prints of sound on its ways, and the index that finds them."""

import io
import subprocess
import wave

import numpy as np
import pytest

from colophon.errors import ExplicitUnsupported, InputError
from colophon.labels.fingerprint import audio, recordings
from colophon.labels.fingerprint.audio import SoundPrint
from colophon.labels.fingerprint.sounds import Sounds
from tests.labels.fingerprint import made

KNOWN = {number: made.music(number) for number in range(4)}


@pytest.fixture(scope="module")
def sounds():
    index = Sounds()
    for number, samples in KNOWN.items():
        index.add(number, audio.of_samples(samples, made.RATE_HZ))
    return index


def wav(samples, rate=made.RATE_HZ):
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()


def through(samples, *options, form):
    """What FFmpeg makes of it."""
    command = ["ffmpeg", "-v", "error", "-f", "wav", "-i", "-", *options, "-f", form, "-"]
    return subprocess.run(command, input=wav(samples), capture_output=True, check=True).stdout


WAYS = {
    "MP3 64": (("-b:a", "64k"), "mp3", "audio/mpeg"),
    "MP3 32": (("-b:a", "32k"), "mp3", "audio/mpeg"),
    "AAC 48": (("-c:a", "aac", "-b:a", "48k"), "adts", "audio/aac"),
    "Opus 16": (("-c:a", "libopus", "-b:a", "16k"), "ogg", "audio/ogg"),
    "8 kHz": (("-ar", "8000"), "wav", "audio/wav"),
    "48 kHz": (("-ar", "48000"), "flac", "audio/flac"),
    "telephone": (("-af", "highpass=f=300,lowpass=f=3400", "-ar", "8000"), "wav", "audio/wav"),
    "soft": (("-af", "volume=0.1"), "wav", "audio/wav"),
    "echo": (("-af", "aecho=0.8:0.7:60:0.4"), "wav", "audio/wav"),
    "tone control": (("-af", "bass=g=8,treble=g=-6"), "wav", "audio/wav"),
}


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize("way", WAYS)
def test_five_seconds_are_found_on_all_ways(sounds, way):
    options, form, media_type = WAYS[way]
    for number, start in ((0, 0.0), (2, 6.06)):
        part = KNOWN[number][int(start * made.RATE_HZ) : int((start + 5) * made.RATE_HZ)]
        data = through(part, *options, form=form)
        hit, *others = sounds.find(recordings.asked(io.BytesIO(data), media_type, "a"))
        assert (hit.id, others) == (number, [])
        assert hit.start_s == pytest.approx(start, abs=0.15)
        assert hit.false_match < 1e-12


def test_noise_and_mixing_under_other_sound(sounds):
    rng = np.random.default_rng(9)
    part = KNOWN[3][3 * made.RATE_HZ : 9 * made.RATE_HZ]
    for over in (rng.normal(0, 0.006, len(part)), 0.2 * made.music(77)[: len(part)]):
        mixed = (part + over).astype(np.float32)
        assert sounds.find(audio.asked(mixed, made.RATE_HZ))[0].id == 3


def test_a_part_inside_something_longer(sounds):
    before, after = made.music(50, 4), made.music(51, 4)
    longer = np.concatenate([before, KNOWN[2][: 6 * made.RATE_HZ], after])
    hit = sounds.find(audio.asked(longer, made.RATE_HZ))[0]
    assert hit.id == 2
    assert hit.start_s == pytest.approx(-4, abs=0.1)


def test_strangers_are_not_found(sounds):
    for seed in range(100, 108):
        assert sounds.find(audio.asked(made.music(seed, 6), made.RATE_HZ)) == []


def test_error_rates_tell_one_from_others():
    part = audio.asked(KNOWN[0][40_000:140_000], made.RATE_HZ)
    kept = [audio.of_samples(samples, made.RATE_HZ) for samples in KNOWN.values()]
    rates = [audio.error_rate(part, one) for one in kept]
    assert rates[0] < 0.1
    assert min(rates[1:]) > audio.MATCH + 0.05


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(200_000, np.float32),
        np.zeros(0, np.float32),
        np.zeros((0, 2), np.float32),
        np.full((100_000, 2), np.nan, np.float32),
        np.full(100_000, np.inf, np.float32),
        made.music(1, 0.8),
    ],
)
def test_nothing_to_hear(samples):
    assert audio.of_samples(samples, made.RATE_HZ) is None
    assert audio.asked(samples, made.RATE_HZ) is None


def test_blocks_change_nothing():
    samples = made.music(5, 8, audio.RATE_HZ)
    whole = audio.of_samples(samples, audio.RATE_HZ)
    listener = audio.Listener(asking=False)
    for start in range(0, len(samples), 777):
        listener.feed(samples[start : start + 777])
    assert listener.print() == whole
    assert whole.seconds == pytest.approx(8, abs=0.8)


def test_what_asks_can_be_kept():
    samples = made.music(6, 8)
    assert audio.asked(samples, made.RATE_HZ).print == audio.of_samples(samples, made.RATE_HZ)


def test_channels_count_together():
    mono = made.music(7, 6)
    stereo = np.stack([mono, mono], axis=1)
    assert audio.of_samples(stereo, made.RATE_HZ) == audio.of_samples(mono, made.RATE_HZ)


def test_longest(monkeypatch):
    monkeypatch.setattr(audio, "LONGEST_SECONDS", 5)
    listener = audio.Listener(asking=False)
    listener.feed(made.music(8, 20, audio.RATE_HZ))
    assert listener.full
    assert listener.print().seconds < 5


def test_bad_files_get_names():
    with pytest.raises(ExplicitUnsupported):
        recordings.of_file(io.BytesIO(b"x"), "audio/midi", "a.mid")
    with pytest.raises(InputError):
        recordings.of_file(io.BytesIO(b"RIFF not a sound"), "audio/wav", "a.wav")


def test_damage_ends_the_sound_and_no_more():
    data = bytearray(wav(KNOWN[0]))[: len(KNOWN[0])]
    found = recordings.of_file(io.BytesIO(bytes(data)), "audio/wav", "a.wav")
    assert 3 < found.seconds < 7


def test_saved_removed_and_added_again(tmp_path, sounds):
    rng = np.random.default_rng(3)
    index = Sounds()
    for number, samples in KNOWN.items():
        index.add(number, audio.of_samples(samples, made.RATE_HZ), place=number + 1)
    for number in range(600):
        words = rng.integers(1, 1 << 32, 100, dtype=np.uint32)
        index.add(1000 + number, SoundPrint(words.tobytes()))
    query = audio.asked(KNOWN[1][60_000:180_000], made.RATE_HZ)
    before = index.find(query)
    index.save(tmp_path / "sounds")
    loaded = Sounds(tmp_path / "sounds")
    assert [(hit.id, hit.place) for hit in before] == [(1, 2)]
    assert loaded.find(query) == before
    loaded.remove(1)
    assert loaded.find(query) == []
    loaded.add(1, audio.of_samples(KNOWN[1], made.RATE_HZ), place=9)
    assert [hit.place for hit in loaded.find(query)] == [9]

"""The rhythm is heard at any pitch, level and pace, and in nothing else."""

import subprocess

import numpy as np
import pytest

from colophon.labels.checking import rhythm
from tests.labels.checking.tones import RATE, after, melody, play, quiet

CLIPS = 210


@pytest.mark.parametrize("hz", [300, 440, 880, 1300, 3000])
@pytest.mark.parametrize("unit", [0.06, 0.12, 0.24])
@pytest.mark.parametrize("level", [0.003, 0.9])
def test_any_pitch_pace_and_level(hz, unit, level):
    content = melody(4, np.random.default_rng(hz))
    for lead in (0, 0.7):
        sound = after(quiet(lead), play(hz, unit, level), quiet(0.45), content)
        sound += np.random.default_rng(1).normal(0, level * 0.02, len(sound)).astype(np.float32)
        found = rhythm.hear(sound, RATE)
        assert len(found) == 1
        assert abs(found[0].start - lead) < 0.03
        assert abs(found[0].seconds - 11 * unit) < 0.05
        assert found[0].first
        assert not found[0].last
        assert not found[0].mixed


def test_at_the_very_end_without_silence_after_it():
    found = rhythm.hear(after(melody(3, np.random.default_rng(4)), quiet(0.4), play()), RATE)
    assert len(found) == 1
    assert found[0].last
    assert not found[0].first
    assert 0.3 < found[0].before < 0.6


@pytest.mark.parametrize("harmonics", [(1, 0.5, 0.3), (1, 0, 0.33, 0, 0.2)])
def test_tones_that_are_not_pure(harmonics):
    assert rhythm.hear(after(quiet(0.2), play(500, harmonics=harmonics), quiet(1)), RATE)


def test_content_below_it_is_heard_as_mixed():
    bed = np.random.default_rng(6).normal(0, 0.09, RATE * 3).astype(np.float32)
    mixed = after(quiet(0.5), play(), quiet(1))
    found = rhythm.hear(mixed + bed[: len(mixed)], RATE)
    assert found
    assert found[0].mixed


def test_music_and_noise_are_not_taken_for_it():
    rng = np.random.default_rng(20250901)
    for number in range(CLIPS):
        kinds = (melody(3, rng), melody(3, rng, rests=0.6), _noise(3, rng, number))
        assert not rhythm.hear(kinds[number % 3], RATE), number


@pytest.mark.parametrize("marks", ["...", "-.", "-. .-", ".- .", ".. .-", "- - - -", ".-.."])
def test_other_rhythms_are_not_taken_for_it(marks):
    assert not rhythm.hear(after(quiet(1), play(marks=marks), quiet(1)), RATE)


@pytest.mark.parametrize("message", ["-- .- .. -.", ".- .. .-.", ". .- .."])
def test_letters_of_a_longer_message_are_not_taken_for_it(message):
    assert not rhythm.hear(after(quiet(1), play(marks=message), quiet(1)), RATE)


def test_sliding_tones_are_not_taken_for_it():
    parts = [play(hz)[: int(0.12 * RATE)] for hz in (500, 700, 900, 1100)]
    pause = quiet(0.12)
    sound = after(parts[0], pause, parts[1], parts[1], parts[1], quiet(0.36), parts[2], pause)
    assert not rhythm.hear(after(sound, parts[3], quiet(1)), RATE)


def test_silence_and_next_to_nothing():
    for sound in (quiet(0), quiet(0.001), quiet(3), np.ones(RATE, np.float32)):
        assert rhythm.hear(sound, RATE) == []


@pytest.mark.needs("espeak-ng")
@pytest.mark.parametrize("voice", ["cmn", "en-us", "de"])
def test_speech_is_not_taken_for_it(voice):
    words = "A I. 短长短短。 dit dah dit dit, la laa la la, 嘟嘟嘟嘟。" * 3
    command = ["espeak-ng", "-v", voice, "-s", "140", "--stdin", "--stdout"]
    said = subprocess.run(command, input=words.encode(), capture_output=True, check=True).stdout
    samples = np.frombuffer(said[44:], "<i2").astype(np.float32) / 32768
    assert len(samples) > 22050
    assert not rhythm.hear(samples, 22050)


def _noise(seconds, rng, number):
    if number % 2:
        return rng.normal(0, 0.1, int(seconds * RATE)).astype(np.float32)
    return np.repeat(rng.normal(0, 0.2, int(seconds * 100)), RATE // 100).astype(np.float32)

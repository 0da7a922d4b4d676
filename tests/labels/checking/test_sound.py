"""The rhythm in sound files, as codecs leave it."""

import numpy as np
import pytest

from colophon.labels.checking import sound
from colophon.labels.explicit import audio
from tests.labels.checking.tones import after, melody, play, quiet, write_wav
from tests.labels.made import ffmpeg

CODECS = {
    "mp3": ("audio/mpeg", ["-b:a", "48k"]),
    "m4a": ("audio/mp4", ["-b:a", "48k"]),
    "aac": ("audio/aac", ["-b:a", "48k"]),
    "opus": ("audio/ogg", ["-b:a", "24k"]),
    "flac": ("audio/flac", []),
}
pytestmark = pytest.mark.needs("ffmpeg")


@pytest.fixture(scope="module")
def song():
    return melody(30, np.random.default_rng(11)) * 0.7


def heard(path, media_type):
    with path.open("rb") as file:
        return sound.heard(file, media_type, path.name)


def met(layer):
    return {one.code: one.met for one in layer.requirements}


@pytest.mark.parametrize("form", CODECS)
def test_in_every_codec_at_each_place(tmp_path, song, form):
    media_type, options = CODECS[form]
    sounds = {
        "start": after(play(2000, 0.2, 0.1), quiet(0.4), song),
        "middle": after(song[:64000], quiet(0.4), play(600), quiet(0.4), song),
        "end": after(song, quiet(0.4), play(440, 0.1, 0.3)),
    }
    for where, samples in sounds.items():
        source = write_wav(tmp_path / "source.wav", samples)
        path = ffmpeg(tmp_path / f"x.{form}", "-i", str(source), *options)
        found = heard(path, media_type)
        assert found is not None
        assert (found.where, found.how, found.text) == (where, "rhythm", "短长 短短")
        assert met(found) == {"elements": True, "place": True, "not_mixed": True}
        assert found.legible


def test_labels_of_our_own_writer(tmp_path, song):
    source = write_wav(tmp_path / "source.wav", song)
    assert heard(source, "audio/wav") is None
    target = tmp_path / "target.wav"
    written = audio.apply(source, target, "audio/wav", form="rhythm")
    found = heard(target, "audio/wav")
    assert found.where == written.where
    assert abs(found.seconds - written.seconds) < 0.05


def test_a_label_over_the_content_is_mixed(tmp_path):
    bed = np.random.default_rng(3).normal(0, 0.09, 16_000 * 4).astype(np.float32)
    label = after(quiet(0.5), play(), quiet(1))
    bed[: len(label)] += label
    found = heard(write_wav(tmp_path / "x.wav", bed), "audio/wav")
    assert met(found)["not_mixed"] is False
    assert found.legible is False


def test_in_the_sound_of_a_phone_call(tmp_path):
    source = write_wav(tmp_path / "source.wav", after(play(), quiet(0.4)))
    path = ffmpeg(tmp_path / "x.wav", "-i", str(source), "-ar", "8000", "-c:a", "pcm_alaw")
    assert heard(path, "audio/wav").where == "start"

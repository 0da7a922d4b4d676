"""The built-in editors make real content, and what they make goes the labelling road."""

import io
import os
import wave

import numpy as np
import pytest
from PIL import Image

from colophon.content import production
from colophon.content.editors import EDITORS, editor, restoration, speech, text
from colophon.content.models import Content
from colophon.errors import EditorRefused, ToolMissing
from colophon.labels import inspect
from colophon.store import blobs, clock

from .made import png_bytes


@pytest.fixture
def synthesise(account, provider, run_jobs):
    def call(name, instructions, files=None, **more):
        content = production.synthesise(
            name,
            instructions,
            account=account,
            by="test",
            now=clock.now(),
            files={key: io.BytesIO(data) for key, data in (files or {}).items()},
            **more,
        )
        run_jobs()
        return Content.objects.get(pk=content.pk)

    return call


def noisy_picture(size=96):
    clean = np.full((size, size, 3), 120, np.uint8)
    clean[:, size // 2 :] = 180
    noise = np.random.default_rng(1).normal(0, 20, clean.shape)
    file = io.BytesIO()
    Image.fromarray(np.clip(clean + noise, 0, 255).astype(np.uint8)).save(file, "PNG")
    return clean, file.getvalue()


def pixels_of(sha256):
    return np.asarray(Image.open(blobs.path(sha256)).convert("RGB")).astype(float)


# Text.


@pytest.mark.django_db
def test_a_filled_template_is_released_with_its_labels(synthesise):
    content = synthesise(
        "text",
        {"template": "尊敬的$姓名：\n\n${notice}\n", "values": {"姓名": "李", "notice": "您好"}},
    )
    assert content.state == "released" and content.media_type == "text/markdown"
    words = blobs.path(content.labelled_sha256).read_text()
    assert "尊敬的李：" in words and "您好" in words
    found = inspect(blobs.path(content.labelled_sha256).read_bytes(), name="a.md")
    assert found.layers.aigc.produce_id == content.id.hex


def test_values_are_not_looked_into():
    assert text.fill("$a", {"a": "$b ${c} {d}"}) == "$b ${c} {d}"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"template": ""},
        {"template": "$a"},
        {"template": "100$"},
        {"template": "x" * 20_001},
        {"template": "a", "values": []},
        {"template": "$a", "values": {"a": {"b": 1}}},
        {"template": "$a", "values": {"a": "x" * 5_001}},
        {"template": "$a" * 400, "values": {"a": "x" * 5_000}},
        {"template": "a", "unknown": 1},
        {"template": "a\0b"},
        {"template": "a\ud800"},
        {"template": "$a", "values": {"a": "\0"}},
        {"template": "a", "values": {"\udfff": "x"}},
    ],
)
def test_a_template_that_cannot_be_filled_is_refused(given):
    with pytest.raises(EditorRefused):
        text.check(given)


# Speech.


@pytest.mark.django_db
@pytest.mark.needs("espeak-ng")
def test_speech_is_spoken_and_released(synthesise):
    content = synthesise("speech", {"text": "今天天气很好。", "voice": "zh"})
    assert content.state == "released" and content.kind == "speech"
    with wave.open(str(blobs.path(content.original_sha256))) as sound:
        assert sound.getnframes() / sound.getframerate() > 0.5
        assert np.abs(np.frombuffer(sound.readframes(-1), np.int16)).max() > 1000
    assert content.duty["source"] == "Art. 17.1.2"


@pytest.mark.needs("espeak-ng")
def test_text_that_looks_like_an_option_is_spoken(tmp_path):
    speech.run(speech.check({"text": "--help -w /etc/x", "voice": "en"}), {}, tmp_path / "a.wav")
    assert (tmp_path / "a.wav").stat().st_size > 1000


def test_without_the_program_the_error_names_it(monkeypatch, tmp_path):
    monkeypatch.setitem(os.environ, "PATH", str(tmp_path))
    with pytest.raises(ToolMissing) as missing:
        speech.run(speech.check({"text": "a"}), {}, tmp_path / "a.wav")
    assert missing.value.details["tool"] == "espeak-ng"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"text": "  "},
        {"text": 5},
        {"text": "x" * 5_001},
        {"text": "a", "voice": "../../x"},
        {"text": "a", "words_per_minute": 1},
        {"text": "a", "words_per_minute": True},
        {"text": "a", "pitch": "50"},
        {"text": "a\0"},
        {"text": "\ud83d"},
    ],
)
def test_wrong_wishes_of_speech_are_refused(given):
    with pytest.raises(EditorRefused):
        speech.check(given)


# Pictures.


@pytest.mark.django_db
def test_denoising_brings_a_noisy_picture_nearer_to_the_clean_one(synthesise):
    clean, noisy = noisy_picture()
    content = synthesise("image", {"operation": "denoise", "strength": 20}, {"file": noisy})
    assert content.state == "released" and content.action == "edited"
    before = np.asarray(Image.open(io.BytesIO(noisy))).astype(float)
    after = pixels_of(content.original_sha256)
    assert np.abs(after - clean).mean() < np.abs(before - clean).mean() / 2
    assert content.duty["explicit"] == "offered"


@pytest.mark.django_db
def test_inpainting_fills_only_what_the_mask_marks(synthesise):
    picture = np.full((64, 64, 3), 100, np.uint8)
    picture[20:30, 20:30] = 255
    mask = np.zeros((64, 64), np.uint8)
    mask[18:32, 18:32] = 255
    files = {}
    for name, array in (("file", picture), ("mask", mask)):
        out = io.BytesIO()
        Image.fromarray(array).save(out, "PNG")
        files[name] = out.getvalue()
    after = pixels_of(synthesise("image", {"operation": "inpaint"}, files).original_sha256)
    assert np.abs(after - 100).max() < 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("instructions", "files"),
    [
        ({"operation": "inpaint"}, {"file": png_bytes()}),
        ({"operation": "inpaint"}, {"file": png_bytes(), "mask": png_bytes((10, 10))}),
        ({}, {"file": b"\x89PNG\r\n\x1a\n nonsense"}),
        ({}, {"file": b"not a picture"}),
        ({}, {"file": png_bytes((6000, 4001), 0)}),
    ],
    ids=["no mask", "mask of another size", "broken", "no picture", "over the pixel limit"],
)
def test_a_picture_that_will_not_do_is_held_with_the_reason(synthesise, instructions, files):
    content = synthesise("image", instructions, files)
    assert content.state == "held" and content.problem["code"] == "editor_refused"
    assert content.original_sha256 == ""


@pytest.mark.django_db
def test_missing_and_unknown_files_are_refused_at_once(synthesise):
    for files in ({}, {"file": png_bytes(), "secret": b"x"}):
        with pytest.raises(EditorRefused):
            synthesise("image", {}, files)
    assert not Content.objects.exists()


def test_an_unknown_editor_is_refused_with_the_known_ones():
    with pytest.raises(EditorRefused) as refused:
        editor("video")
    assert refused.value.details["detail"] == ", ".join(EDITORS) == "text, speech, image"


def test_the_working_process_is_limited():
    assert restoration.MEMORY_BYTES <= 4 << 30 and restoration.CPU_SECONDS <= 180


@pytest.mark.django_db
def test_a_retry_under_one_key_makes_one_content(synthesise):
    wishes = {"template": "a"}
    first = synthesise("text", wishes, idempotency_key="k")
    assert synthesise("text", wishes, idempotency_key="k") == first
    assert Content.objects.count() == 1

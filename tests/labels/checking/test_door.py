"""The one door: what is looked for, in which files, and how it fails."""

import io
import random
import sys
from functools import cache

import pytest
from PIL import Image

from colophon.errors import ExtraMissing
from colophon.labels import checking
from colophon.labels.model import CredentialLayer, ExplicitLayer, Medium
from colophon.labels.sources import opened
from tests.labels.checking.drawn import photo, saved, words_on
from tests.labels.checking.tones import after, play, quiet, write_wav
from tests.labels.made import ffmpeg

SIGNED = CredentialLayer(True, valid=True, explicit="AI生成")
BROKEN = CredentialLayer(True, valid=False, explicit="AI生成")
DAMAGES = 6


def explicit(data, media_type, medium, manifest=None, look="auto"):
    with opened(data, "file") as given:
        return checking.explicit(given, media_type, medium, manifest, look=look)


@cache
def marked(form):
    pixels = words_on((320, 240), "AI生成", 20, (230, 210), (20, 235))
    return saved(Image.fromarray(pixels), form)


def test_words_of_a_text_are_judged_whatever_the_look():
    data = "本内容由AI生成\n\n正文在此。\n".encode()
    for look in ("off", "auto", "on"):
        found = explicit(data, "text/plain", Medium.TEXT, look=look)
        assert (found.text, found.where, found.how) == ("本内容由AI生成", "start", "text")
        assert [(one.code, one.clause, one.met) for one in found.requirements] == [
            ("elements", "5.1", True),
            ("place", "5.1", True),
        ]


def test_english_words_of_a_text_lack_the_elements():
    found = explicit(b"AI-generated content\n\nA text.\n", "text/markdown", Medium.TEXT)
    assert found.present
    assert found.requirements[0].met is False


def test_a_text_without_label():
    assert explicit(b"A text.\n", "text/plain", Medium.TEXT) == ExplicitLayer(present=False)


def test_documents():
    from docx import Document

    document, out = Document(), io.BytesIO()
    document.add_paragraph("本文档由AI生成")
    document.add_paragraph("正文")
    document.save(out)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    found = explicit(out.getvalue(), kind, Medium.DOCUMENT, look="off")
    assert (found.text, found.where) == ("本文档由AI生成", "start")


def test_drawings():
    words = '<g aria-label="AI生成"><path d="M0 0"/></g>'
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{words}</svg>'
    assert explicit(drawing.encode(), "image/svg+xml", Medium.IMAGE, look="off").text == "AI生成"
    bare = drawing.replace(words, "<text>生成</text>")
    assert not explicit(bare.encode(), "image/svg+xml", Medium.IMAGE).present


def test_pixels_are_not_looked_at_when_off():
    assert explicit(marked("PNG"), "image/png", Medium.IMAGE, look="off") is None


def test_a_valid_manifest_speaks_for_what_was_not_looked_at():
    found = explicit(marked("PNG"), "image/png", Medium.IMAGE, SIGNED, look="off")
    assert (found.how, found.text, found.legible) == ("manifest", "AI生成", None)
    assert [one.code for one in found.requirements] == ["elements"]
    assert explicit(marked("PNG"), "image/png", Medium.IMAGE, BROKEN, look="off") is None


def test_a_valid_manifest_speaks_of_spoken_words(tmp_path):
    sound = write_wav(tmp_path / "x.wav", quiet(1)).read_bytes()
    found = explicit(sound, "audio/wav", Medium.AUDIO, SIGNED)
    assert found.how == "manifest"
    assert explicit(sound, "audio/wav", Medium.AUDIO) is None


def test_sound_needs_no_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    sound = write_wav(tmp_path / "x.wav", after(play(), quiet(1))).read_bytes()
    for look in ("auto", "on"):
        assert explicit(sound, "audio/wav", Medium.AUDIO, look=look).how == "rhythm"
    assert explicit(sound, "audio/wav", Medium.AUDIO, look="off") is None


@pytest.mark.parametrize(("kind", "medium"), [("image/png", "image"), ("video/mp4", "video")])
def test_without_the_extra(monkeypatch, kind, medium):
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    assert explicit(marked("PNG"), kind, Medium(medium)) is None
    with pytest.raises(ExtraMissing) as raised:
        explicit(marked("PNG"), kind, Medium(medium), look="on")
    assert "ocr" in raised.value.remedy("en")


def test_pictures_are_read():
    pytest.importorskip("rapidocr")
    for look in ("auto", "on"):
        found = explicit(marked("PNG"), "image/png", Medium.IMAGE, BROKEN, look=look)
        assert (found.text, found.how, found.legible) == ("AI生成", "ocr", True)


def test_types_that_nobody_can_decode_are_not_looked_at():
    for kind, medium in (("audio/midi", Medium.AUDIO), ("image/x-unknown", Medium.IMAGE)):
        assert explicit(b"anything", kind, medium, look="on") is None


def test_a_picture_that_is_too_large_has_no_label_to_be_seen():
    import struct
    import zlib

    size = struct.pack(">II", 60_000, 60_000) + b"\x08\x02\0\0\0"
    chunk = b"IHDR" + size
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk
    data += struct.pack(">I", zlib.crc32(chunk)) + b"\0\0\0\0IDAT" + b"\x35\xaf\x06\x1e"
    assert explicit(data, "image/png", Medium.IMAGE) == ExplicitLayer(present=False)


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    folder = tmp_path_factory.mktemp("media")
    sound = write_wav(folder / "x.wav", after(play(), quiet(1)))
    film = ("-f", "lavfi", "-i", "testsrc=d=1:s=160x120:r=5", "-pix_fmt", "yuv420p")
    scene = b'{"asset":{"version":"2.0"},"scene":0,"scenes":[{"nodes":[0]}],"nodes":[{}]}'
    return {
        "image/png": marked("PNG"),
        "image/jpeg": marked("JPEG"),
        "image/webp": marked("WEBP"),
        "image/gif": marked("GIF"),
        "image/tiff": marked("TIFF"),
        "image/bmp": marked("BMP"),
        "image/avif": marked("AVIF"),
        "audio/wav": sound.read_bytes(),
        "audio/mpeg": ffmpeg(folder / "x.mp3", "-i", str(sound)).read_bytes(),
        "audio/ogg": ffmpeg(folder / "x.ogg", "-i", str(sound)).read_bytes(),
        "audio/mp4": ffmpeg(folder / "x.m4a", "-i", str(sound)).read_bytes(),
        "video/mp4": ffmpeg(folder / "x.mp4", *film).read_bytes(),
        "video/webm": ffmpeg(folder / "x.webm", *film).read_bytes(),
        "model/gltf+json": scene,
        "image/svg+xml": '<svg viewBox="0 0 9 9"><text>AI生成</text></svg>'.encode(),
        "text/html": "<html><body><p>AI生成</p></body></html>".encode(),
    }


@pytest.mark.slow
@pytest.mark.needs("ffmpeg")
def test_no_damage_makes_it_fail(media):
    pytest.importorskip("rapidocr")
    chance = random.Random(45438)
    for media_type, data in media.items():
        medium = _MEDIA[media_type.partition("/")[0]]
        for _ in range(DAMAGES):
            found = explicit(_damaged(data, chance), media_type, medium)
            assert found is None or isinstance(found, ExplicitLayer)


@pytest.mark.needs("ffmpeg")
def test_no_file_of_another_kind_makes_it_fail(media):
    for media_type in media:
        for data in (b"\0", b"A" * 5000, media["image/png"], media["video/mp4"]):
            medium = _MEDIA[media_type.partition("/")[0]]
            found = explicit(data, media_type, medium)
            assert found is None or isinstance(found, ExplicitLayer)


_MEDIA = {
    "image": Medium.IMAGE,
    "audio": Medium.AUDIO,
    "video": Medium.VIDEO,
    "model": Medium.SCENE,
    "text": Medium.TEXT,
}


def _damaged(data, chance):
    bytes_ = bytearray(data)
    for _ in range(chance.choice((1, 3, 30))):
        bytes_[chance.randrange(len(bytes_))] = chance.randrange(256)
    if chance.random() < 0.4:
        del bytes_[chance.randrange(1, len(bytes_)) :]
    return bytes(bytes_)


def test_nothing_heavy_is_loaded_before_something_is_looked_at():
    import subprocess

    code = (
        "import sys; from colophon.labels import checking; "
        "heavy = {'numpy', 'cv2', 'PIL', 'av', 'rapidocr', 'onnxruntime', 'yaml'}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_photo_has_none():
    pytest.importorskip("rapidocr")
    data = saved(photo(), "JPEG")
    assert explicit(data, "image/jpeg", Medium.IMAGE) == ExplicitLayer(present=False)

"""Explicit labels on HEIC, JPEG XL and AVIF sequences; what is said where the extra is missing."""

from __future__ import annotations

import io
import struct
import sys
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageCms

from colophon.errors import AnimationNotSupported, ExtraMissing, MalformedFile, TooLarge
from colophon.labels.explicit.formats import jxl
from colophon.labels.explicit.image import apply
from colophon.labels.explicit.limits import Limits

HEIC, JXL = "image/heic", "image/jxl"
LEAST = 0.05
CONTRAST = 4.5


def coffee() -> Image.Image:
    return Image.fromarray(skimage.data.coffee()).resize((300, 200))


def saved(picture: Image.Image, form: str, **options: object) -> bytes:
    if form == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    if form == "JXL":
        pytest.importorskip("pillow_jxl")
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def away(old: bytes, new: bytes, frame: int = 0) -> float:
    """The mean difference of the upper half, which the label at the bottom leaves alone."""
    halves = []
    for data in (old, new):
        picture = Image.open(io.BytesIO(data))
        picture.seek(frame)
        pixels = np.asarray(picture.convert("RGB"), np.float32)
        halves.append(pixels[: len(pixels) // 2])
    return float(np.abs(halves[0] - halves[1]).mean())


@pytest.mark.parametrize(
    ("form", "media_type", "options", "most"),
    [
        ("HEIF", HEIC, {"quality": 80}, 2.5),
        ("HEIF", HEIC, {"quality": -1, "chroma": 444}, 2.5),
        ("JXL", JXL, {"quality": 80}, 2.5),
        ("JXL", JXL, {"lossless": True}, 0),
    ],
)
def test_a_picture_is_labelled_in_its_own_format(form, media_type, options, most):
    exif = Image.Exif()
    exif[0x0131] = "Editor 1.0"
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
    source = saved(coffee(), form, exif=exif.tobytes(), xmp=xmp, **options)
    out, written = apply(source, media_type, position="bottom-right")
    assert written.height_ratio >= LEAST
    assert written.contrast >= CONTRAST
    picture = Image.open(io.BytesIO(out))
    assert (picture.format, picture.size) == (form, (300, 200))
    assert picture.getexif()[0x0131] == "Editor 1.0"
    assert xmp in out
    assert away(source, out) <= most


def test_all_pictures_of_a_heic_are_labelled_and_the_main_one_stays():
    turned = coffee().rotate(180)
    source = saved(coffee(), "HEIF", save_all=True, append_images=[turned], primary_index=1)
    out, _ = apply(source, HEIC, position="bottom")
    picture = Image.open(io.BytesIO(out))
    assert (picture.n_frames, picture.tell()) == (2, 1)
    for frame in range(2):
        assert away(source, out, frame) < 3
        picture.seek(frame)
        before = Image.open(io.BytesIO(source))
        before.seek(frame)
        low = [np.asarray(p.convert("L"), np.float32)[-40:] for p in (before, picture)]
        assert np.abs(low[0] - low[1]).max() > 60


def test_every_frame_of_an_avif_sequence_is_labelled():
    frames = [coffee().rotate(90 * n) for n in range(3)]
    source = saved(frames[0], "AVIF", save_all=True, append_images=frames[1:], duration=70)
    out, written = apply(source, "image/avif-sequence", position="bottom")
    assert written.height_ratio >= LEAST
    before, after = (Image.open(io.BytesIO(data)) for data in (source, out))
    assert (after.n_frames, after.size) == (before.n_frames, before.size)
    for frame in range(3):
        before.seek(frame)
        after.seek(frame)
        before.load()
        after.load()
        assert after.info["duration"] == before.info["duration"]
        low = [np.asarray(p.convert("L"), np.float32)[-40:] for p in (before, after)]
        assert np.abs(low[0] - low[1]).max() > 60


@pytest.mark.parametrize(("module", "media_type"), [("pillow_heif", HEIC), ("pillow_jxl", JXL)])
def test_a_missing_extra_is_named(monkeypatch, module, media_type):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ExtraMissing, match="pictures"):
        apply(b"\xff\x0a" + bytes(64), media_type)


def test_the_head_of_a_codestream_tells_its_size():
    for size in ((480, 320), (1, 1), (8, 264), (17, 3000)):
        for options in ({"quality": 90}, {"lossless": True}):
            data = saved(Image.new("RGB", size, "teal"), "JXL", effort=1, **options)
            found = jxl.facts(data)
            assert found is not None
            assert (found.width, found.height, found.animated) == (*size, False)
            assert found.exact == ("lossless" in options)


def test_size_and_animation_are_refused_before_decoding():
    pytest.importorskip("pillow_jxl")
    with pytest.raises(TooLarge):
        apply(saved(coffee(), "JXL"), JXL, limits=Limits(pixels=1_000))
    # Small, 8 x 8, ratio 1:1; not all default, extra fields, no size or preview, animated.
    bits = [1, *[0] * 5, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]
    number = sum(bit << place for place, bit in enumerate(bits))
    moving = b"\xff\x0a" + number.to_bytes(8, "little")
    with pytest.raises(AnimationNotSupported):
        apply(moving, JXL)
    boxed = jxl_box(b"jxlp", bytes(4) + moving[:3]) + jxl_box(b"jxlp", bytes(4) + moving[3:])
    with pytest.raises(AnimationNotSupported):
        apply(bytes.fromhex("0000000c4a584c200d0a870a") + boxed, JXL)
    with pytest.raises(MalformedFile):
        apply(b"\xff\x0a", JXL)


def jxl_box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def test_colours_of_another_profile_become_srgb():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = coffee()
    assert not jxl.in_srgb(plain, lab)
    renamed = lab.replace("sRGB".encode("utf-16-be"), "Mine".encode("utf-16-be"))
    before = plain.tobytes()
    assert jxl.in_srgb(plain, renamed.replace(b"sRGB", b"Mine"))
    assert (
        np.abs(np.frombuffer(before, np.uint8).astype(int) - np.asarray(plain).ravel()).max() <= 2
    )
    with pytest.raises((OSError, ValueError), match="profile"):
        jxl.in_srgb(plain, b"no profile")


@pytest.mark.parametrize(
    ("start", "encoding"),
    [
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ('<?xml version="1.0" encoding="gb18030"?>', "gb18030"),
    ],
)
def test_a_drawing_is_labelled_in_its_own_encoding(start, encoding):
    plain = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><text>字</text></svg>'
    source = (start + plain).encode(encoding)
    out, written = apply(source, "image/svg+xml")
    assert written.height_ratio >= LEAST
    labelled = out.decode(encoding)
    assert labelled.startswith((start + plain).removesuffix("</svg>"))
    (group,) = ET.fromstring(labelled.removeprefix(start)).findall("{*}g")
    assert group.get("aria-label") == written.text

"""Marks in pictures: what they come through, what they refuse, and where none is found."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage import data
from skimage.metrics import structural_similarity

from colophon.errors import TooSmallToMark
from colophon.labels.watermark import image
from colophon.labels.watermark.key import PUBLIC, MarkKey

Pixels = NDArray[np.uint8]
PAYLOAD, OTHER = 0x0123456789ABCDEF, 0xFEDC << 40
KEY = MarkKey(bytes(range(32)))
PICTURES = ("astronaut", "coffee", "chelsea", "camera", "rocket")


@cache
def picture(name: str) -> Pixels:
    pixels = np.asarray(getattr(data, name)())
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)


@cache
def marked(name: str) -> Pixels:
    return image.embed(picture(name), PAYLOAD, KEY)


def coded(form: str, quality: int) -> Callable[[Pixels], Pixels]:
    def attack(pixels: Pixels) -> Pixels:
        held = io.BytesIO()
        Image.fromarray(pixels).save(held, form, quality=quality)
        return np.asarray(Image.open(held).convert("RGB"))

    return attack


def resized(down: float, across: float | None = None) -> Callable[[Pixels], Pixels]:
    across = across or down
    how = cv2.INTER_AREA if down < 1 else cv2.INTER_CUBIC

    def attack(pixels: Pixels) -> Pixels:
        height, width = pixels.shape[:2]
        size = (round(width * across), round(height * down))
        return np.asarray(cv2.resize(pixels, size, interpolation=how))

    return attack


def cropped(area: float, down: float, across: float) -> Callable[[Pixels], Pixels]:
    """``down``, ``across``: where the part begins, of what there is to choose from."""

    def attack(pixels: Pixels) -> Pixels:
        height, width = (int(length * area**0.5) for length in pixels.shape[:2])
        top = int((pixels.shape[0] - height) * down)
        left = int((pixels.shape[1] - width) * across)
        return pixels[top : top + height, left : left + width]

    return attack


def turned(angle: float, expand: bool = False) -> Callable[[Pixels], Pixels]:
    def attack(pixels: Pixels) -> Pixels:
        whole = Image.fromarray(pixels)
        return np.asarray(whole.rotate(angle, Image.Resampling.BICUBIC, expand=expand))

    return attack


def noisy(sigma: float) -> Callable[[Pixels], Pixels]:
    def attack(pixels: Pixels) -> Pixels:
        noise = np.random.default_rng(1).normal(0, sigma, pixels.shape)
        return np.clip(pixels + noise, 0, 255).astype(np.uint8)

    return attack


def aslant(pixels: Pixels) -> Pixels:
    """As a camera takes a print that is tilted by ten degrees about a slanting axis."""
    height, width = pixels.shape[:2]
    far = 1.2 * max(height, width)
    turn = cv2.Rodrigues(np.deg2rad(10) * np.array([0.77, 0.64, 0.0]))[0]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    placed = np.c_[corners - [width / 2, height / 2], np.zeros(4)] @ turn.T
    seen = placed[:, :2] * (far / (placed[:, 2:] + far)) + [width / 2, height / 2]
    change = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    return np.asarray(cv2.warpPerspective(pixels, change, (width, height), flags=cv2.INTER_CUBIC))


def written_over(pixels: Pixels) -> Pixels:
    over = pixels.copy()
    for line in (1, 2, 3):
        at = (10, len(over) * line // 4)
        cv2.putText(over, "SAMPLE 2026", at, cv2.FONT_HERSHEY_SIMPLEX, 1.5, (255, 255, 255), 3)
    return over


def grey(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB))


def after(*attacks: Callable[[Pixels], Pixels]) -> Callable[[Pixels], Pixels]:
    def attack(pixels: Pixels) -> Pixels:
        for one in attacks:
            pixels = one(np.ascontiguousarray(pixels))
        return pixels

    return attack


EDGES_KEPT: dict[str, Callable[[Pixels], Pixels]] = {
    "unchanged": lambda pixels: pixels,
    "jpeg 75": coded("JPEG", 75),
    "jpeg 50": coded("JPEG", 50),
    "jpeg 30": coded("JPEG", 30),
    "webp 50": coded("WEBP", 50),
    "twice the size": resized(2),
    "half the size": resized(0.5),
    "grey": grey,
    "mirrored": lambda pixels: pixels[:, ::-1],
    "upside down": lambda pixels: pixels[::-1, ::-1],
    "quarter turn": lambda pixels: np.rot90(pixels),
    "mirrored quarter turn": lambda pixels: np.rot90(pixels[:, ::-1]),
    "contrast": lambda pixels: np.clip((pixels - 128.0) * 1.5 + 128, 0, 255).astype(np.uint8),
    "gamma": lambda pixels: (255 * (pixels / 255) ** 0.7).astype(np.uint8),
    "noise 10": noisy(10),
    "blur 1": lambda pixels: cv2.GaussianBlur(pixels, (0, 0), 1),
    "median 3": lambda pixels: cv2.medianBlur(pixels, 3),
    "text": written_over,
    "screenshot": after(resized(0.8), coded("JPEG", 70)),
    "messengers": after(resized(1.5), coded("JPEG", 75), coded("JPEG", 75)),
}
EDGES_LOST: dict[str, Callable[[Pixels], Pixels]] = {
    "half of it": cropped(0.5, 0.9, 0.3),
    "a quarter of it": cropped(0.25, 0.2, 0.6),
    "half of it, resized, jpeg 70": after(cropped(0.5, 0.4, 0.4), resized(0.8), coded("JPEG", 70)),
    "turned by 2": turned(2),
    "turned by -17, whole": turned(-17, expand=True),
    "turned by 45": turned(45),
    "mirrored, turned by 100": after(lambda pixels: pixels[:, ::-1], turned(100)),
    "stretched": resized(0.9, 1.2),
    "aslant": aslant,
}


@pytest.mark.parametrize("attack", EDGES_KEPT)
@pytest.mark.parametrize("name", PICTURES)
def test_a_mark_comes_through_what_keeps_the_edges(name: str, attack: str) -> None:
    found = image.detect(EDGES_KEPT[attack](marked(name)), KEY, effort="quick")
    assert found is not None
    assert found.payload == PAYLOAD
    assert found.confidence > 1 - 1e-9


@pytest.mark.parametrize("attack", EDGES_LOST)
@pytest.mark.parametrize("name", ["astronaut", "camera"])
def test_a_mark_comes_through_what_moves_the_edges(name: str, attack: str) -> None:
    found = image.detect(EDGES_LOST[attack](marked(name)), KEY)
    assert found is not None
    assert found.payload == PAYLOAD


@pytest.mark.parametrize(
    ("attack", "angle", "mirrored"),
    [
        (lambda pixels: np.rot90(pixels), 90, False),
        (lambda pixels: pixels[:, ::-1], 0, True),
        (turned(30), 30, False),
        (turned(-50), 310, False),
    ],
)
def test_how_the_picture_was_turned_is_told(
    attack: Callable[[Pixels], Pixels], angle: float, mirrored: bool
) -> None:
    found = image.detect(attack(marked("astronaut")), KEY)
    assert found is not None
    assert abs((found.transform.rotation_deg - angle + 180) % 360 - 180) < 0.3
    assert found.transform.mirrored is mirrored


@pytest.mark.parametrize("name", PICTURES)
def test_nobody_sees_a_mark(name: str) -> None:
    before, after_ = picture(name), marked(name)
    assert cv2.PSNR(before, after_) > 41
    assert structural_similarity(before, after_, channel_axis=2) > 0.98


def test_a_picture_without_colours_stays_without() -> None:
    red, green, blue = cv2.split(marked("camera"))
    assert np.array_equal(red, green)
    assert np.array_equal(green, blue)


@pytest.mark.parametrize("name", ["astronaut", "brick"])
def test_nothing_is_found_without_a_mark(name: str) -> None:
    assert image.detect(picture(name), KEY) is None


def test_strangers_read_nothing() -> None:
    assert image.detect(marked("coffee"), PUBLIC) is None


@pytest.mark.parametrize("between", ["unchanged", "jpeg 50", "half the size"])
def test_a_new_mark_takes_the_place_of_an_old_one(between: str) -> None:
    again = image.embed(EDGES_KEPT[between](marked("astronaut")), OTHER, KEY)
    for pixels in (again, coded("JPEG", 70)(again)):
        found = image.detect(pixels, KEY)
        assert found is not None
        assert found.payload == OTHER


def test_the_same_mark_again_changes_nothing() -> None:
    assert np.array_equal(image.embed(marked("rocket"), PAYLOAD, KEY), marked("rocket"))


def test_marking_gives_the_same_pixels_however_they_lie_in_memory() -> None:
    turned_back = np.asfortranarray(picture("coffee"))
    before = turned_back.copy()
    assert np.array_equal(image.embed(turned_back, PAYLOAD, KEY), marked("coffee"))
    assert np.array_equal(turned_back, before)


@pytest.mark.parametrize("shape", [(1, 1, 3), (95, 400, 3), (5000, 95, 3)])
def test_a_tiny_picture_is_refused(shape: tuple[int, ...]) -> None:
    pixels = np.zeros(shape, np.uint8)
    with pytest.raises(TooSmallToMark):
        image.embed(pixels, PAYLOAD, KEY)
    assert image.detect(pixels, KEY, effort="quick") is None


def test_the_least_picture_holds_a_mark() -> None:
    least = picture("astronaut")[:96, 100:260]
    found = image.detect(image.embed(least, PAYLOAD, KEY), KEY)
    assert found is not None
    assert found.payload == PAYLOAD


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_plain_picture_is_marked_or_refused_and_nothing_breaks(level: int) -> None:
    plain = np.full((300, 400, 3), level, np.uint8)
    after_ = image.embed(plain, PAYLOAD, KEY)
    assert cv2.PSNR(plain, after_) > 42
    found = image.detect(after_, KEY)
    assert found is None or found.payload == PAYLOAD
    assert image.detect(plain, KEY) is None


def test_noise_holds_a_mark() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    found = image.detect(image.embed(noise, PAYLOAD, KEY), KEY)
    assert found is not None
    assert found.payload == PAYLOAD

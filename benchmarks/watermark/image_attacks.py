"""What pictures meet on their way: each takes and gives H×W×3 uint8 RGB, the same way every time.

What stands in brackets tells variants of one attack apart; bars are held to the mean of them.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Attack = Callable[[Pixels], Pixels]

PLACES = {"centre": (0.5, 0.5), "top left": (0.0, 0.0), "right": (1.0, 0.37), "odd": (0.31, 0.77)}
"""Where a cut-out lies: its share of the room to the left of it and above it."""


def encoded(pixels: Pixels, form: str, quality: int, **options: int) -> Pixels:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, form, quality=quality, **options)
    return np.asarray(Image.open(buffer).convert("RGB"))


def resized(pixels: Pixels, across: float, down: float | None = None) -> Pixels:
    """To ``across`` times its width and ``down`` times its height, the same unless told."""
    high, wide = pixels.shape[:2]
    size = (max(1, round(wide * across)), max(1, round(high * (down or across))))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def cropped(pixels: Pixels, share: float, place: tuple[float, float]) -> Pixels:
    """A cut-out with this share of the area and the same shape."""
    high, wide = pixels.shape[:2]
    new_high, new_wide = round(high * share**0.5), round(wide * share**0.5)
    x, y = round((wide - new_wide) * place[0]), round((high - new_high) * place[1])
    return np.ascontiguousarray(pixels[y : y + new_high, x : x + new_wide])


def rotated(pixels: Pixels, degrees: float) -> Pixels:
    """Anticlockwise about the middle on a canvas of the same size, black where nothing is."""
    high, wide = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D(((wide - 1) / 2, (high - 1) / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(pixels, turn, (wide, high), flags=cv2.INTER_CUBIC))


def rotated_inside(pixels: Pixels, degrees: float) -> Pixels:
    """Rotated and cut to the largest upright rectangle of the same shape that it fills."""
    high, wide = pixels.shape[:2]
    angle = np.deg2rad(degrees)
    sine, cosine, shape = abs(np.sin(angle)), abs(np.cos(angle)), wide / high
    part = min(1 / (cosine + sine / shape), 1 / (cosine + sine * shape))
    return cropped(rotated(pixels, degrees), part**2 * 0.98, (0.5, 0.5))


def grey(pixels: Pixels) -> Pixels:
    return np.repeat(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None], 3, -1)


def contrasted(pixels: Pixels, gain: float) -> Pixels:
    return _bytes((pixels.astype(np.float32) - 128) * gain + 128)


def gamma(pixels: Pixels, exponent: float) -> Pixels:
    table = (np.arange(256) / 255) ** exponent * 255
    return np.asarray(_bytes(table)[pixels])


def equalised(pixels: Pixels) -> Pixels:
    """Histogram of the luminance made flat."""
    parts = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)
    parts[..., 0] = cv2.equalizeHist(parts[..., 0])
    return np.asarray(cv2.cvtColor(parts, cv2.COLOR_YCrCb2RGB))


def noisy(pixels: Pixels, sigma: float) -> Pixels:
    rng = np.random.default_rng(25)
    return _bytes(pixels + rng.normal(0, sigma, pixels.shape))


def blurred(pixels: Pixels, sigma: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma))


def median(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.medianBlur(pixels, 3))


def overlaid(pixels: Pixels) -> Pixels:
    """Three bold lines of words across, and an opaque banner with one more at the foot."""
    out, (high, wide) = pixels.copy(), pixels.shape[:2]
    cv2.rectangle(out, (0, round(high * 0.9)), (wide, high), (250, 250, 250), -1)
    lines = {0.2: "SALE TODAY ONLY", 0.45: "more at the door", 0.7: "IMG 2041 copied"}
    for share, words in {**lines, 0.97: "from a friend"}.items():
        size = cv2.getTextSize(words, cv2.FONT_HERSHEY_DUPLEX, 1, 2)[0][0]
        ink = (20,) * 3 if share > 0.9 else (255,) * 3
        place, scale = (round(wide * 0.1), round(high * share)), wide * 0.8 / size
        cv2.putText(out, words, place, cv2.FONT_HERSHEY_DUPLEX, scale, ink, 2, cv2.LINE_AA)
    return out


def screenshot(pixels: Pixels) -> Pixels:
    return encoded(resized(pixels, 0.8), "JPEG", 70)


def in_a_page(pixels: Pixels) -> Pixels:
    """A screenshot with what is around the picture: a bar above, margins, a line of words."""
    shown = resized(pixels, 0.8)
    high, wide = shown.shape[:2]
    page = np.full((round(high * 1.35), round(wide * 1.2), 3), 244, np.uint8)
    page[: high // 9] = (38, 42, 52)
    top, left = round(high * 0.17), round(wide * 0.1)
    page[top : top + high, left : left + wide] = shown
    for row in (1.22, 1.28):
        place = (left, round(high * row))
        cv2.putText(page, "a caption below " * 3, place, 2, wide / 1200, (60, 60, 60), 1, 16)
    return encoded(page, "JPEG", 70)


def chain(pixels: Pixels) -> Pixels:
    """Uploaded, shown smaller and sharpened, saved, sent on twice."""
    first = encoded(resized(pixels, min(0.85, 1280 / max(pixels.shape))), "JPEG", 80)
    sharper = cv2.addWeighted(first, 1.4, cv2.GaussianBlur(first, (0, 0), 1.2), -0.4, 0)
    second = encoded(resized(np.asarray(sharper), 0.85), "JPEG", 72)
    return encoded(second, "WEBP", 75)


def cut_and_sent(pixels: Pixels, place: tuple[float, float]) -> Pixels:
    return encoded(resized(cropped(pixels, 0.5, place), 0.7), "JPEG", 70)


def tilted(pixels: Pixels, degrees: float, axis: tuple[float, float]) -> Pixels:
    """A photo of the picture, its plane turned about an axis through its middle; a grey wall
    behind. The camera stands 1.5 times the longer side away.
    """
    high, wide = pixels.shape[:2]
    far = 1.5 * max(high, wide)
    turn = cv2.Rodrigues(np.deg2rad(degrees) * np.array([*axis, 0.0]) / np.hypot(*axis))[0]
    ends = np.array([(x, y, 0) for x in (-wide / 2, wide / 2) for y in (-high / 2, high / 2)])
    seen = ends @ turn.T
    shown = seen[:, :2] * far / (far + seen[:, 2:]) + (wide / 2, high / 2)
    start = (ends[:, :2] + (wide / 2, high / 2)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(start, shown.astype(np.float32))
    wall = (120, 118, 115)
    return np.asarray(cv2.warpPerspective(pixels, matrix, (wide, high), borderValue=wall))


def printed(pixels: Pixels) -> Pixels:
    """Flatter, softer and grainier, as off paper."""
    flat = (pixels.astype(np.float32) - 128) * 0.8 + 138
    return noisy(blurred(_bytes(flat), 1.6), 4)


def _bytes(values: NDArray[np.floating]) -> Pixels:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _mirrored(pixels: Pixels) -> Pixels:
    return np.ascontiguousarray(pixels[:, ::-1])


def _turned(pixels: Pixels, quarters: int) -> Pixels:
    return np.ascontiguousarray(np.rot90(pixels, quarters))


def _same(pixels: Pixels) -> Pixels:
    return pixels


def _cuts() -> dict[str, Attack]:
    attacks: dict[str, Attack] = {
        f"crop {share} % ({name})": partial(cropped, share=share / 100, place=place)
        for share in (50, 25, 10)
        for name, place in PLACES.items()
    }
    for name in ("centre", "odd"):
        what = f"crop 50 %, 0.7 ×, JPEG 70 ({name})"
        attacks[what] = partial(cut_and_sent, place=PLACES[name])
    return attacks


def _rotations() -> dict[str, Attack]:
    attacks: dict[str, Attack] = {}
    for degrees in (2, 10, 45):
        attacks[f"rotation {degrees}° (same canvas)"] = partial(rotated, degrees=degrees)
        attacks[f"rotation {degrees}° (cut inside)"] = partial(rotated_inside, degrees=-degrees)
    attacks["rotation 90°"] = partial(_turned, quarters=1)
    attacks["rotation 180°"] = partial(_turned, quarters=2)
    return attacks


ATTACKS: dict[str, Attack] = {
    "none": _same,
    **{f"JPEG {step}": partial(encoded, form="JPEG", quality=step) for step in (75, 50, 30, 20)},
    "WebP 50": partial(encoded, form="WEBP", quality=50),
    "AVIF 50": partial(encoded, form="AVIF", quality=50, speed=8, max_threads=1),
    **{f"resize {scale}": partial(resized, across=scale) for scale in (0.33, 0.5, 0.75, 2.0)},
    "grey": grey,
    "mirror": _mirrored,
    **_rotations(),
    "contrast 1.5": partial(contrasted, gain=1.5),
    "gamma 0.7": partial(gamma, exponent=0.7),
    "gamma 1.5": partial(gamma, exponent=1.5),
    "histogram equalised": equalised,
    "noise σ10": partial(noisy, sigma=10),
    "noise σ25": partial(noisy, sigma=25),
    "blur 1": partial(blurred, sigma=1),
    "median 3": median,
    "text over it": overlaid,
    "screenshot": screenshot,
    "screenshot of a page": in_a_page,
    "social chain": chain,
    **_cuts(),
    "aspect 1.1": partial(resized, across=1.1, down=1.0),
    "perspective 10° (upright)": partial(tilted, degrees=10, axis=(0.0, 1.0)),
    "perspective 10° (slanted)": partial(tilted, degrees=10, axis=(1.0, 0.6)),
    "print-like": printed,
}

_ALL = (
    *("none", "JPEG 75", "JPEG 50", "WebP 50", "AVIF 50", "resize 0.5", "resize 0.75"),
    *("resize 2.0", "grey", "mirror", "rotation 90°", "rotation 180°", "contrast 1.5"),
    *("gamma 0.7", "gamma 1.5", "noise σ10", "blur 1", "median 3", "text over it"),
    *("screenshot", "social chain"),
)
_NEARLY = (
    *("JPEG 30", "crop 50 %", "rotation 2°", "rotation 10°", "rotation 45°"),
    "crop 50 %, 0.7 ×, JPEG 70",
)
_MOST = ("crop 25 %", "resize 0.33", "noise σ25", "JPEG 20", "perspective 10°")
BARS: dict[str, float] = {
    **dict.fromkeys(_ALL, 1.0),
    **dict.fromkeys(_NEARLY, 0.98),
    **dict.fromkeys(_MOST, 0.9),
    "crop 10 %": 0.5,
}
"""Share of pictures whose whole payload is to come back, by attack without its brackets."""

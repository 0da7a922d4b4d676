"""What in a picture draws the eye, as a small map: cheap, without a model.

Four signs, each 0 to 1: edges, what stands out from its surroundings in light or colour, what
stands out from the rhythm of the whole (spectral residual), and strokes as dense as writing has
them. Faces are met by the second and third only: there is no face detector here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Map = NDArray[np.float32]
    Thumb = NDArray[np.uint8]

LONGEST = 256
"""Pixels of the map's longest side."""
FINE = 3
"""Writing is sought at this many times the map's size."""
RESIDUAL_SIDE = 64
EDGE_FULL, STANDS_OUT_FULL, STROKE_STEP = 60.0, 48.0, 40
"""Steps of 0 to 255: a gradient and a difference that count as full, a stroke's least."""
SHARES = (0.35, 0.3, 0.15, 0.2)
"""Weight of edges, surroundings, residual and writing."""


def thumb(pixels: NDArray[Any], longest: int = LONGEST * FINE) -> NDArray[Any]:
    """Fewer pixels of the same kind, no side longer than ``longest``; small ones stay."""
    import cv2
    import numpy as np

    high, wide = pixels.shape[:2]
    step = max(1, max(high, wide) // (4 * longest))
    pixels = np.ascontiguousarray(pixels[::step, ::step])
    high, wide = pixels.shape[:2]
    scale = longest / max(high, wide)
    if scale >= 1:
        return pixels
    size = (max(1, round(wide * scale)), max(1, round(high * scale)))
    small: NDArray[Any] = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return small


def importance(seen: Thumb) -> Map:
    """0 to about 1 for each place of a picture H x W x 3 (R, G, B), at `LONGEST` or smaller."""
    import cv2
    import numpy as np

    small = np.asarray(thumb(seen, LONGEST))
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2Lab).astype(np.float32)
    signs = (
        _edges(lab[..., 0]),
        _surroundings(lab),
        _residual(lab[..., 0]),
        _writing(seen, lab.shape[:2]),
    )
    total: Map = sum(
        (np.float32(share) * sign for share, sign in zip(SHARES, signs, strict=True)),
        start=np.zeros(lab.shape[:2], np.float32),
    )
    return total


def _edges(light: Map) -> Map:
    import cv2
    import numpy as np

    across, down = (cv2.Sobel(light, cv2.CV_32F, x, 1 - x, scale=0.25) for x in (1, 0))
    edges: Map = np.minimum(np.hypot(across, down) / np.float32(EDGE_FULL), 1)
    return edges


def _surroundings(lab: Map) -> Map:
    """Difference between a place and what is around it, at two sizes."""
    import cv2
    import numpy as np

    side = max(lab.shape[:2])
    found = np.zeros(lab.shape[:2], np.float32)
    for share in (0.02, 0.05):
        centre = cv2.GaussianBlur(lab, (0, 0), max(0.8, side * share))
        around = cv2.GaussianBlur(lab, (0, 0), max(2.0, side * share * 4))
        away = np.linalg.norm(centre - around, axis=-1)
        found = np.maximum(found, np.minimum(away / np.float32(STANDS_OUT_FULL), 1))
    return found


def _residual(light: Map) -> Map:
    """Hou and Zhang's spectral residual; an even picture has none."""
    import cv2
    import numpy as np

    if float(light.std()) < 1:
        return np.zeros_like(light)
    small = cv2.resize(light, (RESIDUAL_SIDE, RESIDUAL_SIDE), interpolation=cv2.INTER_AREA)
    spectrum = np.fft.fft2(small)
    size = np.log(np.abs(spectrum) + 1e-6).astype(np.float32)
    kept = np.exp(size - cv2.blur(size, (3, 3)) + 1j * np.angle(spectrum))
    power = np.square(np.abs(np.fft.ifft2(kept))).astype(np.float32)
    power = cv2.GaussianBlur(power, (0, 0), 2.5)
    power = np.clip((power - power.mean()) / max(1e-9, 3 * float(power.std())), 0, 1)
    grown: Map = cv2.resize(power, light.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return grown


def _writing(seen: Thumb, shape: tuple[int, ...]) -> Map:
    """How densely strokes stand: small strong steps close to one another."""
    import cv2
    import numpy as np

    grey = cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY)
    step = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    strokes = (step > STROKE_STEP).astype(np.float32)
    room = max(3, max(grey.shape) // 60)
    dense = cv2.blur(strokes, (2 * room + 1, room))
    dense = np.clip(dense * 2.5, 0, 1)
    small: Map = cv2.resize(dense, shape[::-1], interpolation=cv2.INTER_AREA)
    return small

"""The three example files, made by small procedures of our own: a landscape, a note, a bell.

No model and no stock material: what they say about themselves is then exactly so.
"""

from __future__ import annotations

import io
import wave
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

WIDTH, HEIGHT = 960, 640
RATE_HZ = 24_000
PAPER = (244, 238, 224)
INK = (46, 52, 58)


def landscape() -> bytes:
    """Ink-wash mountains in mist, as JPEG; the same picture every time."""
    import numpy as np
    from PIL import Image

    random = np.random.default_rng(17)
    rows = np.arange(HEIGHT)[:, None]
    ink = np.zeros((HEIGHT, WIDTH), dtype="f4")
    for depth in range(5):
        ridge = _ridge(random, 250 + depth * 72, 92 - depth * 7)
        below = rows - ridge[None, :]
        wash = np.exp(-np.clip(below, 0, None) / (70 + depth * 18)) * (0.16 + depth * 0.15)
        ink = np.where(below > 0, ink * 0.34 + wash, ink)
    ink *= 1 + 0.05 * random.standard_normal(ink.shape).astype("f4")
    paper, black = np.array(PAPER, "f4"), np.array(INK, "f4")
    mixed = paper + (black - paper) * np.clip(ink, 0, 1)[..., None]
    mixed += 2 * random.standard_normal(ink.shape)[..., None]
    out = io.BytesIO()
    picture = Image.fromarray(np.clip(mixed, 0, 255).astype("u1"))
    picture.save(out, "JPEG", quality=86)
    return out.getvalue()


def _ridge(random: np.random.Generator, base: float, swing: float) -> np.ndarray:
    """The upper edge of one range of hills, in rows."""
    import numpy as np

    across = np.linspace(0, 1, WIDTH, dtype="f4")
    line = np.zeros(WIDTH, dtype="f4")
    for octave in range(1, 9):
        # Steps that share no period, so that the hills do not repeat.
        line += np.sin(2 * np.pi * (0.31 * 2.17**octave * across + random.random())) / 1.8**octave
    return base - swing * 1.5 * line


def bell() -> bytes:
    """A struck bell, four seconds, as 16-bit WAV."""
    import numpy as np

    seconds = np.arange(RATE_HZ * 4) / RATE_HZ
    partials = ((0.5, 0.5, 0.9), (1, 1, 1.2), (1.19, 0.6, 1.6), (1.5, 0.4, 2.1), (2, 0.5, 2.6))
    sound = sum(
        loud * np.exp(-fade * seconds) * np.sin(2 * np.pi * 330 * ratio * seconds)
        for ratio, loud, fade in partials
    )
    samples = (sound / np.abs(sound).max() * 24_000).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE_HZ)
        target.writeframes(samples.tobytes())
    return out.getvalue()


def note(lang: str) -> bytes:
    """A short text put together from a template, as Markdown."""
    lines = {
        "zh": "# 山居秋信\n\n九月廿三，晴。山下的桂花开了两树，风从东边来，书页上都是香气。\n\n"
        "昨夜雨停得早，溪水涨了三寸。邻家的孩子送来一篮柿子，换走了半册字帖。\n",
        "en": "# A letter from the hills\n\nClear today. Two trees are in flower below the house, and "
        "the wind from the east leaves their scent on the page.\n\nThe rain stopped early; the "
        "stream has risen by a hand. A neighbour’s child brought a basket of persimmons and took "
        "half a copybook in exchange.\n",
    }
    return lines["zh" if lang == "zh" else "en"].encode()

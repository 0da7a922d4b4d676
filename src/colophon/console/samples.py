"""What the console tries a label on: pictures, a text, a sound and a film, drawn here.

Light, dark, full of detail, upright and tiny: where a label has it easy and where it has not.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from colophon.labels.model import Medium

if TYPE_CHECKING:
    from PIL.Image import Image

WIDE, UPRIGHT, TINY = (720, 480), (480, 720), (96, 64)
FILM_SIZE, FILM_RATE, FILM_SECONDS = (480, 270), 12, 4
RATE_HZ = 16_000


@dataclass(frozen=True, slots=True)
class Sample:
    """One medium to try a label on."""

    name: str
    medium: Medium
    media_type: str
    suffix: str
    clause: str
    make: Callable[[], bytes]


def _png(picture: Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _graded(size: tuple[int, int], top: tuple[int, int, int], end: tuple[int, int, int]) -> Image:
    """A sheet whose colour runs from ``top`` to ``end``."""
    from PIL import Image

    run = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, end), Image.new("RGB", size, top), run)


def light() -> bytes:
    """Morning mist: pale paper, a pale sun, two faint hills."""
    from PIL import ImageDraw

    sheet = _graded(WIDE, (252, 249, 242), (236, 229, 214))
    draw = ImageDraw.Draw(sheet)
    draw.ellipse((500, 70, 590, 160), fill=(246, 222, 196))
    draw.polygon([(0, 400), (210, 260), (430, 390), (720, 330), (720, 480), (0, 480)],
                 fill=(226, 219, 203))  # fmt: skip
    draw.polygon([(0, 450), (320, 360), (720, 430), (720, 480), (0, 480)], fill=(214, 207, 190))
    return _png(sheet)


def dark() -> bytes:
    """Night: a moon, and stars where a small rule puts them."""
    from PIL import ImageDraw

    sheet = _graded(WIDE, (10, 14, 26), (30, 36, 54))
    draw = ImageDraw.Draw(sheet)
    for star in range(90):
        x, y, size = star * 211 % 720, star * star * 37 % 330, 1 + star % 3 // 2
        draw.ellipse((x, y, x + size, y + size), fill=(200, 204, 214))
    draw.ellipse((120, 60, 190, 130), fill=(232, 226, 205))
    draw.polygon([(0, 420), (250, 300), (470, 410), (720, 350), (720, 480), (0, 480)],
                 fill=(8, 10, 18))  # fmt: skip
    return _png(sheet)


def busy() -> bytes:
    """Leaves over leaves, to the very edge: no calm place for words."""
    from PIL import Image, ImageDraw

    sheet = Image.new("RGB", WIDE, (92, 112, 70))
    draw = ImageDraw.Draw(sheet)
    for leaf in range(1400):
        x, y = leaf * 389 % 760 - 20, leaf * 277 % 520 - 20
        shade = leaf * 53 % 120
        colour = (60 + shade, 88 + shade * 3 // 4, 40 + leaf * 31 % 70)
        draw.ellipse((x, y, x + 10 + leaf % 23, y + 6 + leaf % 17), fill=colour)
    return _png(sheet)


def portrait() -> bytes:
    """An upright sheet with a vase, its branch reaching into two corners."""
    from PIL import ImageDraw

    sheet = _graded(UPRIGHT, (226, 222, 212), (196, 190, 178))
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((0, 600, 480, 720), fill=(150, 122, 96))
    draw.ellipse((170, 410, 330, 640), fill=(84, 112, 122))
    draw.rectangle((222, 360, 278, 440), fill=(84, 112, 122))
    draw.line([(250, 370), (240, 260), (330, 150), (420, 90)], fill=(84, 64, 48), width=7)
    draw.line([(240, 262), (150, 190), (96, 110)], fill=(84, 64, 48), width=5)
    for flower in range(46):
        x = 70 + flower * 97 % 370
        y = 210 - abs(x - 240) * 3 // 5 + flower * 61 % 70 - 30
        draw.ellipse((x, y, x + 22, y + 20), fill=(206, 116 + flower * 7 % 60, 120))
    return _png(sheet)


def tiny() -> bytes:
    """A thumbnail: least room for words."""
    from PIL import ImageDraw

    sheet = _graded(TINY, (206, 224, 230), (150, 178, 160))
    ImageDraw.Draw(sheet).polygon([(0, 52), (30, 22), (58, 48), (96, 34), (96, 64), (0, 64)],
                                  fill=(96, 122, 104))  # fmt: skip
    return _png(sheet)


def text() -> bytes:
    """A few lines, as Markdown."""
    return "# 山居秋信\n\n九月廿三，晴。山下的桂花开了两树，书页上都是香气。\n".encode()


def sound() -> bytes:
    """A struck bell, two seconds, as 16-bit WAV."""
    import numpy as np

    seconds = np.arange(RATE_HZ * 2) / RATE_HZ
    partials = ((0.5, 0.5, 0.9), (1, 1, 1.4), (1.19, 0.6, 1.8), (2, 0.5, 2.6))
    waves = [loud * np.exp(-fade * seconds) * np.sin(2 * np.pi * 330 * ratio * seconds)
             for ratio, loud, fade in partials]  # fmt: skip
    sum_of = np.sum(waves, axis=0)
    out = io.BytesIO()
    with wave.open(out, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE_HZ)
        target.writeframes((sum_of / np.abs(sum_of).max() * 20_000).astype("<i2").tobytes())
    return out.getvalue()


def film() -> bytes:
    """A sun that goes down in four seconds, as MP4."""
    import av
    from PIL import ImageDraw

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FILM_RATE, options={"preset": "ultrafast"})
        stream.width, stream.height = FILM_SIZE
        stream.pix_fmt = "yuv420p"
        for number in range(FILM_RATE * FILM_SECONDS):
            sheet = _graded(FILM_SIZE, (86, 110, 140), (222, 178, 140))
            low = 70 + number * 3
            draw = ImageDraw.Draw(sheet)
            draw.ellipse((200, low, 270, low + 70), fill=(244, 212, 150))
            draw.rectangle((0, 210, 480, 270), fill=(52, 70, 84))
            container.mux(stream.encode(av.VideoFrame.from_image(sheet)))
        container.mux(stream.encode())
    return out.getvalue()


def _picture(name: str, make: Callable[[], bytes]) -> Sample:
    return Sample(name, Medium.IMAGE, "image/png", ".png", "5.2", lru_cache(1)(make))


_ALL = (
    _picture("light", light),
    _picture("dark", dark),
    _picture("busy", busy),
    _picture("portrait", portrait),
    _picture("tiny", tiny),
    Sample("film", Medium.VIDEO, "video/mp4", ".mp4", "5.4", lru_cache(1)(film)),
    Sample("text", Medium.TEXT, "text/markdown", ".md", "5.1", text),
    Sample("sound", Medium.AUDIO, "audio/wav", ".wav", "5.3", lru_cache(1)(sound)),
)
ALL: Mapping[str, Sample] = MappingProxyType({sample.name: sample for sample in _ALL})
"""Every sample by its name, in the order they are shown."""

"""What is asked of one picture, and the numbers of the law it must meet."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels.explicit.limits import Limits
from colophon.labels.explicit.manner import OUTLINE, USUAL
from colophon.labels.explicit.placement import Spot
from colophon.labels.explicit.raster import Placed
from colophon.labels.explicit.stamp import Stamp, asked
from colophon.labels.model import Style
from colophon.labels.remarks import Remark, remark
from colophon.provisions import parameters

HARD_TO_READ = 9
"""Pixels of ink below which strokes of Chinese glyphs run together."""

LOSSY = frozenset({"JPEG", "MPO", "WEBP", "AVIF", "HEIF", "JXL"})
"""Formats, as Pillow names them, whose pixels need not come back as they were drawn."""

DECODERS_RAISE = (
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
"""What Pillow's decoders are known to raise on broken files."""


@contextmanager
def decoding(name: str) -> Iterator[None]:
    """A decoder's failure on the caller's bytes, named."""
    from PIL import Image

    try:
        yield
    except Image.DecompressionBombError as error:
        raise TooLarge(file=name, detail="more pixels than may be decoded") from error
    except MemoryError as error:
        raise TooLarge(file=name, detail="memory") from error
    except DECODERS_RAISE as error:
        if isinstance(error, EOFError) or "truncated" in str(error).lower():
            raise TruncatedFile(file=name, detail=str(error)[:80]) from error
        raise MalformedFile(file=name, detail=str(error)[:80]) from error


@dataclass(frozen=True, slots=True)
class Order:
    """``note`` hears, in one sentence each, what could not be kept."""

    name: str
    text: str
    position: str | Spot
    limits: Limits
    note: Callable[[Remark], None]
    style: Style = USUAL
    plain: bool = False
    """Asks for an opaque plate whatever lies behind."""
    fine: bool = False
    """Asks for better quality than the source's, for the label to survive."""
    drawn: list[Placed] = field(default_factory=list)
    """What was drawn, page by page."""

    def stamp(self, width: int, height: int) -> Stamp:
        """The stamp for an upright picture of this size."""
        least = parameters.number("explicit.image.min_height_ratio")
        stamp = asked(self.text, width, height, least, self.style.height)
        if stamp.text != self.text:
            self.note(remark("shorter_words", text=stamp.text))
        if stamp.ink_height < (self.style.height or 0) * min(width, height):
            percent = f"{100 * stamp.ink_height / min(width, height):.1f}"
            self.note(remark("lower_words", percent=percent))
        if stamp.ink_height < HARD_TO_READ:
            self.note(remark("picture_too_small", width=width, height=height))
        return stamp

    def drew(self, placed: Placed) -> None:
        """Keeps what was drawn; notes once that an outline was asked for and a plate is there."""
        before = [one.covered for one in self.drawn]
        if placed.covered and self.style.dress == OUTLINE and not any(before):
            self.note(remark("outline_not_legible"))
        self.drawn.append(placed)

    @property
    def contrast(self) -> float:
        """The least contrast to reach."""
        return parameters.number("explicit.min_contrast")

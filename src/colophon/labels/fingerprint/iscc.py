"""ISCC units, an open standard's codes, to tell others which content is meant.

Of the units, those that are made from a picture's pixels, from a text (``iscc_text``) and from a
file's bytes. The units for sound and films rest on other people's prints (Chromaprint, MPEG-7), which
are not made here.

Source: ISO 24138:2024.
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from colophon.labels.fingerprint import blake3

BITS = 64
"""Usual length of a unit."""
_SIDE, _COSINES, _CORNER = 32, 16, 8
CONTENT, INSTANCE = 2, 4
TEXT, IMAGE = 0, 1
_MULTIHASH = bytes((0x1E, blake3.SIZE))
"""BLAKE3, and how many bytes follow."""


@dataclass(frozen=True, slots=True)
class InstanceCode:
    """``datahash``: the file's BLAKE3 as a multihash in hex; ``filesize``: in bytes."""

    iscc: str
    datahash: str
    filesize: int


def of_bytes(source: BinaryIO, bits: int = BITS) -> InstanceCode:
    """The Instance-Code of a file: the same for the same bytes and no others. ``bits``: a multiple
    of 32 up to 256."""
    source.seek(0)
    digest, size = blake3.digest_of(source)
    return InstanceCode(unit(INSTANCE, 0, digest, bits), (_MULTIHASH + digest).hex(), size)


def of_grey(grey: NDArray[np.uint8], bits: int = BITS) -> str:
    """The Image-Code of upright luma with what is clear on white. ``bits``: 64, 128, 192 or 256."""
    from PIL import Image

    small = Image.fromarray(grey).resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)
    return of_samples(np.asarray(small), bits)


def of_samples(samples: NDArray[np.uint8], bits: int = BITS) -> str:
    """The Image-Code of 32 × 32 grey values."""
    rows = _cosines(samples.reshape(_SIDE, _SIDE).astype(np.float64))
    waves = _cosines(np.ascontiguousarray(rows.T)).T
    corners = [
        waves[y : y + _CORNER, x : x + _CORNER].reshape(-1)
        for y in range(0, _COSINES, _CORNER)
        for x in range(0, _COSINES, _CORNER)
    ]
    found = np.concatenate([corner > np.median(corner) for corner in corners])
    return unit(CONTENT, IMAGE, np.packbits(found).tobytes(), bits)


def _cosines(lines: NDArray[np.float64]) -> NDArray[np.float64]:
    """The cosine transform of each line by halves (Lee 1984): even pictures must give exact zeros,
    since their bits are decided by them."""
    count = lines.shape[1]
    if count == 1:
        return lines
    half, back = lines[:, : count // 2], lines[:, : count // 2 - 1 : -1]
    turns = [math.cos((at + 0.5) * math.pi / count) * 2 for at in range(count // 2)]
    odd = _cosines((half - back) / np.array(turns))
    made = np.empty_like(lines)
    made[:, ::2] = _cosines(half + back)
    made[:, 1:-1:2] = odd[:, :-1] + odd[:, 1:]
    made[:, -1] = odd[:, -1]
    return made


def unit(main: int, sub: int, digest: bytes, bits: int) -> str:
    """Header of four numbers of four bits, then the digest."""
    header = bytes((main << 4 | sub, bits // 32 - 1))
    code = base64.b32encode(header + digest[: bits // 8])
    return "ISCC:" + code.decode("ascii").rstrip("=")

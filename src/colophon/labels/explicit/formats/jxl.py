"""What a JPEG XL file says of itself that its decoder does not tell, or not in time.

The decoder shows only the first frame and gives no size before it has decoded all of it.

Source: ISO/IEC 18181-1 Annex D (SizeHeader, ImageMetadata).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from colophon.labels.carriers.jxl import JXL

if TYPE_CHECKING:
    from PIL.Image import Image

BARE = b"\xff\x0a"

_HEAD = 256
_SIGNATURE = 12
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_SIDES = ((9, 1), (13, 1), (18, 1), (30, 1))
_SMALL_SIDES = ((0, 16), (0, 32), (5, 1), (9, 33))
_PREVIEW_SIDES = ((6, 1), (8, 65), (10, 321), (12, 1345))
_DEPTHS = ((0, 8), (0, 10), (0, 12), (6, 1))
_FLOAT_DEPTHS = ((0, 32), (0, 16), (0, 24), (6, 1))
_CHANNELS = ((0, 0), (0, 1), (4, 2), (12, 1))
_MAX_BOXES = 1_000
_SRGB = (b"RGB_D65_SRG", "RGB_D65_SRG".encode("utf-16-be"), b"sRGB", "sRGB".encode("utf-16-be"))
"""How profiles of sRGB and of grey like it are named, by JPEG XL's library and by others."""


@dataclass(frozen=True, slots=True)
class Facts:
    """``exact``: the pixels are stored as they are, not as the eye sees them."""

    width: int
    height: int
    animated: bool
    exact: bool


class _Bits:
    """Reads bits, the lowest of a byte first; IndexError past the end."""

    def __init__(self, data: bytes) -> None:
        self._number, self._left = int.from_bytes(data, "little"), len(data) * 8

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise IndexError(count)
        value = self._number & (1 << count) - 1
        self._number >>= count
        return value

    def choice(self, forms: tuple[tuple[int, int], ...]) -> int:
        """A number whose width and least value one of four ``forms`` gives."""
        width, least = forms[self.take(2)]
        return self.take(width) + least


def facts(data: bytes) -> Facts | None:
    """None where this is no JPEG XL or too little of it."""
    code = _codestream(data)
    if not code.startswith(BARE):
        return None
    try:
        return _facts(_Bits(code[len(BARE) :]))
    except IndexError:
        return None


def _codestream(data: bytes) -> bytes:
    """Its first bytes, taken out of the boxes."""
    if data.startswith(BARE):
        return data[:_HEAD]
    at, parts = _SIGNATURE, b""
    for _ in range(_MAX_BOXES):
        if at + 8 > len(data) or len(parts) >= _HEAD:
            break
        size, kind = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if size == 1 and at + 16 <= len(data):
            (size,), body = struct.unpack_from(">Q", data, at + 8), at + 16
        end = at + size if size else len(data)
        if end < body:
            break
        if kind in {b"jxlc", b"jxlp"}:
            parts += data[body + 4 * (kind == b"jxlp") : min(end, body + _HEAD)]
        at = end
    return parts


def _facts(bits: _Bits) -> Facts:
    width, height = _size(bits)
    if bits.take(1):
        return Facts(width, height, animated=False, exact=False)
    animated = bits.take(1) == 1 and _moves(bits)
    if animated:
        return Facts(width, height, animated=True, exact=False)
    return Facts(width, height, animated=False, exact=_exact(bits))


def _size(bits: _Bits) -> tuple[int, int]:
    small = bits.take(1)
    height = (bits.take(5) + 1) * 8 if small else bits.choice(_SIDES)
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio]
        return height * across // down, height
    return ((bits.take(5) + 1) * 8 if small else bits.choice(_SIDES)), height


def _moves(bits: _Bits) -> bool:
    """Reads on to whether there is more than one frame."""
    bits.take(3)
    if bits.take(1):
        _size(bits)
    if bits.take(1):
        forms = _SMALL_SIDES if bits.take(1) else _PREVIEW_SIDES
        bits.choice(forms)
        if not bits.take(3):
            bits.choice(forms)
    return bits.take(1) == 1


def _exact(bits: _Bits) -> bool:
    """What further channels say is not read: with them, pixels count as exact."""
    if bits.take(1):
        bits.choice(_FLOAT_DEPTHS)
        bits.take(4)
    else:
        bits.choice(_DEPTHS)
    bits.take(1)
    return bits.choice(_CHANNELS) > 0 or not bits.take(1)


def packet(data: bytes) -> bytes | None:
    """Its XMP packet, which the decoder leaves out."""
    return next((found.data for found in JXL.read(BytesIO(data)) if found.form == "xmp"), None)


def in_srgb(picture: Image, profile: bytes) -> bool:
    """Turns colours of another profile into sRGB in place, for the encoder takes no profile; tells
    whether it had to. Raises OSError, ValueError on a profile that cannot be read."""
    from PIL import ImageCms

    if picture.mode not in {"RGB", "RGBA", "L"} or any(name in profile for name in _SRGB):
        return False
    try:
        found = ImageCms.ImageCmsProfile(BytesIO(profile))
        ImageCms.profileToProfile(picture, found, ImageCms.createProfile("sRGB"), inPlace=True)
    except ImageCms.PyCMSError as error:
        raise ValueError(str(error)) from error
    return True

"""As much of DER (ITU-T X.690) as keys, signatures and certificates here need."""

from __future__ import annotations

import base64
import binascii
import re

INTEGER, BITS, OCTETS, OID, SEQUENCE = 0x02, 0x03, 0x04, 0x06, 0x30
MOST_BYTES = 32 * 1024
"""The longest key, signature or certificate that is looked into."""
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_MOST_CHILDREN = 64

Element = tuple[int, bytes]
"""Tag and content."""


def bytes_of(text: str) -> bytes | None:
    """The bytes that hexadecimal digits or Base64 (either alphabet) stand for; else None."""
    text = "".join(text.split())
    if not text or len(text) > 2 * MOST_BYTES:
        return None
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    try:
        plain = text.replace("-", "+").replace("_", "/").rstrip("=")
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def element(data: bytes, at: int = 0) -> tuple[int, int, int]:
    """Tag, start and end of the content of the element that begins here. Raises ValueError."""
    if at + 2 > len(data):
        raise ValueError("cut off")
    tag, size, start = data[at], data[at + 1], at + 2
    if size > 0x84 or size == 0x80 or tag & 0x1F == 0x1F:
        raise ValueError("no DER")
    if size > 0x80:
        start += size - 0x80
        size = int.from_bytes(data[at + 2 : start])
    if start + size > len(data):
        raise ValueError("cut off")
    return tag, start, start + size


def inside(data: bytes, tag: int = SEQUENCE) -> bytes:
    """The content of the one element that ``data`` is. Raises ValueError."""
    found, start, end = element(data)
    if found != tag or end != len(data):
        raise ValueError("another element")
    return data[start:end]


def children(content: bytes) -> list[Element]:
    """The elements one after another. Raises ValueError."""
    found: list[Element] = []
    at = 0
    while at < len(content):
        tag, start, at = element(content, at)
        found.append((tag, content[start:at]))
        if len(found) > _MOST_CHILDREN:
            raise ValueError("too many")
    return found


def wrap(tag: int, *content: bytes) -> bytes:
    """An element."""
    data = b"".join(content)
    size = len(data)
    if size < 0x80:
        return bytes((tag, size)) + data
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 + len(length))) + length + data


def integer(number: int) -> bytes:
    """A number that is not negative."""
    return wrap(INTEGER, number.to_bytes(number.bit_length() // 8 + 1))


def signature(r: int, s: int) -> bytes:
    """The pair as the signature that others write (Source: GM/T 0009-2012)."""
    return wrap(SEQUENCE, integer(r), integer(s))


def pair(data: bytes, size: int) -> tuple[int, int] | None:
    """Both numbers of a signature: DER, or one after the other in ``size`` bytes each."""
    try:
        found = children(inside(data))
        if [tag for tag, _ in found] == [INTEGER, INTEGER]:
            return int.from_bytes(found[0][1]), int.from_bytes(found[1][1])
    except ValueError:
        pass
    if len(data) == 2 * size:
        return int.from_bytes(data[:size]), int.from_bytes(data[size:])
    return None

"""The certificate that signed a manifest, taken out of the manifest store.

The SDK checks a signature and does not tell with which certificate in bytes, and its own list
of single trusted certificates has no effect. Source: ISO 19566-5 (boxes), RFC 8949 (CBOR, as
far as a signature uses it), RFC 9052 and RFC 9360 (COSE_Sign1 with its chain).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_SIGNATURE = b"c2cs"
_CHAIN, _OLD_CHAIN = 33, "x5chain"
_DEEPEST = 8
_MOST_ITEMS = 256
_LENGTHS = {24: 1, 25: 2, 26: 4, 27: 8}


def leaf(store: bytes, manifest: str) -> bytes | None:
    """The signer's certificate (DER) of the manifest of that name; None where it is not plain
    which one it is.
    """
    try:
        signature = _signature(store, manifest.encode())
        protected = _value(_value(signature)[0]) if signature else {}
    except (ValueError, IndexError, KeyError, TypeError):
        return None
    if not isinstance(protected, dict) or _OLD_CHAIN in protected:
        return None
    chain = protected.get(_CHAIN)
    first = chain[0] if isinstance(chain, list) and chain else chain
    return first if isinstance(first, bytes) else None


def _signature(store: bytes, manifest: bytes) -> bytes | None:
    """The content of the signature's box in the manifest's, which has one such box alone."""
    outer = [body for kind, body in _boxes(store) if kind == b"jumb"]
    named = [part for part in _superboxes(outer[0]) if _label(part) == manifest]
    signatures = [part for part in _superboxes(named[0]) if _description(part)[:4] == _SIGNATURE]
    if len(outer) != 1 or len(named) != 1 or len(signatures) != 1:
        return None
    contents = [body for kind, body in _boxes(signatures[0]) if kind == b"cbor"]
    return contents[0] if len(contents) == 1 else None


def _superboxes(body: bytes) -> Iterator[bytes]:
    return (inner for kind, inner in _boxes(body) if kind == b"jumb")


def _description(body: bytes) -> bytes:
    kind, inner = next(_boxes(body), (b"", b""))
    if kind != b"jumd":
        raise ValueError(kind)
    return inner


def _label(body: bytes) -> bytes:
    return _description(body)[17:].split(b"\0", 1)[0]


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size < 8 or at + size > len(data):
            raise ValueError(size)
        yield data[at + 4 : at + 8], data[at + 8 : at + size]
        at += size


def _value(data: bytes) -> Any:
    return _item(data, 0, 0)[0]


def _item(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    """One item of definite length, and where the next begins."""
    if depth > _DEEPEST:
        raise ValueError(depth)
    major, info = data[at] >> 5, data[at] & 31
    width = _LENGTHS.get(info, 0)
    if info > 27 or at + 1 + width > len(data):
        raise ValueError(info)
    number = int.from_bytes(data[at + 1 : at + 1 + width], "big") if width else info
    at += 1 + width
    if major in (2, 3):
        if at + number > len(data):
            raise ValueError(number)
        taken = data[at : at + number]
        return (taken if major == 2 else taken.decode()), at + number
    if major in (4, 5):
        return _items(data, at, depth + 1, number, pairs=major == 5)
    if major == 6:
        return _item(data, at, depth + 1)
    return {0: number, 1: -1 - number}.get(major), at


def _items(data: bytes, at: int, depth: int, count: int, *, pairs: bool) -> tuple[Any, int]:
    if count > _MOST_ITEMS:
        raise ValueError(count)
    found = []
    for _ in range(count * 2 if pairs else count):
        one, at = _item(data, at, depth)
        found.append(one)
    if not pairs:
        return found, at
    made = dict(zip(found[::2], found[1::2], strict=True))
    if len(made) != count:
        raise ValueError("a key occurs twice")
    return made, at

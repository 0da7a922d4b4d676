"""A second reader of manifest stores, made from the standards alone (ISO 19566-5, RFC 8949)."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

STORE, MANIFEST, CLAIM = b"c2pa", b"c2ma", b"c2cl"
ASSERTIONS, SIGNATURE = b"c2as", b"c2cs"


@dataclass
class Box:
    """A superbox: what its description says, its parts, and the bytes that hashes count over."""

    kind: bytes
    label: str
    raw: bytes
    children: list[Box] = field(default_factory=list)
    content: list[tuple[bytes, bytes]] = field(default_factory=list)

    def child(self, kind: bytes) -> Box:
        (found,) = (one for one in self.children if one.kind == kind)
        return found

    def value(self) -> Any:
        form, data = self.content[0]
        return json.loads(data) if form == b"json" else decode(data)


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        assert 8 <= size <= len(data) - at
        yield kind, data[at + 8 : at + size], data[at : at + size]
        at += size


def read(data: bytes) -> Box:
    """The one superbox that a store is."""
    ((kind, body, _),) = boxes(data)
    assert kind == b"jumb"
    return _superbox(body)


def _superbox(body: bytes) -> Box:
    parts = list(boxes(body))
    kind, description, _ = parts[0]
    assert kind == b"jumd"
    assert description[4:16] == bytes.fromhex("00110010800000aa00389b71")
    assert description[16] & 3 == 3  # requestable, with a label
    label = description[17:].split(b"\0", 1)[0].decode()
    made = Box(description[:4], label, body)
    for kind, inner, _ in parts[1:]:
        if kind == b"jumb":
            made.children.append(_superbox(inner))
        else:
            made.content.append((kind, inner))
    return made


def decode(data: bytes) -> Any:
    value, rest = _item(data)
    assert not rest
    return value


def _item(data: bytes) -> tuple[Any, bytes]:
    major, info = data[0] >> 5, data[0] & 31
    if major == 7:
        return {20: False, 21: True, 22: None}[info], data[1:]
    width = {24: 1, 25: 2, 26: 4, 27: 8}.get(info, 0)
    assert info < 24 or width, "lengths are definite"
    number = int.from_bytes(data[1 : 1 + width], "big") if width else info
    rest = data[1 + width :]
    if major in (2, 3):
        taken, rest = rest[:number], rest[number:]
        assert len(taken) == number
        return (taken if major == 2 else taken.decode()), rest
    if major == 4:
        return _items(number, rest)
    if major == 5:
        flat, rest = _items(2 * number, rest)
        return dict(zip(flat[::2], flat[1::2], strict=True)), rest
    return _item(rest) if major == 6 else ((-1 - number) if major else number, rest)


def _items(count: int, data: bytes) -> tuple[list[Any], bytes]:
    found = []
    for _ in range(count):
        one, data = _item(data)
        found.append(one)
    return found, data


def head(major: int, number: int) -> bytes:
    for width, info in ((1, 24), (2, 25), (4, 26)):
        if number < 24:
            return bytes([major << 5 | number])
        if number < 256**width:
            return bytes([major << 5 | info]) + number.to_bytes(width, "big")
    raise ValueError(number)

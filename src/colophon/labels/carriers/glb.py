"""GLB, the binary form of glTF: a header, a chunk of JSON, a chunk of bytes.

Source: glTF 2.0 4.4 (Khronos). Only the JSON chunk is ever held in memory.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import EmptyFile, MalformedFile, TooLarge, TruncatedFile
from colophon.labels.carriers.edits import Edit

MAGIC, VERSION = b"glTF", 2
MOST_JSON = 64 << 20
JSON_AT = 20
"""Where the JSON text begins: behind the header and its chunk's own."""
_HEADER, _CHUNK = struct.Struct("<4sII"), struct.Struct("<II")
_JSON, _BIN = 0x4E4F534A, 0x004E4942
_LENGTH_AT = 8
_MOST = 2**32


@dataclass(frozen=True, slots=True)
class Glb:
    """``text``: the JSON without its padding; ``json_end``: where its chunk ends; ``bin_start``,
    ``bin_end``: what the binary chunk holds, both ``json_end`` where there is none; ``length``:
    the whole as the header tells it; ``size``: of the file."""

    text: bytes
    json_end: int
    bin_start: int
    bin_end: int
    length: int
    size: int

    @property
    def has_bin(self) -> bool:
        return self.bin_start > self.json_end


def opened(source: BinaryIO) -> Glb:
    """Raises EmptyFile, TruncatedFile, MalformedFile, TooLarge."""
    size = source.seek(0, 2)
    source.seek(0)
    head = source.read(JSON_AT)
    if not head:
        raise EmptyFile
    _check_version(head)
    if len(head) < JSON_AT:
        raise TruncatedFile(detail="GLB header")
    _, _, length = _HEADER.unpack_from(head)
    text_size, kind = _CHUNK.unpack_from(head, _HEADER.size)
    json_end = JSON_AT + text_size
    if length > size or json_end > size:
        raise TruncatedFile(detail=f"GLB of {max(length, json_end)} bytes, {size} there")
    if kind != _JSON or json_end > length:
        raise MalformedFile(detail="GLB without JSON first")
    if text_size > MOST_JSON:
        raise TooLarge(detail=f"GLB JSON > {MOST_JSON} bytes")
    text = source.read(text_size).rstrip(b" \0\t\r\n")
    return Glb(text, json_end, *_bin(source, json_end, length), length, size)


def _check_version(head: bytes) -> None:
    if not head.startswith(MAGIC):
        raise MalformedFile(detail="not a GLB")
    version = int.from_bytes(head[4:8], "little")
    if len(head) >= _LENGTH_AT and version != VERSION:
        raise MalformedFile(detail=f"GLB version {version}; version {VERSION} is the one known")


def _bin(source: BinaryIO, json_end: int, length: int) -> tuple[int, int]:
    start = json_end + _CHUNK.size
    if start > length:
        return json_end, json_end
    source.seek(json_end)
    held, kind = _CHUNK.unpack(source.read(_CHUNK.size))
    if kind != _BIN:
        return json_end, json_end
    if start + held > length:
        raise TruncatedFile(detail="GLB binary chunk")
    return start, start + held


def rewritten(glb: Glb, text_edits: Iterable[Edit], bin_edit: Edit | None = None) -> list[Edit]:
    """The edits of the file: of its JSON (places in ``text``), of its binary chunk (places in
    the file; its data must be a multiple of 4 long in all), and of the lengths told. A binary
    chunk that is missing is added.
    """
    edits = list(text_edits)
    text = len(glb.text) + sum(edit.growth for edit in edits)
    padded = text + -text % 4
    growth = padded - (glb.json_end - JSON_AT)
    moved = [Edit(JSON_AT + one.start, JSON_AT + one.end, one.data) for one in edits]
    moved.append(Edit(JSON_AT + len(glb.text), glb.json_end, b" " * (padded - text)))
    if bin_edit is not None:
        more, held = _bin_edits(glb, bin_edit)
        moved += more
        growth += held
    if glb.length + growth >= _MOST:
        raise TooLarge(detail="GLB of over 4 GiB")
    return [_u32(_LENGTH_AT, glb.length + growth), _u32(_HEADER.size, padded), *moved]


def _bin_edits(glb: Glb, edit: Edit) -> tuple[list[Edit], int]:
    """The edits and by how much the file grows."""
    held = glb.bin_end - glb.bin_start + edit.growth
    head = _CHUNK.pack(held, _BIN)
    if glb.has_bin:
        return [Edit(glb.json_end, glb.bin_start, head), edit], edit.growth
    new = Edit(glb.json_end, glb.json_end, head + edit.data)
    return [new], len(new.data)


def _u32(at: int, value: int) -> Edit:
    return Edit(at, at + 4, struct.pack("<I", value))

"""The content of TIFF pictures (TIFF 6.0, BigTIFF): strips and tiles, and how to read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels.binding.parts import Part, Span, Value
from colophon.labels.carriers.ranges import exactly, size_of

_SIZES = {1: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 13: 4, 16: 8, 18: 8}
_SHOWN = frozenset(
    (254, 256, 257, 258, 259, 262, 266, 274, 277, 278, 284, 292, 317, 320, 322, 323, 332, 338)
) | {339, 347, 529, 530, 532, 34675}
"""Tags that say how the samples are shown."""
_OFFSETS = {273: 279, 324: 325, 513: 514}
_MORE = 330
_MOST_DIRECTORIES = 4096
_MOST_VALUES = 4 << 20
_MOST_ENTRIES = 200_000


@dataclass(frozen=True, slots=True)
class _Field:
    kind: int
    count: int
    at: int


class _Tiff:
    def __init__(self, source: BinaryIO) -> None:
        self.source, self.size = source, size_of(source)
        head = exactly(source, 0, 16, "TIFF") if self.size >= 16 else b""
        self.order: Literal["little", "big"] = "little" if head[:2] == b"II" else "big"
        self.big = self.number(head[2:4]) == 43
        self.width = 8 if self.big else 4
        self.values = self.entries = 0
        self.first = self.number(head[8:16] if self.big else head[4:8])

    def number(self, data: bytes) -> int:
        return int.from_bytes(data, self.order)

    def directory(self, at: int) -> tuple[dict[int, _Field], int]:
        """The fields, and where the next directory lies."""
        wide = 8 if self.big else 2
        count = self.number(exactly(self.source, at, wide, "IFD"))
        self.entries += count
        if self.entries > _MOST_ENTRIES:
            raise TooLarge(detail=f"TIFF > {_MOST_ENTRIES} fields")
        entry = 4 + 2 * self.width
        data = exactly(self.source, at + wide, count * entry + self.width, "IFD")
        fields = {}
        for start in range(0, count * entry, entry):
            tag, kind = (
                self.number(data[start : start + 2]),
                self.number(data[start + 2 : start + 4]),
            )
            amount = self.number(data[start + 4 : start + 4 + self.width])
            value = at + wide + start + 4 + self.width
            if amount * _SIZES.get(kind, 1) > self.width:
                value = self.number(data[start + 4 + self.width : start + entry])
            fields[tag] = _Field(kind, amount, value)
        return fields, self.number(data[count * entry :])

    def bytes_of(self, field: _Field) -> bytes:
        size = field.count * _SIZES.get(field.kind, 1)
        return exactly(self.source, field.at, size, "TIFF")

    def numbers(self, field: _Field | None) -> list[int]:
        if field is None:
            return []
        self.values += field.count
        if self.values > _MOST_VALUES:
            raise TooLarge(detail=f"TIFF > {_MOST_VALUES} strips")
        width, data = _SIZES.get(field.kind, 1), self.bytes_of(field)
        return [self.number(data[at : at + width]) for at in range(0, len(data), width)]


def tiff(source: BinaryIO) -> Iterator[Part]:
    """Each picture's samples and the tags that say how they are shown, in the file's order."""
    file = _Tiff(source)
    todo, seen = [file.first], set[int]()
    while todo:
        at = todo.pop(0)
        if not at or at in seen:
            continue
        seen.add(at)
        if len(seen) > _MOST_DIRECTORIES:
            raise TooLarge(detail=f"TIFF > {_MOST_DIRECTORIES} pictures")
        fields, following = file.directory(at)
        yield from _shown(file, fields)
        yield from _samples(file, fields)
        todo += [*file.numbers(fields.get(_MORE))[:_MOST_DIRECTORIES], following]
    if not seen:
        raise MalformedFile(detail="TIFF")


def _shown(file: _Tiff, fields: dict[int, _Field]) -> Iterator[Part]:
    for tag in sorted(_SHOWN & fields.keys()):
        # Values, not bytes: a writer may choose another type for the same number.
        field = fields[tag]
        if tag in (347, 34675) or field.kind not in (1, 3, 4):
            yield Value(tag.to_bytes(2), file.bytes_of(field))
        else:
            words = ",".join(map(str, file.numbers(field)))
            yield Value(tag.to_bytes(2), words.encode("ascii"))


def _samples(file: _Tiff, fields: dict[int, _Field]) -> Iterator[Part]:
    for tag, sizes in _OFFSETS.items():
        offsets, lengths = file.numbers(fields.get(tag)), file.numbers(fields.get(sizes))
        for start, length in zip(offsets, lengths, strict=False):
            if start + length > file.size:
                raise TruncatedFile(detail=f"TIFF @{start}")
            yield Span(tag.to_bytes(2), start, start + length)

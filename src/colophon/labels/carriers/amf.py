"""AMF0 values as FLV's script tags hold them: walking properties, and making one.

Source: Adobe, "Action Message Format AMF 0", 2.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from colophon.errors import MalformedFile, TooLarge

NUMBER, STRING, OBJECT, ARRAY, END, LIST, LONG_STRING = 0, 2, 3, 8, 9, 10, 12
_TYPED_OBJECT, _XML = 16, 15
_PLAIN = {NUMBER: 8, 1: 1, 5: 0, 6: 0, 7: 2, END: 0, 11: 10, 13: 0}
"""Bytes of values that have one length."""
_MAX_DEPTH = 16
_MAX_VALUES = 500_000
_SHORT = 0xFFFF
NUMBER_VALUE = struct.Struct(">d")


@dataclass(frozen=True, slots=True)
class Property:
    """One property of an object: ``start`` at its name's length, ``value`` at its type."""

    name: str
    start: int
    value: int
    end: int


@dataclass(slots=True)
class Budget:
    """How many values may still be looked at in one file."""

    left: int = _MAX_VALUES


class Walk:
    """Walks values in ``data``. Methods raise MalformedFile where a value is cut or of no known
    type, TooLarge where the budget is spent."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self.data = data
        self._budget = budget

    def string(self, at: int) -> tuple[str, int]:
        """The words of a short string without its type, and where it ends."""
        end = at + 2 + self._number(at, 2)
        if end > len(self.data):
            raise MalformedFile(detail="AMF: a string runs over the end")
        return self.data[at + 2 : end].decode("utf-8", "replace"), end

    def text(self, at: int) -> bytes | None:
        """What a string value says; None for a value of another type."""
        kind = self.data[at]
        if kind not in {STRING, LONG_STRING, _XML}:
            return None
        start = at + (3 if kind == STRING else 5)
        return self.data[start : self.end(at)]

    def properties(self, at: int) -> tuple[list[Property], int]:
        """The properties of the object at ``at``, and where they end: at the mark of the end, or
        of the data where it is missing."""
        place = self.first_property(at)
        found: list[Property] = []
        while place < len(self.data) and self.data[place : place + 3] != b"\0\0\x09":
            name, value = self.string(place)
            end = self.end(value)
            found.append(Property(name, place, value, end))
            place = end
        return found, place

    def first_property(self, at: int) -> int:
        """Where the first property of an object's value begins."""
        if self.data[at] == _TYPED_OBJECT:
            return self.string(at + 1)[1]
        return at + (5 if self.data[at] == ARRAY else 1)

    def numbers(self, at: int) -> Iterator[int]:
        """Where the numbers of a list's value stand, behind their types."""
        if self.data[at : at + 1] != bytes([LIST]):
            return
        place = at + 5
        for _ in range(self._number(at + 1, 4)):
            end = self.end(place)
            if self.data[place] == NUMBER:
                yield place + 1
            place = end

    def end(self, at: int, depth: int = 0) -> int:
        """Where the value ends whose type stands at ``at``."""
        self._budget.left -= 1
        if self._budget.left < 0 or depth > _MAX_DEPTH:
            raise TooLarge(detail=f"AMF > {_MAX_VALUES} values")
        kind = self._number(at, 1)
        if kind in _PLAIN:
            end = at + 1 + _PLAIN[kind]
        elif kind == STRING:
            end = at + 3 + self._number(at + 1, 2)
        elif kind in {LONG_STRING, _XML}:
            end = at + 5 + self._number(at + 1, 4)
        elif kind in {OBJECT, ARRAY, _TYPED_OBJECT}:
            end = self._object_end(self.first_property(at), depth)
        elif kind == LIST:
            end = at + 5
            for _ in range(self._number(at + 1, 4)):
                end = self.end(end, depth + 1)
        else:
            raise MalformedFile(detail=f"AMF: a value of the type {kind}")
        if end > len(self.data):
            raise MalformedFile(detail="AMF: a value runs over the end")
        return end

    def _object_end(self, at: int, depth: int) -> int:
        while self.data[at : at + 3] != b"\0\0\x09":
            at = self.end(self.string(at)[1], depth + 1)
        return at + 3

    def _number(self, at: int, size: int) -> int:
        if at + size > len(self.data):
            raise MalformedFile(detail="AMF ends early")
        return int.from_bytes(self.data[at : at + size], "big")


def text_property(name: str, value: bytes) -> bytes:
    """A property whose value is a string."""
    return short_string(name) + text_value(value)


def short_string(words: str) -> bytes:
    """A string without its type."""
    data = words.encode()
    return len(data).to_bytes(2, "big") + data


def text_value(value: bytes) -> bytes:
    """A string's value, of the type that its length needs."""
    if len(value) <= _SHORT:
        return bytes([STRING]) + len(value).to_bytes(2, "big") + value
    return bytes([LONG_STRING]) + len(value).to_bytes(4, "big") + value

"""Replacing ranges of a file: edits in, pieces out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from colophon.errors import MalformedFile
from colophon.labels.carriers.packet import Keep, Piece, Put


@dataclass(frozen=True, slots=True)
class Edit:
    """``data`` in place of the source's ``start`` to ``end`` (equal: an insertion)."""

    start: int
    end: int
    data: bytes

    @property
    def growth(self) -> int:
        return len(self.data) - (self.end - self.start)


def pieces_of(edits: Iterable[Edit], size: int) -> list[Piece]:
    """The edited file of ``size`` bytes; MalformedFile where edits overlap."""
    pieces: list[Piece] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < at:
            raise MalformedFile(detail=f"its parts overlap at byte {edit.start}")
        if edit.start > at:
            pieces.append(Keep(at, edit.start))
        if edit.data:
            pieces.append(Put(edit.data))
        at = edit.end
    if at < size:
        pieces.append(Keep(at, size))
    return pieces


def applied(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The same on bytes at hand."""
    return b"".join(
        piece.data if isinstance(piece, Put) else data[piece.start : piece.end]
        for piece in pieces_of(edits, len(data))
    )

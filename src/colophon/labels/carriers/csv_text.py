"""CSV and TSV: the label is the first field of a last row of its own.

Source: no guide names a place for CSV, and RFC 4180 knows neither comments nor metadata. Of the
forms a row can have this one breaks the fewest readers: one quoted field, so that no comma of the
label is taken for a border, and empty fields behind it up to the width of the first row, as
strict readers refuse rows of another length. In TSV, which knows no quotes, it stands bare behind
a ``#``, which readers of such files take for a comment. Labels within the data are never touched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import MalformedFile
from colophon.labels.carriers.edits import pieces_of
from colophon.labels.carriers.label_field import FIELD
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.stale_labels import Change
from colophon.labels.carriers.text_file import (
    Span,
    TextFile,
    is_text,
    lines_upwards,
    rest_of,
    text_of,
)

_STANDARD = "csv:last-row"
_PLACES = (("body", "csv:body"),)
_MARKS = ("\t", ",", ";", "|")
_LONGEST_ROW = 64 * 1024
_MOST_ROWS = 64
_ROW = re.compile(
    rf"(?P<quoted>\")?(?:[#][ \t]*)?{FIELD}[ \t]*[:=][ \t]*(?P<value>\{{[^\r\n]*\}})[\",;|\t ]*"
)
_QUOTED_FIELD = re.compile(r"\"(?:[^\"]++|\"\")*+(\"|\Z)")
_WHOLE_FIELD = re.compile(r"(?:(?<=[,;\t|\r\n])|\A)\"(?:[^\"]++|\"\")*+\"")
_NEWLINE = re.compile(r"\r\n|\n|\r")
_SEPARATOR_LINE = re.compile(r"sep=(.)[ \t]*(?:\r\n|\n|\r)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Row:
    """A label's row without its newline, and the value in it, quotes doubled or not."""

    start: int
    end: int
    value: Span
    quoted: bool


class CsvCarrier:
    """Carrier of tables in words."""

    name = "csv"
    media_types = ("text/csv", "text/tab-separated-values")
    forms: tuple[PacketForm, ...] = ("aigc",)
    types_by_extension: Mapping[str, str] = {
        ".csv": "text/csv",
        ".tsv": "text/tab-separated-values",
    }

    def sniff(self, head: bytes) -> str | None:
        """Any text: the name decides, this only rules out what is no text."""
        return self.media_types[0] if is_text(head) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        file = text_of(source)
        rows = _labels(file.text)
        packets = [Packet("aigc", _STANDARD, _value(file, row)) for row in rows]
        return [*packets, rest_of(file, [(row.start, row.end) for row in rows], _PLACES)]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        """Raises MalformedFile where the text ends within a quoted field."""
        file = text_of(source)
        rows = _labels(file.text)
        row = _row(_without(file.text, rows), packets["aigc"].decode("ascii"))
        if rows:
            *others, last = rows
            gone = [Change(one.start, _next_row(file.text, one.end)) for one in others]
            changes = [*gone, Change(last.start, last.end, row)]
        else:
            changes = [_placed(file, row)]
        edits = [file.edit(change.start, change.end, change.new) for change in changes]
        return pieces_of(edits, len(file.data))

    def standard_place(self, form: PacketForm) -> str:
        del form
        return _STANDARD


def _without(text: str, rows: list[_Row]) -> str:
    """The table alone."""
    starts = [0, *(_next_row(text, row.end) for row in rows)]
    ends = [*(row.start for row in rows), len(text)]
    return "".join(text[start:end] for start, end in zip(starts, ends, strict=True))


def _placed(file: TextFile, row: str) -> Change:
    mark, _ = _border(file.text)
    if mark != "\t" and _open_at_end(file.text, mark):
        raise MalformedFile(detail="it ends within a quoted field")
    end = len(file.text)
    ended = file.text.endswith(("\n", "\r"))
    return Change(end, end, row + file.newline if ended else file.newline + row)


def _row(text: str, label: str) -> str:
    mark, width = _border(text)
    field = f"{FIELD}: {label}"
    field = f"# {field}" if mark == "\t" else '"' + field.replace('"', '""') + '"'
    return field + mark * (width - 1)


def _border(text: str) -> tuple[str, int]:
    """What stands between the fields of the first row, and how many there are."""
    said = _SEPARATOR_LINE.match(text)
    start = said.end() if said else 0
    first = _NEWLINE.sub("\n", _WHOLE_FIELD.sub("", text[start : start + _LONGEST_ROW]))
    row = first.lstrip("\n").partition("\n")[0]
    counts = {mark: row.count(mark) for mark in ([said[1]] if said else _MARKS)}
    mark = max(counts, key=lambda one: counts[one])
    return (mark, counts[mark] + 1) if counts[mark] else (",", 1)


def _open_at_end(text: str, mark: str) -> bool:
    if text.count('"') % 2 == 0:
        return False
    at = 0
    field = re.compile(rf"(?:\A|[{re.escape(mark)}\r\n])\"")
    while opening := field.search(text, at):
        closing = _QUOTED_FIELD.match(text, opening.end() - 1)
        if closing is None or not closing[1]:
            return True
        at = closing.end()
    return False


def _labels(text: str) -> list[_Row]:
    """The labels among the last rows, in order."""
    found: list[_Row] = []
    for start, end in lines_upwards(text, len(text), _MOST_ROWS):
        row = _ROW.fullmatch(text, start, end)
        if row:
            found.append(_Row(start, end, row.span("value"), bool(row["quoted"])))
        elif text[start:end].strip():
            break
    return found[::-1]


def _value(file: TextFile, row: _Row) -> bytes:
    value = file.bytes_of(row.value)
    return value.replace(b'""', b'"') if row.quoted else value


def _next_row(text: str, at: int) -> int:
    newline = _NEWLINE.match(text, at)
    return newline.end() if newline else at


CSV = CsvCarrier()

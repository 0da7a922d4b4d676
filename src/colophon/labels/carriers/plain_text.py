"""Plain text: the label is a last line ``AIGC: {json}``.

Source: no guide names a place for plain text; this is the form used here. The line stands at
the very end: after a text that ends with a newline as a line of its own with a newline, after
one that does not behind a newline and without one, so that taking it away gives back the
source. Texts of any size: only the end is read to write, the first part and the end to read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import BinaryIO

from colophon.errors import EmptyFile
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.label_field import FIELD
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.stale_labels import Change, cleared
from colophon.labels.carriers.text_file import (
    Span,
    TextFile,
    decoded,
    is_text,
    rest_of,
)

_STANDARD = "text:last-line"
_PLACES = (("body", "text:body"),)
_WHOLE = 16 * 1024 * 1024
"""Longer texts are searched in their first part and their last."""
_HEAD, _TAIL, _START = 8 * 1024 * 1024, 256 * 1024, 4096
_LAST_LINE = re.compile(
    rf"(?:\A|(?<=[\r\n]))([ \t]*(?:[#/;%*-]+[ \t]*)?{FIELD}[ \t]*[:=][ \t]*)(\{{[^\r\n]*\}})[ \t]*[\r\n]*\Z"
)


class PlainTextCarrier:
    """Carrier of plain texts and logs."""

    name = "plain_text"
    media_types = ("text/plain",)
    forms: tuple[PacketForm, ...] = ("aigc",)
    extensions = (".txt", ".text", ".log")

    def sniff(self, head: bytes) -> str | None:
        """Any text: the name decides, this only rules out what is no text."""
        return self.media_types[0] if is_text(head) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        file, offset, _ = _text(source)
        label = _last_line(file.text)
        known = [label] if label else []
        packets = [Packet("aigc", _STANDARD, _json(file, span)) for span in known]
        if offset:
            source.seek(0)
            packets.insert(0, Packet("text", "text:body", source.read(_HEAD)))
        return [*packets, rest_of(file, known, _PLACES)]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        file, offset, size = _text(source)
        line = f"{FIELD}: {packets['aigc'].decode('ascii')}"
        label = _last_line(file.text)
        own = [Change(*label)] if label else []
        stale = [] if offset else cleared(file, own)
        changes = [_placed(file, label, line), *_around(stale, label)]
        edits = [file.edit(change.start, change.end, change.new) for change in changes]
        shifted = [Edit(offset + edit.start, offset + edit.end, edit.data) for edit in edits]
        return pieces_of(shifted, size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return _STANDARD


def _text(source: BinaryIO) -> tuple[TextFile, int, int]:
    """The text, or of a very long one its end; where that begins, and the size of all."""
    size = source.seek(0, 2)
    if not size:
        raise EmptyFile
    source.seek(0)
    if size <= _WHOLE:
        return decoded(source.read(size)), 0, size
    head = decoded(source.read(_START))
    offset = size - _TAIL - (size & 1)
    source.seek(offset)
    tail = source.read()
    if head.codec == "latin-1":
        return decoded(tail), offset, size
    text = tail.decode(head.codec, "surrogatepass")
    return TextFile(tail, b"", head.codec, text), offset, size


def _last_line(text: str) -> Span | None:
    """The label's line, without the newlines after it."""
    match = _LAST_LINE.search(text, max(0, len(text) - _TAIL))
    return (match.start(), match.end(2)) if match else None


def _json(file: TextFile, line: Span) -> bytes:
    data = file.bytes_of(line)
    return data[data.index(b"{") :]


def _around(stale: list[Change], label: Span | None) -> list[Change]:
    """The removals, but for the line in which the label is to stand."""
    if label is None:
        return stale
    start, end = label
    return [
        part
        for one in stale
        for part in (Change(one.start, min(one.end, start)), Change(max(one.start, end), one.end))
        if part.start < part.end
    ]


def _placed(file: TextFile, label: Span | None, line: str) -> Change:
    if label:
        return Change(*label, line)
    end = len(file.text)
    ended = file.text.endswith(("\n", "\r"))
    written = line + file.newline if ended else file.newline + line
    return Change(end, end, written)


PLAIN_TEXT = PlainTextCarrier()

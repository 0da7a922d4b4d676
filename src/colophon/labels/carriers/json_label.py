"""The label as a member ``AIGC`` of a JSON object, put there and taken out by text surgery.

Source: GB 45438-2025 Annex E (a field whose name contains ``AIGC``, its value a JSON string).
Encodings: UTF-8, UTF-16 with a mark, GB 18030; comments and trailing commas are stepped over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import MalformedFile, TooLarge, TruncatedFile
from colophon.labels.carriers import json_spans
from colophon.labels.carriers.edits import Edit
from colophon.labels.carriers.json_spans import Member, Object
from colophon.labels.carriers.label_field import FIELD, holds_label
from colophon.labels.carriers.text_file import text_of

# A string that does not end reaches to the end: no quotation mark is tried twice.
_LOOSE = re.compile(
    rb'"[^"\\]*+(?:\\(?s:.)[^"\\]*+)*+(?:"|\\?\Z)|(//[^\r\n]*+'
    rb"|/\*(?s:.*?)(?:\*/|\Z)|,(?=(?:\s|//[^\n]*\n)*+[}\]]))"
)
_NOT_NEWLINE = re.compile(rb"[^\r\n]")
_MARKS = (b"[", b"]", b"{", b"}", b'"', b",")


@dataclass(frozen=True, slots=True)
class JsonFile:
    """``data``: the file; ``utf8``: its text without a mark, the offsets of which `json_spans`
    speaks in; ``codec`` None: the file is that text after its ``mark``."""

    data: bytes
    mark: bytes
    codec: str | None
    utf8: bytes

    def edits(self, edits: Iterable[Edit]) -> list[Edit]:
        """Edits of the text as edits of the file."""
        return [
            Edit(self._offset(one.start), self._offset(one.end), self._encoded(one.data))
            for one in edits
        ]

    def _offset(self, at: int) -> int:
        before = at if self.codec is None else len(self._encoded(self.utf8[:at]))
        return len(self.mark) + before

    def _encoded(self, utf8: bytes) -> bytes:
        return utf8 if self.codec is None else utf8.decode().encode(self.codec)


def json_file(source: BinaryIO) -> JsonFile:
    """Raises EmptyFile, TooLarge; MalformedFile where the bytes are no text."""
    file = text_of(source)
    if file.codec != "latin-1":
        return JsonFile(file.data, file.mark, file.codec, file.text.encode())
    body = file.data[len(file.mark) :]
    try:
        body.decode()
    except UnicodeDecodeError:
        return _chinese(file.data, body, file.mark)
    return JsonFile(file.data, file.mark, None, body)


def _chinese(data: bytes, body: bytes, mark: bytes) -> JsonFile:
    try:
        text = body.decode("gb18030")
        same = text.encode("gb18030") == body
    except UnicodeError:
        same = False
    if not same:
        raise MalformedFile(detail="JSON neither in UTF-8 nor in GB 18030")
    return JsonFile(data, mark, "gb18030", text.encode())


def first_object(utf8: bytes) -> tuple[bytes, Object] | None:
    """The object a JSON text begins with, and the text without its comments (as long as it was);
    None where it begins with another value. Raises MalformedFile, TruncatedFile, TooLarge.
    """
    start = _first(utf8)
    if utf8[start : start + 1] == b"{":
        found = _in_first_line(utf8, start) or _strict(utf8, start)
        if found:
            return found
    elif utf8[start : start + 1] != b"/":
        return None
    cleaned = _LOOSE.sub(_blank, utf8)
    start = _first(cleaned)
    if cleaned[start : start + 1] != b"{":
        return None
    return cleaned, json_spans.object_at(_bounded(cleaned), start)


def _first(text: bytes) -> int:
    return len(text) - len(text.lstrip(b" \t\r\n"))


def _in_first_line(utf8: bytes, start: int) -> tuple[bytes, Object] | None:
    """JSON Lines may be long; of them one line is looked at."""
    line = utf8[: utf8.find(b"\n", start) + 1]
    try:
        return (utf8, json_spans.object_at(_bounded(line), start)) if line else None
    except (MalformedFile, TruncatedFile):
        return None


def _strict(utf8: bytes, start: int) -> tuple[bytes, Object] | None:
    try:
        return utf8, json_spans.object_at(_bounded(utf8), start)
    except MalformedFile:
        return None


def _bounded(text: bytes) -> bytes:
    if sum(text.count(mark) for mark in _MARKS) > json_spans.MOST_MARKS:
        raise TooLarge(detail=f"JSON of over {json_spans.MOST_MARKS} marks")
    return text


def _blank(match: re.Match[bytes]) -> bytes:
    return _NOT_NEWLINE.sub(b" ", match[1]) if match[1] else match[0]


def labels_of(text: bytes, owner: Object) -> list[tuple[Member, bytes]]:
    """The object's members that are labels, each with the label's text."""
    found = []
    for member in owner.members:
        value = _value(text, member)
        if value.startswith(b"{") and holds_label(member.name, ""):
            found.append((member, value))
    return found


def label_edits(text: bytes, owner: Object, label: bytes) -> list[Edit]:
    """The label as the object's one label, in its place or behind the other members.

    Raises MalformedFile where a member of that name is something else: it is content.
    """
    labels = [member for member, _ in labels_of(text, owner)]
    for member in owner.members:
        if member.name == FIELD and member not in labels and _value(text, member):
            raise MalformedFile(detail=f"its member {FIELD} is no label")
    drops = [member for member in labels if member.name != FIELD]
    return json_spans.changed(text, owner, {FIELD: quoted(label)}, drops)


def quoted(label: bytes) -> bytes:
    """The label as a JSON string."""
    return json.dumps(label.decode("ascii")).encode()


def _value(text: bytes, member: Member) -> bytes:
    """What a string says, an object as it stands, nothing for null, a sign for all else."""
    raw = text[member.value : member.end]
    if raw.startswith(b'"'):
        try:
            return json_spans.text(raw).strip().encode("utf-8", "replace")
        except MalformedFile:
            return raw
    return b"" if raw == b"null" else raw

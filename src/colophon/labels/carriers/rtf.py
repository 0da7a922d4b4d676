"""RTF: the label is a user property ``AIGC`` of the document.

Source: Rich Text Format 1.9.1 (``\\userprops`` stands behind ``\\info``); GB 45438-2025 Annex E.
Only the beginning of the file is held, so that pictures in it may be of any size.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import EmptyFile, MalformedFile, TruncatedFile
from colophon.labels.carriers import rtf_text
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.label_field import FIELD, holds_label
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import METADATA_CAP, size_of
from colophon.labels.carriers.text_file import Span, TextFile, rest_of

_STANDARD = f"rtf:userprops:{FIELD}"
_PLACES = (("body", "rtf:body"),)
_BEGINNING = b"{\\rtf"
_END_SHOWN = 4096
_USER_PROPERTIES = re.compile(r"(?<!\\)\{\s*\\\*\s*\\userprops(?![a-zA-Z])")
_VALUE = r"((?:[^{}\\]++|\\[^\r\n])*+)"
_PROPERTY = re.compile(
    rf"\{{\s*\\propname(?![a-zA-Z])[ ]?{_VALUE}\}}\s*\\proptype-?\d{{1,6}}[ ]?\s*"
    rf"\{{\s*\\staticval(?![a-zA-Z])[ ]?{_VALUE}\}}(?:\s*\{{\s*\\linkval[^{{}}]*\}})?"
)
_TEXT_TYPE = 30
"""``\\proptype`` of a text."""


@dataclass(frozen=True, slots=True)
class _Property:
    span: Span
    value: str


class RtfCarrier:
    """Carrier of Rich Text Format."""

    name = "rtf"
    media_types = ("application/rtf", "text/rtf")
    forms: tuple[PacketForm, ...] = ("aigc",)

    def sniff(self, head: bytes) -> str | None:
        return self.media_types[0] if head.lstrip().startswith(_BEGINNING) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        file, _ = _beginning(source)
        labels = _labels(file.text)
        packets = [Packet("aigc", _STANDARD, one.value.encode()) for one in labels]
        rest = file.without([one.span for one in labels])
        plain = rest.replace(b"\\{", b"{").replace(b"\\}", b"}")
        return [*packets, rest_of(_as_file(plain), (), _PLACES)]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        """Raises TruncatedFile, MalformedFile."""
        file, size = _beginning(source)
        _check_end(source, size)
        written = _written(packets["aigc"].decode("ascii"))
        labels = _labels(file.text)
        edits = [Edit(*one.span, b"") for one in labels[1:]]
        if labels:
            return pieces_of([*edits, Edit(*labels[0].span, written.encode())], size)
        return pieces_of([_placed(file.text, written)], size)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return _STANDARD


def _beginning(source: BinaryIO) -> tuple[TextFile, int]:
    size = size_of(source)
    if not size:
        raise EmptyFile
    source.seek(0)
    data = source.read(METADATA_CAP)
    if not data.lstrip().startswith(_BEGINNING):
        raise MalformedFile(detail="no RTF")
    return _as_file(data), size


def _as_file(data: bytes) -> TextFile:
    return TextFile(data, b"", "latin-1", data.decode("latin-1"))


def _check_end(source: BinaryIO, size: int) -> None:
    source.seek(max(0, size - _END_SHOWN))
    if not source.read().rstrip(b"\0\x1a \t\r\n").endswith(b"}"):
        raise TruncatedFile(detail="RTF without its last brace")


def _labels(text: str) -> list[_Property]:
    found = []
    for span in _groups(text):
        for one in _PROPERTY.finditer(text, *span):
            name, value = (rtf_text.words(part) for part in one.groups())
            if holds_label(name, value):
                found.append(_Property(one.span(), value))
    return found


def _groups(text: str) -> list[Span]:
    """The user properties, from brace to brace."""
    spans: list[Span] = []
    for opening in _USER_PROPERTIES.finditer(text):
        if spans and opening.start() < spans[-1][1]:
            continue
        try:
            spans.append((opening.start(), rtf_text.group_end(text, opening.start())))
        except TruncatedFile:
            break
    return spans


def _written(label: str) -> str:
    value = rtf_text.escaped(label)
    return f"{{\\propname {FIELD}}}\\proptype{_TEXT_TYPE}{{\\staticval {value}}}"


def _placed(text: str, written: str) -> Edit:
    groups = _groups(text)
    if groups:
        at = groups[0][1] - 1
        return Edit(at, at, written.encode())
    head = rtf_text.head(text)
    at = head.tables if head.info is None else head.info
    return Edit(at, at, f"{{\\*\\userprops {written}}}".encode())


RTF = RtfCarrier()

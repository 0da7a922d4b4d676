"""Subtitles: SRT, WebVTT, ASS and SSA, each in a place that no player shows.

Source: no guide names a place for subtitles; these are the forms used here. WebVTT: a ``NOTE``
block before the first cue (W3C WebVTT 4.1; some readers take one behind the last cue for its
words). ASS and SSA: a line of ``[Script Info]``. SRT knows no comment, and whatever stands behind
a cue is shown with it: the label stands on the last cue's line of times, behind them, where SRT
has always had room for coordinates; readers take two times from that line and no more, so that
what could be taken for a time is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import NoLabelPlace
from colophon.labels.carriers.edits import pieces_of
from colophon.labels.carriers.label_field import FIELD
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.stale_labels import Change
from colophon.labels.carriers.text_file import Span, TextFile, decoded, is_text, rest_of, text_of

_BEGINS = r"(?:\A|(?<=[\r\n]))"
_CLOCK = r"\d{1,3}:\d{1,2}:\d{1,2}(?:[,.:]\d{1,3})?"
SRT_TIMES = re.compile(
    rf"{_BEGINS}[ \t]*(?P<from>{_CLOCK})[ \t]*-+>[ \t]*(?P<to>{_CLOCK})(?P<rest>[^\r\n]*)"
)
"""A cue's line of times, and what stands behind them."""
_SRT_LABEL = re.compile(rf"[ \t]{FIELD}[ \t]*:[ \t]*(?=\{{)")
_VTT_NOTE = re.compile(
    r"(?:(?<=\n\n)|(?<=\n\r\n)|(?<=\n\r)|(?<=\r\r)|\A)NOTE(?:[ \t]+|\r\n|\n|\r)"
    rf"{FIELD}[ \t]*[:=][ \t]*(\{{[^\r\n]*\}})(?=[ \t]*(?:[\r\n]|\Z))"
)
_VTT_HEAD = re.compile(r"WEBVTT(?=[ \t\r\n]|\Z)[^\r\n]*(?:(?:\r\n|\n|\r)[^\r\n]+)*+(?:\r\n|\n|\r)?")
_SCRIPT_INFO = re.compile(rf"{_BEGINS}[ \t]*\[Script Info\][^\r\n]*", re.IGNORECASE)
_SECTION = re.compile(rf"{_BEGINS}[ \t]*\[[^\]\r\n]{{1,60}}\]")
_ASS_LABEL = re.compile(
    rf"{_BEGINS}[ \t]*(?:;[ \t]*)?{FIELD}[ \t]*:[ \t]*(\{{[^\r\n]*\}})(?=[ \t]*(?:[\r\n]|\Z))"
)
_NEWLINES = re.compile(r"\r\n|\n|\r")
_ESCAPES = ((">", r"\u003e"),)
_TIME_IN_VALUE = re.compile(r"(?<=\d):(?=\d)")
_COLON = r"\u003a"


@dataclass(frozen=True, slots=True)
class _Label:
    """What bears a label, and the value in it."""

    span: Span
    value: Span


class _Subtitles:
    """What the three have in common; ``_labels`` and ``_place`` are each one's own."""

    name: str
    media_types: tuple[str, ...]
    forms: tuple[PacketForm, ...] = ("aigc",)
    place: str
    beginning: re.Pattern[str]

    def sniff(self, head: bytes) -> str | None:
        """By the first words a file of this kind has."""
        if not is_text(head):
            return None
        text = decoded(head[: len(head) & ~1] or head).text
        return self.media_types[0] if self.beginning.match(text) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        file = text_of(source)
        labels = self.labels(file.text)
        packets = [Packet("aigc", self.place, _plain(file.bytes_of(one.value))) for one in labels]
        known = [one.span for one in labels]
        return [*packets, rest_of(file, known, (("body", f"{self.name}:body"),))]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        """Raises NoLabelPlace where there is not the least that makes such a file."""
        file = text_of(source)
        label = packets["aigc"].decode("ascii")
        labels = self.labels(file.text)
        changes = [Change(*self.whole(file.text, one.span)) for one in labels[1:]]
        if labels:
            changes.append(Change(*labels[0].span, self.written(label)))
        else:
            changes.append(self.placed(file, label))
        edits = [file.edit(change.start, change.end, change.new) for change in changes]
        return pieces_of(edits, len(file.data))

    def standard_place(self, form: PacketForm) -> str:
        del form
        return self.place

    def labels(self, text: str) -> list[_Label]:
        """The labels in this kind's place, in order."""
        raise NotImplementedError

    def written(self, label: str) -> str:
        """The label as it stands in its place."""
        raise NotImplementedError

    def placed(self, file: TextFile, label: str) -> Change:
        """The label in a file that has none."""
        raise NotImplementedError

    def whole(self, text: str, span: Span) -> Span:
        """What goes with a label that is taken out: its line."""
        newline = _NEWLINES.match(text, span[1])
        return span[0], newline.end() if newline else span[1]


class SrtCarrier(_Subtitles):
    """Carrier of SubRip texts."""

    name = "srt"
    media_types = ("application/x-subrip",)
    place = "srt:times"
    beginning = re.compile(rf"\s*(?:\d+[^\r\n]{{0,80}}\s+)?{_CLOCK}[ \t]*-+>")

    def labels(self, text: str) -> list[_Label]:
        found = []
        for times in SRT_TIMES.finditer(text) if FIELD in text else ():
            named = _SRT_LABEL.finditer(text, times.start("rest"), times.end())
            name = max(named, key=lambda one: one.start(), default=None)
            end = times.start("rest") + len(times["rest"].rstrip(" \t"))
            if name and text[end - 1] == "}":
                found.append(_Label((name.start(), end), (name.end(), end)))
        return found

    def written(self, label: str) -> str:
        return f" {FIELD}:{_TIME_IN_VALUE.sub(lambda _: _COLON, _escaped(label))}"

    def placed(self, file: TextFile, label: str) -> Change:
        at = max((times.end("rest") for times in SRT_TIMES.finditer(file.text)), default=None)
        if at is None:
            raise NoLabelPlace(detail="subtitles without a cue")
        return Change(at, at, self.written(label))

    def whole(self, text: str, span: Span) -> Span:
        del text
        return span


class VttCarrier(_Subtitles):
    """Carrier of WebVTT."""

    name = "vtt"
    media_types = ("text/vtt",)
    place = "vtt:note"
    beginning = re.compile(r"WEBVTT(?=[ \t\r\n]|\Z)")

    def labels(self, text: str) -> list[_Label]:
        return [_Label(found.span(), found.span(1)) for found in _VTT_NOTE.finditer(text)]

    def written(self, label: str) -> str:
        return f"NOTE {FIELD}: {_escaped(label)}"

    def placed(self, file: TextFile, label: str) -> Change:
        head = _VTT_HEAD.match(file.text)
        if head is None:
            raise NoLabelPlace(detail="WebVTT without its first line")
        at = head.end()
        newline = "\r" if file.text[:at].endswith("\r") else file.newline
        before = newline if file.text[:at].endswith(("\n", "\r")) else newline * 2
        after = newline if at == len(file.text) or _NEWLINES.match(file.text, at) else newline * 2
        return Change(at, at, before + self.written(label) + after)


class AssCarrier(_Subtitles):
    """Carrier of Advanced SubStation Alpha and SubStation Alpha."""

    name = "ass"
    media_types = ("text/x-ssa",)
    place = f"ass:script-info:{FIELD}"
    beginning = re.compile(r"\s*(?:[;!][^\r\n]*\s+)*+\[Script Info\]", re.IGNORECASE)

    def labels(self, text: str) -> list[_Label]:
        info = _section(text)
        found = _ASS_LABEL.finditer(text, *info) if info else ()
        return [_Label(one.span(), one.span(1)) for one in found]

    def written(self, label: str) -> str:
        return f"{FIELD}: {label}"

    def placed(self, file: TextFile, label: str) -> Change:
        info = _section(file.text)
        if info is None:
            raise NoLabelPlace(detail="a script without [Script Info]")
        at = info[0] + len(file.text[slice(*info)].rstrip(" \t\r\n"))
        return Change(at, at, file.newline + self.written(label))


def _section(text: str) -> Span | None:
    """What stands in [Script Info], from behind its name."""
    name = _SCRIPT_INFO.search(text)
    if name is None:
        return None
    following = _SECTION.search(text, name.end())
    return name.end(), following.start() if following else len(text)


def _escaped(label: str) -> str:
    for sign, written in _ESCAPES:
        label = label.replace(sign, written)
    return label


def _plain(written: bytes) -> bytes:
    for sign, escape in (*_ESCAPES, (":", _COLON)):
        written = written.replace(escape.encode(), sign.encode())
    return written


SRT, VTT, ASS = SrtCarrier(), VttCarrier(), AssCarrier()

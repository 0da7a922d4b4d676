"""The explicit label of text: a sentence of its own at the start or the end.

Source: GB 45438-2025 5.1 (both elements, legible, at the start, the end or between).

The start is the rule (``auto``), for answers of a line as for books: who reads knows before
reading, a text that is cut off or still streaming bears its label already, and a screen reader
says it first. ``end`` is for dialogues whose surface shows the label below each answer; it is
kept wherever words at the end are certain to be seen, else the label stands at the start. The
label is a line of its own, set apart by direction in a text that runs from right to left.
"""

from __future__ import annotations

import codecs
import re
from html import escape
from pathlib import Path
from typing import Any, Literal

from colophon.errors import EmptyFile, Lang, MalformedFile
from colophon.labels.explicit import html_places, shown, text_formats
from colophon.labels.explicit.limits import STANDARD, Limits
from colophon.labels.explicit.wording import words
from colophon.labels.model import ExplicitWritten, Medium

Form = Literal["plain", "markdown", "html"]
Place = Literal["start", "end"]

FORMS: dict[str, Form] = {
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "text/html": "html",
    "application/xhtml+xml": "html",
}
_LOOK = (
    "display:block margin:0_0_12px padding:4px_10px border:1px_solid_#6B6558 border-radius:4px "
    "background:#FAF8F3 color:#1E1B16 font:14px/1.6_system-ui,sans-serif text-align:start "
    "visibility:visible opacity:1 position:static float:none clip-path:none transform:none "
    "filter:none width:auto height:auto max-width:none max-height:none text-indent:0"
)
STYLE = ";".join(f"{one.replace('_', ' ')}!important" for one in _LOOK.split())
"""What a page's own style sheets cannot undo, save one that is as insistent and inline."""
MARK = 'data-aigc="explicit"'

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_FROM_RIGHT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_FROM_LEFT = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u052f\u3040-\u9fff\uac00-\ud7a3]")
_DIRECTION_SEEN = 2000
"""Characters by which the direction of a text is told."""
_FRONT_MATTER = re.compile(
    r"\A(---|\+\+\+)[ \t]*\r?\n(?s:.*?)^(?:\1|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.MULTILINE
)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$", re.MULTILINE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def apply(
    text: str,
    form: Form,
    wording: str | None = None,
    place: Place = "start",
    lang: Lang = "zh",
) -> tuple[str, ExplicitWritten]:
    """``text`` with the label; applied twice, it is there once.

    At the ``end`` only where that is certain to be seen (no open code fence, comment or
    script), else at the start. Raises WordingNotCompliant.
    """
    label = words(Medium.TEXT, wording, lang)
    labelled, where = _WRITERS[form](text, label, place, _newline(text))
    return labelled, ExplicitWritten(text=label, where=where)


def apply_bytes(
    data: bytes,
    form: Form,
    wording: str | None = None,
    place: Place = "start",
    lang: Lang = "zh",
    *,
    name: str = "text",
    limits: Limits = STANDARD,
) -> tuple[bytes, ExplicitWritten]:
    """As `apply`, in the encoding the bytes are in (byte-order mark, UTF-8, GB 18030).

    Raises TooLarge, EmptyFile, MalformedFile (no such encoding).
    """
    limits.check("bytes", len(data), limits.text_bytes, name)
    if not data:
        raise EmptyFile(file=name)
    mark, encoding, text = _decoded(data, name)
    labelled, written = apply(text, form, wording, place, lang)
    return mark + labelled.encode(encoding), written


def apply_file(
    source: Path,
    target: Path,
    media_type: str,
    *,
    wording: str | None,
    lang: Lang,
    position: str,
    limits: Limits,
    **_unused: Any,
) -> ExplicitWritten | None:
    """The door `dispatch.apply` calls; ``position`` is ``start``, ``end`` or ``auto`` (start).

    None, and no target, where a text of this type has no room for words of its own.
    """
    limits.check("bytes", source.stat().st_size, limits.text_bytes, source.name)
    place: Place = "end" if position == "end" else "start"
    data, name = source.read_bytes(), source.name
    written: ExplicitWritten | None
    if media_type in text_formats.WRITERS:
        label = words(Medium.TEXT, wording, lang)
        data, written = _in_format(data, media_type, label, place, name)
    else:
        form = FORMS.get(media_type, "plain")
        data, written = apply_bytes(data, form, wording, place, lang, name=name, limits=limits)
    if written is not None:
        target.write_bytes(data)
    return written


def _in_format(
    data: bytes, media_type: str, label: str, place: Place, name: str
) -> tuple[bytes, ExplicitWritten | None]:
    if not data:
        raise EmptyFile(file=name)
    rtf = media_type in shown.RTF
    mark, encoding, text = (b"", "latin-1", data.decode("latin-1")) if rtf else _decoded(data, name)
    made = text_formats.write(text, label, place, _newline(text), media_type)
    if made is None:
        return data, None
    labelled, where = made
    return mark + labelled.encode(encoding), ExplicitWritten(text=label, where=where)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _isolated(label: str, text: str) -> str:
    """The label with marks of its own direction, where the text runs from right to left."""
    seen = text[:_DIRECTION_SEEN]
    from_right = len(_FROM_RIGHT.findall(seen))
    return f"\u2066{label}\u2069" if from_right > len(_FROM_LEFT.findall(seen)) else label


def _decoded(data: bytes, name: str) -> tuple[bytes, str, str]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return mark, encoding, _strict(data[len(mark) :], encoding, name)
    try:
        return b"", "utf-8", data.decode("utf-8")
    except UnicodeDecodeError:
        return b"", "gb18030", _strict(data, "gb18030", name)


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise MalformedFile(file=name, detail=f"not {encoding} at byte {error.start}") from error


def _plain(text: str, label: str, place: Place, newline: str) -> tuple[str, str]:
    line = _isolated(label, text)
    end = text_formats.label_line(text)
    lines = [one.strip().strip("\u2066\u2069") for one in text[:end].strip().splitlines()]
    if lines and label in (lines[0], lines[-1]):
        return text, "start" if lines[0] == label else "end"
    if place == "start":
        return f"{line}{newline}{newline}{text}", "start"
    return f"{_ended(text[:end], newline)}{newline}{line}{newline}{text[end:]}", "end"


def _markdown(text: str, label: str, place: Place, newline: str) -> tuple[str, str]:
    quote = f"> {_isolated(label, text)}"
    matter = _FRONT_MATTER.match(text)
    head = text[: matter.end()] if matter else ""
    body = text[len(head) :]
    lines = body.strip().splitlines()
    if lines and quote in (lines[0], lines[-1]):
        return text, "start" if lines[0] == quote else "end"
    if place == "end" and not _open_at_end(body):
        return f"{head}{_ended(body, newline)}{newline}{quote}{newline}", "end"
    gap = newline if head and not head.endswith("\n") else ""
    before = newline if head else ""
    return f"{head}{gap}{before}{quote}{newline}{newline}{body.lstrip(chr(10) + chr(13))}", "start"


def _open_at_end(body: str) -> bool:
    """A code fence or a hidden HTML passage runs to the end: words there would not be read."""
    fence = ""
    for found in _FENCE.finditer(body):
        ticks, rest = found[1], found[2].strip()
        if not fence:
            fence = ticks
        elif ticks[0] == fence[0] and len(ticks) >= len(fence) and not rest:
            fence = ""
    return bool(fence) or html_places.find(body).end is None


def _html(text: str, label: str, place: Place, newline: str) -> tuple[str, str]:
    spoken = "zh" if _CHINESE.search(label) else "en"
    traits = f'{MARK} role="note" lang="{spoken}" dir="ltr" style="{STYLE}"'
    element = f"<p {traits}>{escape(label)}</p>"
    places = html_places.find(text)
    at, where = places.start, "start"
    known = re.compile(rf"<p {MARK}[^<>]{{0,2000}}>{re.escape(escape(label))}</p>")
    if known.match(text, at + len(text[at:]) - len(text[at:].lstrip())):
        return text, where
    if places.end is not None and (last := text.rfind(f"<p {MARK}", 0, places.end)) >= 0:
        found = known.match(text, last)
        if found and not text[found.end() : places.end].strip():
            return text, "end"
    if place == "end" and places.end is not None:
        at, where = places.end, "end"
    before = "" if at == 0 or text[at - 1] == "\n" else newline
    return f"{text[:at]}{before}{element}{newline}{text[at:]}", where


def _ended(text: str, newline: str) -> str:
    return text if not text or text.endswith("\n") else text + newline


_WRITERS = {"plain": _plain, "markdown": _markdown, "html": _html}

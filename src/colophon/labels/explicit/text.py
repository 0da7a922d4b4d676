"""The explicit label of text: a sentence of its own at the start or the end.

Source: GB 45438-2025 5.1 (both elements, legible, at the start, the end or between).
"""

from __future__ import annotations

import codecs
import re
from html import escape
from pathlib import Path
from typing import Any, Literal

from colophon.errors import EmptyFile, Lang, MalformedFile
from colophon.labels.explicit import html_places
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
STYLE = (
    "display:block;margin:0 0 12px;padding:4px 10px;border:1px solid #6B6558;border-radius:4px;"
    "background:#FAF8F3;color:#1E1B16;font:14px/1.6 system-ui,sans-serif;text-align:left"
)
MARK = 'data-aigc="explicit"'

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
    newline = "\r\n" if "\r\n" in text else "\n"
    labelled, where = _WRITERS[form](text, label, place, newline)
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
) -> ExplicitWritten:
    """The door `dispatch.apply` calls; ``position`` is ``start``, ``end`` or ``auto`` (start)."""
    limits.check("bytes", source.stat().st_size, limits.text_bytes, source.name)
    place: Place = "end" if position == "end" else "start"
    form = FORMS.get(media_type, "plain")
    data, written = apply_bytes(
        source.read_bytes(), form, wording, place, lang, name=source.name, limits=limits
    )
    target.write_bytes(data)
    return written


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
    lines = text.strip().splitlines()
    if lines and label in (lines[0].strip(), lines[-1].strip()):
        return text, "start" if lines[0].strip() == label else "end"
    if place == "start":
        return f"{label}{newline}{newline}{text}", "start"
    return f"{_ended(text, newline)}{newline}{label}{newline}", "end"


def _markdown(text: str, label: str, place: Place, newline: str) -> tuple[str, str]:
    quote = f"> {label}"
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
    element = f'<p {MARK} style="{STYLE}">{escape(label)}</p>'
    places = html_places.find(text)
    at, where = places.start, "start"
    if text[at:].lstrip().startswith(element):
        return text, where
    if places.end is not None and text[: places.end].rstrip().endswith(element):
        return text, "end"
    if place == "end" and places.end is not None:
        at, where = places.end, "end"
    before = "" if at == 0 or text[at - 1] == "\n" else newline
    return f"{text[:at]}{before}{element}{newline}{text[at:]}", where


def _ended(text: str, newline: str) -> str:
    return text if not text or text.endswith("\n") else text + newline


_WRITERS = {"plain": _plain, "markdown": _markdown, "html": _html}

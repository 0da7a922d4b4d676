"""Finding the explicit label of a text: a short line of its own near the start or the end.

Source: GB 45438-2025 5.1.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass
from html import unescape

from colophon.labels import credential_places
from colophon.labels.explicit import shown
from colophon.labels.explicit.wording import is_compliant

NEAR = 8
"""Lines with words, from either end, in which a label is looked for."""
LONGEST = 60
"""Characters a label's line has at most; a longer one is content that speaks of AI."""
_EDGE = 16 * 1024
_FRONT_MATTER = re.compile(
    r"\A\ufeff?(?:---|\+\+\+)[ \t]*\r?\n.*?\n(?:---|\+\+\+|\.\.\.)[ \t]*\r?\n", re.DOTALL
)
_UNSEEN = re.compile(r"<!--|<(script|style|head|title)\b", re.IGNORECASE)
_CLOSED = {
    word: re.compile(rf"</{word}\s{{0,400}}>", re.IGNORECASE)
    for word in ("script", "style", "head", "title")
}
_COMMENT_CLOSED = re.compile("-->")
_BLOCK = re.compile(
    r"</?(?:p|div|aside|li|h[1-6]|br|section|main|body|header|footer)\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_MARKS = re.compile(
    r"^[\s>#*_`\-–—【\[(（\u2066-\u2069]+"
    r"|(?<![\s*_`\-–—】\])）\u2066-\u2069])[\s*_`\-–—】\])）\u2066-\u2069]++$"
)
_METADATA = re.compile(r"[^\w\r\n]{0,8}AIGC[:= ]\s*\{")
_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Words:
    """The label's words and where they stand: start or end."""

    text: str
    where: str


def in_words(data: bytes, media_type: str) -> Words | None:
    """The explicit label of a text file, or None. Bounded: only both ends are looked at.

    Of source code its comments count, of subtitles the cues, of a notebook its first and last
    cell, of RTF the words.
    """
    # A manifest at the end is not seen; the label before it is.
    with suppress(credential_places.MisplacedManifest):
        if media_type in credential_places.TEXTS:
            data = credential_places.without(data, media_type)
    return in_text(
        data.decode("latin-1") if media_type in shown.RTF else _decoded(data), media_type
    )


def in_text(text: str, media_type: str, label: str | None = None) -> Words | None:
    """As `in_words`, of a text that is decoded already (RTF: one character a byte); ``label``:
    these very words alone count.
    """
    seen = shown.text_of(text, media_type)
    if seen is not None:
        return _search(seen, label, html=False)
    if media_type in _HTML:
        return _search(_TAG.sub("", _BLOCK.sub("\n", _seen(text))), label, html=True)
    front = _FRONT_MATTER.sub("", text[:_EDGE], count=1)
    return _search(front + text[_EDGE:], label, html=False)


def _seen(html: str) -> str:
    """What is left without comments, scripts and the head, in one pass. What never closes hides
    all that follows, as in a browser; a head need not close.
    """
    kept: list[str] = []
    at, looked, closed_heads = 0, 0, True
    while opening := _UNSEEN.search(html, looked):
        word = (opening[1] or "").lower()
        if word == "head" and not closed_heads:
            looked = opening.end()
            continue
        closing = _CLOSED.get(word, _COMMENT_CLOSED).search(html, opening.end())
        if closing is None and word == "head":
            closed_heads = False
            continue
        kept.append(html[at : opening.start()])
        if closing is None:
            return "\n".join(kept)
        at = looked = closing.end()
    return "\n".join([*kept, html[at:]])


def _search(text: str, label: str | None, *, html: bool) -> Words | None:
    short = len(text) <= _EDGE
    for where, part in (("start", text[:_EDGE]), ("end", text[-_EDGE:])):
        lines = [line for line in part.splitlines() if line.strip() and not _METADATA.match(line)]
        for place, line in enumerate(lines[:NEAR] if where == "start" else lines[: -NEAR - 1 : -1]):
            words = _MARKS.sub("", unescape(line) if html else line)
            if words == label or (label is None and _is_label(words)):
                behind = short and where == "start" and place > len(lines) - 1 - place
                return Words(words, "end" if behind else where)
    return None


def _is_label(words: str) -> bool:
    return len(words) <= LONGEST and is_compliant(words)


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")

"""Bytes as found to text, and text out of the escapes that other writers wrap around JSON.

Everything here is tolerant and linear in the size of what it is given.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import unquote

_EXIF_CHARSETS = (b"ASCII\0\0\0", b"UNICODE\0", b"JIS\0\0\0\0\0", b"\0\0\0\0\0\0\0\0")
_UTF16_MARKS = ("ProduceID", "ContentProdu", "Label", "AIGC")
_BACKSLASHED = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_CONTROL = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "0": ""}


@dataclass(frozen=True, slots=True)
class Decoded:
    """``stray``: NULs or a byte order mark were taken out; ``encoding``: as recognised."""

    text: str
    encoding: str = "utf-8"
    stray: bool = False


def decode(data: bytes | str) -> Decoded:
    """Text from bytes in UTF-8, UTF-16 or GB 18030, with or without a mark; never fails."""
    if isinstance(data, str):
        text = data.replace("\0", "").removeprefix("\ufeff")
        return Decoded(text, stray=len(text) != len(data))
    data = _without_charset(data)
    wide = _wide(data)
    if wide is not None:
        return Decoded(wide.replace("\0", ""), "utf-16")
    bare = data.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"")
    stray = len(bare) != len(data)
    for encoding in ("utf-8", "gb18030"):
        try:
            return Decoded(bare.decode(encoding), encoding, stray)
        except UnicodeDecodeError:
            continue
    return Decoded(bare.decode("utf-8", errors="replace"), "unknown", stray)


def _without_charset(data: bytes) -> bytes:
    """Exif names the character set of a comment in its first eight bytes."""
    for prefix in _EXIF_CHARSETS:
        if data.startswith(prefix):
            return data[len(prefix) :]
    return data


def _wide(data: bytes) -> str | None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if b"\0" not in data:
        return None
    # Either byte order matches the other's text one byte off: an even place is the right one.
    found = [
        (at % 2, encoding)
        for encoding in ("utf-16-le", "utf-16-be")
        for at in (data.find(mark.encode(encoding)) for mark in _UTF16_MARKS)
        if at >= 0
    ]
    if not found:
        return None
    offset, encoding = min(found)
    return data[offset:].decode(encoding, errors="replace").removeprefix("\ufeff")


@dataclass(frozen=True, slots=True)
class Escape:
    """One way in which quotes were written, and the way back. ``brace``: how ``{`` looks."""

    name: str  # none | backslash | entity | percent | unicode
    depth: int = 1
    brace: str = "{"

    def undo(self, text: str) -> str:
        """The text with this escape taken off."""
        for _ in range(self.depth):
            text = _UNDO[self.name](text)
        return text


PLAIN = Escape("none", 0)
_BEFORE_KEY = re.compile(
    r"(?:(?P<slashes>\\+)[\"']|(?P<entity>&(?:(?P<amp>amp;)*)(?:quot|apos|#0*3[49]|#[xX]0*2[27]);)"
    r"|(?P<percent>%2[27])|(?P<unicode>\\+u002[27]))\Z"
)
_LONGEST_ESCAPE = 32
_DEEPEST = 4


def escape_before(text: str, key_start: int) -> Escape:
    """How the quote just before a key at ``key_start`` is escaped."""
    match = _BEFORE_KEY.search(text, max(0, key_start - _LONGEST_ESCAPE), key_start)
    if match is None:
        return PLAIN
    if match["slashes"]:
        # 1, 3, 7 … backslashes: each level of encoding doubles them and adds one.
        return Escape("backslash", min(_DEEPEST, len(match["slashes"]).bit_length()))
    if match["entity"]:
        return Escape("entity", min(_DEEPEST, 1 + (match["amp"] or "").count("amp;")))
    if match["percent"]:
        return Escape("percent", 1, "%7B")
    return Escape("unicode", 1)


def unbackslash(text: str) -> str:
    """Takes one level of backslash escapes off, as JSON, JavaScript and Python write them."""
    return _BACKSLASHED.sub(_plain_character, text)


def _plain_character(match: re.Match[str]) -> str:
    escaped = match[1]
    if len(escaped) > 1:
        return chr(int(escaped[1:], 16))
    return _CONTROL.get(escaped, escaped)


_UNDO = {
    "backslash": unbackslash,
    "unicode": unbackslash,
    "entity": html.unescape,
    "percent": unquote,
}

"""RTF as text: its groups, what a destination says, where the document begins.

Source: Rich Text Format 1.9.1. A linear scan without a tree; binary data are leapt over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from colophon.errors import TruncatedFile

Span = tuple[int, int]
_BRACE = re.compile(r"\\bin(\d{1,10})[ ]?|\\[\s\S]|[{}]")
_WORD = re.compile(r"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?")
_DESTINATION = re.compile(r"\{\s*(\\\*\s*)?\\([a-zA-Z]{1,32})")
_TOKEN = re.compile(
    r"\\bin(?P<bin>\d{1,10})[ ]?|\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})?[ ]?"
    r"|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<sign>[\s\S])|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)"
)
_LINES = {"par", "line", "sect", "page", "row", "cell", "nestcell", "nestrow"}
_SIGNS = {"emdash": "—", "endash": "–", "tab": "\t", "bullet": "•", "lquote": "‘", "rquote": "’"}
_SILENT = {"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "filetbl", "listtable"}
_CONTENT_GROUPS = {"pict", "object"}
_ASIDE = ("header", "footer", "ftn", "aftn", "background")
_CONTENT = {"pard", "plain", "par", "trowd", "u", "tab", "line", "page", "sect", "intbl", "pntext"}
_SYMBOL_BYTES = 0x80


@dataclass(frozen=True, slots=True)
class Head:
    """``tables``: where the last table or other destination before the words ends; ``info``:
    where ``{\\info}`` ends, None without; ``words``: where the document itself begins."""

    tables: int
    info: int | None
    words: int


def head(text: str) -> Head:
    """Never fails: a group without end is where the words are taken to begin."""
    opening = re.compile(r"\s*\{\s*\\rtf\d*[ ]?").match(text)
    at = tables = opening.end() if opening else 0
    info, grouped = None, False
    while at < len(text):
        if text[at] in "\r\n\t ":
            at += 1
        elif word := _WORD.match(text, at):
            if word[1] in _CONTENT:
                break
            at = word.end()
            tables = tables if grouped else at
        elif (group := _DESTINATION.match(text, at)) and _aside(group):
            try:
                at, grouped = group_end(text, at), True
            except TruncatedFile:
                break
            if not group[2].startswith(_ASIDE):
                tables = at
            info = at if group[2] == "info" else info
        else:
            break
    return Head(tables, info, at)


def _aside(group: re.Match[str]) -> bool:
    if group[2] in _CONTENT_GROUPS:
        return False
    return bool(group[1]) or group[2] in _SILENT or group[2].startswith(_ASIDE)


def group_end(text: str, start: int) -> int:
    """Behind the brace that closes the group at ``start``. Raises TruncatedFile."""
    depth, at = 0, start
    while found := _BRACE.search(text, at):
        at = found.end()
        if found[1]:
            at += int(found[1])
        elif found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth -= 1
            if depth == 0:
                return at
    raise TruncatedFile(detail="an RTF group without end")


def escaped(text: str) -> str:
    """Any text as RTF: signs escaped, other characters by their number."""
    parts = []
    for sign in text:
        if sign in "\\{}":
            parts.append("\\" + sign)
        elif ord(sign) < _SYMBOL_BYTES:
            parts.append(sign)
        else:
            units = sign.encode("utf-16-le")
            for at in range(0, len(units), 2):
                number = int.from_bytes(units[at : at + 2], "little", signed=True)
                parts.append(f"\\u{number}?")
    return "".join(parts)


def words(text: str, codec: str = "cp1252", start: int = 0) -> str:
    """What a reader sees of RTF, one line a paragraph; destinations that show nothing left out."""
    parts: list[str] = []
    at, skip, depth, hidden = start, 0, 0, 0
    while found := _TOKEN.match(text, at):
        at = found.end()
        if found["bin"]:
            at += int(found["bin"])
        elif found["brace"]:
            depth += 1 if found["brace"] == "{" else -1
            if hidden and depth < hidden:
                hidden = 0
            if found["brace"] == "{" and not hidden and _hides(text, found.start()):
                hidden = depth
        elif not hidden:
            shown = _shown(found, codec)
            if skip and (found["hex"] or found["text"]):
                shown, skip = shown[skip:], 0
            parts.append(shown)
            skip = 1 if found["word"] == "u" else skip
    raw = "".join(parts)
    return raw.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _hides(text: str, at: int) -> bool:
    group = _DESTINATION.match(text, at, at + 200)
    return bool(group and (group[1] or group[2] in _SILENT))


def _shown(found: re.Match[str], codec: str) -> str:
    word = found["word"]
    if word == "u" and found["number"]:
        return chr(int(found["number"]) & 0xFFFF)
    if word:
        return "\n" if word in _LINES else _SIGNS.get(word, "")
    if found["hex"]:
        return bytes.fromhex(found["hex"]).decode(codec, "replace")
    if found["sign"]:
        return {"~": "\xa0", "_": "-", "\n": "\n", "\r": "\n"}.get(
            found["sign"], found["sign"] if found["sign"] in "\\{}" else ""
        )
    return found["text"] or ""

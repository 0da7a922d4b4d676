"""The explicit label in texts that are neither prose nor markup: code, subtitles, cells, RTF.

Source: GB 45438-2025 5.1. In each the words stand where its own readers show them: a comment
line, a cue, a Markdown cell, a paragraph. CSV and JSON have no words of their own for a reader,
so that no explicit label can lie in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from colophon.errors import ColophonError
from colophon.labels.carriers import code_ends, json_spans, rtf_text
from colophon.labels.carriers.edits import applied
from colophon.labels.carriers.languages import BY_MEDIA_TYPE, MARKUP, PHP_TAG, Comment
from colophon.labels.explicit import finding, shown, text_cues

Placed = tuple[str, str]
"""The labelled text, and where the label stands: start or end."""
Writer = Callable[[str, str, str, str], Placed | None]
"""Of text, label, place (start, end) and newline; None where the text has no room for one."""

_FIRST = re.compile(
    r"#!|.*-\*-|.*\bcoding[:=]|.*frozen_string_literal|#cloud-config|%&|.*swift-tools-version"
    r"|@charset|.*\bvim?:|# ?syntax=|@echo\b",
    re.IGNORECASE,
)
"""A line that its readers look for among the first ones."""
_MOST_FIRST = 3
_DOCBLOCK = re.compile(r"\s*/\*\*.{0,4096}?\*/[ \t]*(?:\r\n|\n|\r|\Z)", re.DOTALL)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,400}\?>")
_LABEL_LINE = re.compile(r"(?:\A|(?<=[\r\n]))[^\w\r\n]{0,8}AIGC[: ][ \t]*\{[^\r\n]*[\r\n]*\Z")
_LABEL_REACH = 64 * 1024
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_ENDERS = (("*/", "* /"), ("--", "- -"), ("?>", "? >"))
_ATTACHING = ("text/x-go", "text/x-objective-c")
"""Where a comment right above the code is taken for its documentation."""
_RTF_PARAGRAPH = "{{\\uc1\\pard\\plain\\ltrpar\\ql\\fs21 {words}\\par}}"
_RTF_ENDED = re.compile(r"\\par[ ]?\s*\Z")
_CELL_ID = "aigc-explicit-label"
_FIRST_WITH_IDS = (4, 5)


def _code(text: str, label: str, place: str, newline: str, media_type: str) -> Placed:
    comment = _comment(media_type)
    words = label
    for sign, apart in _ENDERS if comment.after or comment is PHP_TAG else ():
        words = words.replace(sign, apart)
    line = f"{comment.before}{words}{comment.after}"
    end = _code_end(text, media_type) if place == "end" else None
    if end is not None:
        return f"{text[:end]}{line}{newline}{text[end:]}", "end"
    if media_type == "text/x-php":
        return _php_start(text, words, newline), "start"
    at = _code_start(text, media_type)
    before = newline if at and text[at - 1] not in "\r\n" else ""
    after = newline * (2 if media_type in _ATTACHING else 1)
    return f"{text[:at]}{before}{line}{after}{text[at:]}", "start"


def _comment(media_type: str) -> Comment:
    return MARKUP if media_type == "application/xml" else BY_MEDIA_TYPE[media_type].comment


def _code_start(text: str, media_type: str) -> int:
    if media_type == "application/xml":
        declaration = _DECLARATION.match(text)
        return declaration.end() if declaration else 0
    at = 0
    for _ in range(_MOST_FIRST):
        line = _LINE.match(text, at)
        first_comment = media_type == "application/yaml" and at == 0 and text.startswith("#")
        if not line or not line[0] or not (_FIRST.match(line[0][:200]) or first_comment):
            break
        at = line.end()
    docblock = _DOCBLOCK.match(text, at)
    return docblock.end() if docblock and "@" in docblock[0] else at


def _php_start(text: str, words: str, newline: str) -> str:
    opening = re.compile(r"(?:#![^\r\n]*(?:\r\n|\n|\r))?<\?php(\r\n|\n|\r|[ \t])").match(text)
    if opening is None:
        hashbang = _LINE.match(text) if text.startswith("#!") else None
        at = hashbang.end() if hashbang else 0
        return f"{text[:at]}{PHP_TAG.before}{words}{PHP_TAG.after}{newline}{text[at:]}"
    at = opening.end()
    added = f"// {words}{newline}" if opening[1].strip(" \t") else f"/* {words} */ "
    return text[:at] + added + text[at:]


def _code_end(text: str, media_type: str) -> int | None:
    """Where a comment may stand last, before the metadata label's line; None in any doubt."""
    joins = BY_MEDIA_TYPE[media_type].joins
    if media_type == "text/x-php" or code_ends.joined(text, joins):
        return None
    if not text.endswith(("\n", "\r")):
        return None
    try:
        if media_type == "application/yaml" and code_ends.yaml(text) is None:
            return None
        if code_ends.ENDS.get(media_type, len)(text) != len(text):
            return None
    except ColophonError:
        return None
    return label_line(text)


def label_line(text: str) -> int:
    """Where the metadata label's last line begins; where there is none, the end."""
    found = _LABEL_LINE.search(text, max(0, len(text) - _LABEL_REACH))
    return found.start() if found else len(text)


def _rtf(text: str, label: str, place: str, newline: str) -> Placed:
    del newline
    paragraph = _RTF_PARAGRAPH.format(words=rtf_text.escaped(label))
    if place == "end":
        at = max(0, text.rfind("}"))
        before = "" if _RTF_ENDED.search(text[max(0, at - 40) : at]) else "\\par"
        return text[:at] + before + paragraph + text[at:], "end"
    at = rtf_text.head(text).words
    return text[:at] + paragraph + text[at:], "start"


def _notebook(text: str, label: str, place: str, newline: str) -> Placed | None:
    del newline
    data = text.encode()
    root = json_spans.root(data)
    cells = root.get("cells")
    if cells is None or not json_spans.is_array(data, cells):
        return None
    array = json_spans.array_at(data, cells.value)
    written = _cell(data, root, label)
    if place == "end" or not array.elements:
        where = "end" if array.elements else "start"
        return applied(data, json_spans.appended(data, array, [written])).decode(), where
    first = array.elements[0][0]
    space = data[array.start + 1 : first]
    return (data[:first] + written + b"," + space + data[first:]).decode(), "start"


def _cell(data: bytes, root: json_spans.Object, label: str) -> bytes:
    import json

    version = tuple(_whole(data, root.get(name)) for name in ("nbformat", "nbformat_minor"))
    cell = {"cell_type": "markdown", "metadata": {}, "source": [f"> {label}"]}
    if version >= _FIRST_WITH_IDS:
        taken = data.count(_CELL_ID.encode())
        cell["id"] = f"{_CELL_ID}-{taken + 1}" if taken else _CELL_ID
    return json.dumps(cell, ensure_ascii=False).encode()


def _whole(data: bytes, member: json_spans.Member | None) -> int:
    raw = data[member.value : member.end] if member else b""
    return int(raw) if raw.isdigit() and len(raw) < 6 else 0


WRITERS: Mapping[str, Writer] = {
    **{media_type: partial(_code, media_type=media_type) for media_type in BY_MEDIA_TYPE},
    **dict.fromkeys(shown.RTF, _rtf),
    shown.SRT: text_cues.srt,
    shown.VTT: text_cues.vtt,
    shown.ASS: text_cues.ass,
    shown.NOTEBOOK: _notebook,
}


def write(text: str, label: str, place: str, newline: str, media_type: str) -> Placed | None:
    """The text with the label once; ``text`` of RTF is one character a byte.

    None where there is no room for an explicit label in it (a notebook of version 3).
    """
    found = finding.in_text(text, media_type, label)
    if found is not None:
        return text, found.where
    return WRITERS[media_type](text, label, place, newline)

"""Where a manifest store lies in a text, and what of the text it binds.

Source: C2PA 2.4, A.7 (HTML: an element of the head), A.8 (unstructured text: a run of variation
selectors, which nobody sees), A.9 (structured text: a comment). The bytes given back as bound
are those that offsets and hashes count over: of unstructured text its UTF-8 in normal form C,
of the others the file as it is.

In a plain text the run has a line of its own before the label's last line, not behind the words:
a line that ends with it would no longer be the words that a reader of explicit labels knows.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from colophon.errors import CredentialFailed

LARGEST = 16 * 1024 * 1024
"""Bytes of a text that a manifest is put into or looked for in."""
PLAIN, HTML, MARKDOWN = "text/plain", "text/html", "text/markdown"
TEXTS = frozenset((PLAIN, HTML, MARKDOWN))
MULTIPLE = {
    PLAIN: "manifest.text.multipleWrappers",
    HTML: "manifest.html.multipleManifests",
    MARKDOWN: "manifest.structuredText.multipleReferences",
}
CORRUPTED = "manifest.text.corruptedWrapper"

_MAGIC = b"C2PATXT\0"
_VERSION = 1
_HEADER = len(_MAGIC) + 5
_PREFIX = "\ufeff"
_BEGIN, _END = b"-----BEGIN C2PA MANIFEST-----", b"-----END C2PA MANIFEST-----"
_DATA_URI = b"data:application/c2pa;base64,"
_SELECTORS = [chr(0xFE00 + byte) if byte < 16 else chr(0xE0100 + byte - 16) for byte in range(256)]
_LONG = bytes(range(16, 256))
_BYTES = {ord(selector): byte for byte, selector in enumerate(_SELECTORS)}
_WRAPPER = re.compile(
    _PREFIX + "".join(_SELECTORS[byte] for byte in _MAGIC) + "[\ufe00-\ufe0f\U000e0100-\U000e01ef]*"
)
_LABEL_LINE = re.compile(
    r"(?:\r\n|\n|\r|\A)[ \t]*(?:[#/;%*-]+[ \t]*)?AIGC[ \t]*[:=][ \t]*\{[^\r\n]*\}[ \t\r\n]*\Z"
)
_TAIL = 256 * 1024
_ELEMENT = re.compile(rb"<script\b[^<>]{0,900}>([^<]*)</script\s{0,9}>", re.IGNORECASE)
_ELEMENT_MARK = re.compile(rb"\btype\s{0,9}=\s{0,9}[\"']?application/c2pa\b", re.IGNORECASE)
_LINK_MARK = re.compile(rb"\brel\s{0,9}=\s{0,9}[\"']?c2pa-manifest\b", re.IGNORECASE)
_LONGEST_TAG = 500
_LINE_END = re.compile(rb"[\r\n]|\Z")
_BEFORE_BLOCK = re.compile(rb"[^\r\n]{0,16}\Z")
MARKS = {
    PLAIN: "".join(_SELECTORS[byte] for byte in _MAGIC).encode(),
    HTML: b"application/c2pa",
    MARKDOWN: _BEGIN,
}


class MisplacedManifest(ValueError):
    """There is a manifest of which no one can be sure; the message is C2PA's status code."""


@dataclass(frozen=True, slots=True)
class Place:
    """A store (empty for one not made yet) and the range of ``bound`` that it takes up."""

    manifest: bytes
    bound: bytes
    start: int
    length: int


def mentions(data: bytes, media_type: str) -> bool:
    """Whether a text speaks of a manifest in the way of its type; cheap."""
    return MARKS[media_type] in data


def locate(data: bytes, media_type: str) -> Place | None:
    """The manifest in a text. Raises MisplacedManifest."""
    if not mentions(data, media_type):
        return None
    if media_type == PLAIN:
        return _in_plain(data)
    return _in_html(data) if media_type == HTML else _in_comment(data)


def without(data: bytes, media_type: str) -> bytes:
    """The text as it was before a manifest was put in. Raises MisplacedManifest."""
    place = locate(data, media_type)
    if place is None:
        return data
    if media_type != PLAIN:
        end = place.start + place.length
        return data[: place.start] + data[end:]
    text = data.decode("utf-8")
    match = _WRAPPER.search(text)
    if match is None:  # the normal form has one, the stored form must
        raise MisplacedManifest(CORRUPTED)
    line = re.search(r"(?:\r\n|\n|\r)\Z", text[max(0, match.start() - 2) : match.start()])
    start = match.start() - (len(line[0]) if line else 0)
    return (text[:start] + text[match.end() :]).encode()


def inserted(data: bytes, media_type: str, manifest: bytes, room: int = 0) -> tuple[bytes, Place]:
    """A text that holds no manifest yet, with one: the new file, and where the manifest lies.

    An element or a comment takes up at least ``room`` bytes. Raises CredentialFailed when the
    text is not UTF-8 or offers no place.
    """
    if b"\0" in data:
        raise CredentialFailed(detail="UTF-16")
    if media_type == PLAIN:
        return _into_plain(data, manifest)
    into = _into_html if media_type == HTML else _into_comment
    return into(data, base64.b64encode(manifest), manifest, room)


def taken(empty: Place, media_type: str, manifest: bytes, room: int = 0) -> int:
    """The bytes a manifest will take up in a text where an empty one takes up ``empty``."""
    if media_type != PLAIN:
        return max(room, empty.length + 4 * -(-len(manifest) // 3))
    raw = _wrapped(manifest)
    # The first sixteen selectors are three bytes long, as the prefix; the others four.
    return len(_PREFIX.encode()) + 4 * len(raw) - len(raw.translate(None, _LONG))


def _wrapped(manifest: bytes) -> bytes:
    return _MAGIC + bytes([_VERSION]) + len(manifest).to_bytes(4, "big") + manifest


def _in_plain(data: bytes) -> Place | None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    normal = unicodedata.normalize("NFC", text)
    found = list(islice(_WRAPPER.finditer(normal), 2))
    if len(found) > 1:
        raise MisplacedManifest(MULTIPLE[PLAIN])
    if not found:
        return None
    raw = bytes(_BYTES[ord(selector)] for selector in found[0][0][1:])
    size = int.from_bytes(raw[_HEADER - 4 : _HEADER], "big")
    if len(raw) < _HEADER or raw[8] != _VERSION or len(raw) < _HEADER + size:
        raise MisplacedManifest(CORRUPTED)
    start = len(normal[: found[0].start()].encode())
    length = len(found[0][0].encode())
    return Place(raw[_HEADER : _HEADER + size], normal.encode(), start, length)


def _into_plain(data: bytes, manifest: bytes) -> tuple[bytes, Place]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CredentialFailed(detail="UTF-8") from error
    label = _LABEL_LINE.search(text, max(0, len(text) - _TAIL))
    at = label.start() if label else len(text)
    if not text[:at].strip():
        raise CredentialFailed(detail="no words")
    head = text[:at] + ("\r\n" if "\r\n" in text else "\n")
    raw = _wrapped(manifest)
    wrapper = _PREFIX + "".join(_SELECTORS[byte] for byte in raw)
    whole = head + wrapper + text[at:]
    bound = unicodedata.normalize("NFC", whole).encode()
    # The prefix and the selectors compose with nothing: the parts' normal forms are the whole's.
    start = len(unicodedata.normalize("NFC", head).encode())
    return whole.encode(), Place(manifest, bound, start, len(wrapper.encode()))


def _in_html(data: bytes) -> Place | None:
    matches = (_ELEMENT.match(data, at) for at in _tags(data, _ELEMENT_MARK, b"<script"))
    stores = ((element, _decoded(element[1])) for element in matches if element)
    found = list(islice(((element, store) for element, store in stores if store), 2))
    links = list(islice(_tags(data, _LINK_MARK, b"<link"), 1))
    if len(found) + (len(links) if found else 0) > 1:
        raise MisplacedManifest(MULTIPLE[HTML])
    if not found:
        return None  # none, or a link: nothing is fetched
    element, store = found[0]
    return Place(store, data, element.start(), len(element[0]))


def _tags(data: bytes, mark: re.Pattern[bytes], name: bytes) -> Iterator[int]:
    """Where the tags of a name begin that bear a mark; the mark is looked for first, for it is
    rare, and what begins a tag may be all the file is made of.
    """
    for found in mark.finditer(data):
        start = max(0, found.start() - _LONGEST_TAG)
        at = data[start : found.start()].lower().rfind(name)
        if at >= 0 and b">" not in data[start + at : found.start()]:
            yield start + at


def _into_html(data: bytes, encoded: bytes, manifest: bytes, room: int) -> tuple[bytes, Place]:
    from colophon.labels.carriers.html import outline
    from colophon.labels.carriers.text_file import decoded

    file = decoded(data)
    found = outline(file.text)
    if found.head is None:
        raise CredentialFailed(detail="<head>")
    at = file.edit(found.head_end, found.head_end, "").start
    element = _filled(b'<script type="application/c2pa">' + encoded, b"</script>", room)
    whole = data[:at] + element + data[at:]
    return whole, Place(manifest, whole, at, len(element))


def _in_comment(data: bytes) -> Place | None:
    blocks = ((start, end, _referred(inner)) for start, end, inner in _blocks(data))
    found = list(islice((block for block in blocks if block[2]), 2))
    if len(found) > 1:
        raise MisplacedManifest(MULTIPLE[MARKDOWN])
    if not found:
        return None
    start, end = _block_range(data, *found[0][:2])
    return Place(found[0][2], data, start, end - start)


def _blocks(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The lines that hold both delimiters, without their terminators, and what is between."""
    at = data.find(_BEGIN)
    while at >= 0:
        line = _LINE_END.search(data, at)
        stop = line.start() if line else len(data)
        closing = data.find(_END, at + len(_BEGIN), stop)
        if closing >= 0:
            before = _BEFORE_BLOCK.search(data, max(0, at - 16), at)
            start = before.start() if before else at
            yield start, stop, data[at + len(_BEGIN) : closing]
        at = data.find(_BEGIN, stop)


def _referred(reference: bytes) -> bytes:
    """The store in a reference; none in a link, for nothing is fetched, nor in what a text that
    is about manifests gives for an example.
    """
    reference = reference.strip()
    return _decoded(reference[len(_DATA_URI) :]) if reference.startswith(_DATA_URI) else b""


def _block_range(data: bytes, start: int, end: int) -> tuple[int, int]:
    """With the line's terminator: the one before it at the end of the file, else its own."""
    if not data[end:].strip(b"\r\n") and start:
        return start - (2 if data[start - 2 : start] == b"\r\n" else 1), len(data)
    terminator = re.compile(rb"\r\n|\n|").match(data, end)
    return start, terminator.end() if terminator else end


def _into_comment(data: bytes, encoded: bytes, manifest: bytes, room: int) -> tuple[bytes, Place]:
    """At the end: the first line may be that of a front matter, which must stay the first."""
    newline = b"\r\n" if b"\r\n" in data else b"\n"
    begun = newline + b"<!-- " + _BEGIN + b" " + _DATA_URI + encoded
    block = _filled(begun, b" " + _END + b" -->", room)
    whole = data + block
    return whole, Place(manifest, whole, len(data), len(block))


def _filled(begun: bytes, ended: bytes, room: int) -> bytes:
    return begun + b" " * (room - len(begun) - len(ended)) + ended


def _decoded(text: bytes) -> bytes:
    """The store, or nothing for what is none."""
    try:
        store = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return store if store[4:8] == b"jumb" else b""

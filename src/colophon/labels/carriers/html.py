"""HTML: the label is ``<meta name="AIGC" content="…">`` in the head.

Source: practice of vendors; the guides name no place for HTML. Comments and scripts are read,
and never written.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from colophon.errors import NoLabelPlace, TooLarge
from colophon.labels.carriers.edits import Edit, applied, pieces_of
from colophon.labels.carriers.label_field import FIELD, holds_label
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.text_file import TextFile, decoded, is_text, rest_of, text_of

_HTML, _XHTML = "text/html", "application/xhtml+xml"
_STANDARD = f"html:meta:{FIELD}"
_PLACES = (
    ("comment", "html:comment"),
    ("script", "html:script"),
    ("body", "html:body"),
)
_MAX_TAG = 64 * 1024
_MAX_BROKEN_TAGS = 200
_RAW = ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
"""Elements whose content is words, whatever it looks like."""
_HEAD_TAGS = frozenset(
    ("html", "head", "meta", "link", "base", "title", "script", "style", "noscript", "template")
)
"""A start tag of anything else begins the body, written or not."""
_TAG = re.compile(
    r"""<(/?[a-zA-Z][^\s/>]*+)((?:[^"'>=]++|=\s*+"[^"]*+"|=\s*+'[^']*+'|=|["'])*+)>"""
)
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'=<>`]++)))?"""
)
_PROLOGUE = re.compile(r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*", re.DOTALL)
_BEGINNING = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tag:
    name: str
    start: int
    end: int
    words: str

    def attributes(self) -> dict[str, str]:
        """By lower-case name, entities resolved; the first of a name counts."""
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(self.words):
            value = next((part for part in match.groups()[1:] if part is not None), "")
            found.setdefault(match[1].lower(), entities.unescape(value))
        return found


@dataclass(frozen=True, slots=True)
class Outline:
    """The label's meta tags, and where one may go."""

    labels: tuple[tuple[Tag, str], ...]
    head_end: int
    """Where the head is over at the latest."""
    charset: Tag | None
    head: Tag | None
    html: Tag | None
    doctype_end: int


class HtmlCarrier:
    """Carrier of HTML and XHTML."""

    name = "html"
    media_types = (_HTML, _XHTML)
    forms: tuple[PacketForm, ...] = ("aigc",)
    extensions = (".html", ".htm", ".xhtml")

    def sniff(self, head: bytes) -> str | None:
        if not is_text(head):
            return None
        text = decoded(head[: len(head) & ~1]).text
        prologue = _PROLOGUE.match(text)
        if not prologue or not _BEGINNING.match(text, prologue.end()):
            return None
        return _XHTML if "<?xml" in prologue[0] else _HTML

    def read(self, source: BinaryIO) -> list[Packet]:
        file = text_of(source)
        labels = outline(file.text).labels
        packets = [Packet("aigc", _STANDARD, content.encode()) for _, content in labels]
        return [*packets, rest_of(file, [(tag.start, tag.end) for tag, _ in labels], _PLACES)]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        """Raises NoLabelPlace where broken tags would swallow the label."""
        file = text_of(source)
        value = packets["aigc"]
        edits = _edits(file, outline(file.text), value)
        labels = outline(decoded(applied(file.data, edits)).text).labels
        if [content.encode() for _, content in labels] != [value]:
            raise NoLabelPlace(detail="broken tags")
        return pieces_of(edits, len(file.data))

    def standard_place(self, form: PacketForm) -> str:
        del form
        return _STANDARD


def outline(text: str) -> Outline:
    """What the tags say, comments and raw text left out."""
    labels: list[tuple[Tag, str]] = []
    charset = head = root = None
    head_end, doctype_end = len(text), 0
    last_mark = max(text.lower().rfind("aigc"), text.rfind("Produc"), text.rfind("Propagat"))
    for tag in _tags(text):
        in_head = tag.start < head_end
        if not in_head and tag.start > last_mark:
            break
        if tag.name == "meta":
            attributes = tag.attributes()
            name = attributes.get("name") or attributes.get("property", "")
            content = attributes.get("content", "")
            if holds_label(name, content):
                labels.append((tag, content))
            elif in_head and ("charset" in attributes or _declares(attributes)):
                charset = charset or tag
        elif tag.name == "!doctype":
            doctype_end = doctype_end or tag.end
        elif tag.name == "/head" or not (tag.name.startswith("/") or tag.name in _HEAD_TAGS):
            head_end = min(head_end, tag.start)
        elif tag.name == "head" and in_head:
            head = head or tag
        elif tag.name == "html" and in_head:
            root = root or tag
    return Outline(tuple(labels), head_end, charset, head, root, doctype_end)


def _declares(attributes: Mapping[str, str]) -> bool:
    return attributes.get("http-equiv", "").lower() == "content-type"


def _tags(text: str) -> Iterator[Tag]:
    at, broken = text.find("<"), 0
    while at >= 0 and broken < _MAX_BROKEN_TAGS:
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4) + 3
            if end < 3:
                return
        elif text.startswith(("<!", "<?"), at):
            end = text.find(">", at) + 1
            if not end:
                return
            if text[at : at + 9].lower() == "<!doctype":
                yield Tag("!doctype", at, end, "")
        else:
            match = _TAG.match(text, at, at + _MAX_TAG)
            broken += not match and text[at + 1 : at + 3].lstrip("/")[:1].isalpha()
            end = at + 1
            if match:
                tag = Tag(match[1].lower(), at, match.end(), match[2])
                yield tag
                end = _after_raw(text, tag)
        at = text.find("<", end)


def _after_raw(text: str, tag: Tag) -> int:
    """Where tags count again: after the end of an element of words."""
    if tag.name not in _RAW or tag.words.endswith("/"):
        return tag.end
    closing = re.compile(rf"</{tag.name}[\s/>]", re.IGNORECASE).search(text, tag.end)
    return closing.start() if closing else len(text)


def _edits(file: TextFile, found: Outline, value: bytes) -> list[Edit]:
    content = entities.escape(value.decode("ascii"), quote=False).replace('"', "&quot;")
    meta = f'<meta name="{FIELD}" content="{content}"/>'
    if len(meta) > _MAX_TAG:
        raise TooLarge(detail=f"a tag of over {_MAX_TAG} bytes")
    in_head = [tag for tag, _ in found.labels if tag.start < found.head_end]
    edits = [file.edit(tag.start, tag.end, "") for tag, _ in found.labels if tag not in in_head[:1]]
    if in_head:
        return [*edits, file.edit(in_head[0].start, in_head[0].end, meta)]
    return [*edits, _insertion(file, found, meta)]


def _insertion(file: TextFile, found: Outline, meta: str) -> Edit:
    """After the declaration of the encoding (which has to come within the first kilobyte),
    else first in the head, which is made where there is none."""
    after = found.charset or found.head
    if after:
        lines = file.text[after.end : after.end + 2].startswith(("\n", "\r"))
        indent = _indent(file.text, after) if after is found.charset else ""
        between = file.newline + indent if lines else ""
        return file.edit(after.end, after.end, between + meta)
    at = found.html.end if found.html else found.doctype_end
    between = file.newline if at else ""
    after_it = "" if at else file.newline
    return file.edit(at, at, f"{between}<head>{meta}</head>{after_it}")


def _indent(text: str, tag: Tag) -> str:
    line = max(text.rfind("\n", 0, tag.start), text.rfind("\r", 0, tag.start)) + 1
    before = text[line : tag.start]
    return before if not before.strip() else ""


HTML = HtmlCarrier()

"""SVG: the label in an XMP packet inside ``<metadata>``.

The text is edited where it stands, in its own encoding; it is never parsed into a tree and
written out again, and no entity of its document type is looked at.

Source: practice (XMP in ``metadata``); Adobe XMP part 3, 2.2 (packets in XML); SVG 1.1, 21.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO
from xml.parsers import expat

from colophon.errors import MalformedFile, TooLarge
from colophon.labels import xmp
from colophon.labels.carriers.edits import Edit, pieces_of
from colophon.labels.carriers.label_field import looks_like_label
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.ranges import METADATA_CAP
from colophon.labels.carriers.svg_outline import Outline, Part, begins_svg, outline, own_metadata
from colophon.labels.carriers.text_file import Span, TextFile, decoded, is_text, text_of
from colophon.labels.tolerant.xml_spans import elements, local_of, unescape

STANDARD_PLACE = "svg:metadata:XMP"

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31
_HEAD = 4096
_ENCODING = re.compile(r"""<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.-]{1,40})["']""")
_PACKET_END = re.compile(r"<\?xpacket\s+end[^>]*+>")
_BEGIN = re.compile(r"""(<\?xpacket\s+begin=)(["'])\ufeff?\2""")
_DECLARED = re.compile(r"""\s(xmlns:([\w.-]+)\s*=\s*(?:"[^"]*"|'[^']*'))""")
_FIRST_TAG = re.compile(r"<[A-Za-z_][^\s/>]*")
_NAMED = re.compile(r"^\s*AIGC\s*[:=]?\s*", re.IGNORECASE)
_MAX_BEARERS = 100
_MAX_PREFIXES = 200


class Svg:
    """The SVG family; see ``Carrier``."""

    name = "svg"
    media_types: tuple[str, ...] = ("image/svg+xml",)
    forms: tuple[PacketForm, ...] = ("xmp",)

    def sniff(self, head: bytes) -> str | None:
        if head.startswith(_GZIP):
            head = _unzipped(head)
        if not is_text(head):
            return None
        try:
            text = decoded(head[: len(head) & ~1]).text
        except MalformedFile:
            return None
        return "image/svg+xml" if begins_svg(text.removeprefix("\xef\xbb\xbf")) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        file = _file(source)
        found = outline(file.text)
        packets = [Packet(p.form, p.place, p.data) for _, p in _labels(file, found)]
        span = _own(file.text, found)
        own = [Packet("xmp", STANDARD_PLACE, _packet(file, found, span))] if span else []
        if _named_elsewhere(file.text, span):
            rest = _masked(file, span)
            if xmp.read(rest).aigc:
                packets.append(Packet("xmp", "svg:elsewhere", rest))
        return own + packets

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        file = _file(source)
        found = outline(file.text)
        if len(packets["xmp"]) > METADATA_CAP:
            raise TooLarge(detail=f"SVG XMP > {METADATA_CAP} bytes")
        _check_well_formed(file)
        span = _own(file.text, found)
        edits = [_blank(file, span) for span, _ in _labels(file, found)]
        edits.append(_placed(file, found, span, as_characters(file, packets["xmp"])))
        edits += _elsewhere(file, span)
        return pieces_of(edits, len(file.data))

    def standard_place(self, form: PacketForm) -> str:
        del form
        return STANDARD_PLACE


SVG = Svg()


def _unzipped(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(_GZIP_WINDOW).decompress(head, _HEAD)
    except zlib.error:
        return b""


def _file(source: BinaryIO) -> TextFile:
    """Raises MalformedFile for a compressed one, and as ``text_of`` does."""
    source.seek(0)
    if source.read(len(_GZIP)) == _GZIP:
        raise MalformedFile(detail="SVG packed by gzip (.svgz); unpack it to .svg first")
    return text_of(source)


def _encoding(file: TextFile) -> str:
    """As Python calls it; ``utf-8`` where nothing is said."""
    if file.codec != "latin-1" or file.mark:
        return "utf-8"
    declared = _ENCODING.search(file.text, 0, _HEAD)
    name = declared[1].lower() if declared else "utf-8"
    try:
        "".encode(name)
    except (LookupError, UnicodeError):
        return "ascii"
    return "utf-8" if name in {"utf8", "utf-8", "us-ascii", "ascii"} else name


def as_characters(file: TextFile, data: bytes) -> str:
    """UTF-8 as characters of the file's text; in other encodings all of it in ASCII."""
    if file.codec != "latin-1":
        return data.decode("utf-8", "replace")
    if _encoding(file) == "utf-8":
        return data.decode("latin-1")
    plain = _BEGIN.sub(r"\1\2\2", data.decode("utf-8", "replace"), count=1)
    return plain.encode("ascii", "xmlcharrefreplace").decode("ascii")


def as_utf8(file: TextFile, part: str) -> bytes:
    """Characters of the file's text as UTF-8."""
    if file.codec != "latin-1":
        return part.encode("utf-8", "replace")
    raw, name = part.encode("latin-1"), _encoding(file)
    return raw if name == "utf-8" else raw.decode(name, "replace").encode()


def _check_well_formed(file: TextFile) -> None:
    """Raises MalformedFile. Entities are neither looked up nor put in their places."""
    parser = expat.ParserCreate("utf-8")
    parser.DefaultHandler = _ignored
    try:
        parser.Parse(as_utf8(file, file.text), True)
    except (expat.ExpatError, ValueError) as wrong:
        raise MalformedFile(detail=f"SVG that is no XML: {str(wrong)[:80]}") from wrong


def _ignored(_markup: str) -> None:
    return None


def _own(text: str, found: Outline) -> Span | None:
    """The first packet in a metadata element: between its marks, or an ``xmpmeta`` element."""
    for part in found.metadata:
        inner = text[part.inner_start : part.inner_end]
        if "xpacket" not in inner and "xmpmeta" not in inner:
            continue
        if len(inner) > METADATA_CAP:
            raise TooLarge(detail=f"SVG metadata > {METADATA_CAP} characters")
        span = _wrapped(inner) or _wrapper(inner)
        if span:
            return part.inner_start + span[0], part.inner_start + span[1]
    return None


def _wrapped(inner: str) -> Span | None:
    start = inner.find("<?xpacket begin")
    end = _PACKET_END.search(inner, start) if start >= 0 else None
    # A beginning without an end may stand before it.
    return (inner.rfind("<?xpacket begin", 0, end.start()), end.end()) if end else None


def _wrapper(inner: str) -> Span | None:
    found = (e for e in elements(inner) if local_of(e.name) == "xmpmeta" and e.closed)
    return next(((e.start, e.end) for e in found), None)


def _packet(file: TextFile, found: Outline, span: Span) -> bytes:
    """The packet by itself: with the prefixes declared that it uses and the root declares."""
    text = file.text[span[0] : span[1]]
    first = _FIRST_TAG.search(text)
    if first:
        declared = _DECLARED.findall(file.text[found.start : found.end])
        missing = [
            f" {whole}"
            for whole, prefix in declared[:_MAX_PREFIXES]
            if f"<{prefix}:" in text and f"xmlns:{prefix}" not in text
        ]
        text = text[: first.end()] + "".join(missing) + text[first.end() :]
    return as_utf8(file, text)


def _placed(file: TextFile, found: Outline, span: Span | None, packet: str) -> Edit:
    if span:
        return file.edit(*span, packet)
    part = own_metadata(file.text, found)
    if part and not part.empty:
        return file.edit(part.inner_end, part.inner_end, packet)
    if part:
        return _opened(file, part.inner_start, part.name, packet)
    name = f"{found.prefix}metadata"
    whole = f"<{name}>{packet}</{name}>"
    if found.empty:
        return _opened(file, found.end, f"{found.prefix}svg", whole)
    return file.edit(found.end, found.end, whole)


def _opened(file: TextFile, end: int, name: str, inner: str) -> Edit:
    """An element written as one tag, which ends here, with something in it."""
    slash = file.text.rindex("/", 0, end)
    return file.edit(slash, end, f">{inner}</{name}>")


def _labels(file: TextFile, found: Outline) -> Iterator[tuple[Span, Packet]]:
    """Bare labels as the whole of a comment or of an element of words."""
    parts: list[tuple[Span, str]] = [
        ((part.inner_start, part.inner_end), f"svg:{part.local}") for part in _wordy(found)
    ]
    parts += [((start + 4, end - 3), "svg:comment") for start, end in found.comments]
    count = 0
    for span, place in parts:
        words = _NAMED.sub("", file.text[span[0] : span[1]][:METADATA_CAP], count=1)
        if words[:1] in {"{", "&", "<"} or words[:1].isspace():
            words = unescape(words.removeprefix("<![CDATA[").removesuffix("]]>"))
            if looks_like_label(words):
                count += 1
                yield span, Packet("aigc", place, as_utf8(file, words.strip()))
        if count > _MAX_BEARERS:
            raise TooLarge(detail=f"SVG > {_MAX_BEARERS} labels")


def _wordy(found: Outline) -> list[Part]:
    return [part for part in (*found.metadata, *found.words) if not part.empty]


def _blank(file: TextFile, span: Span) -> Edit:
    return file.edit(*span, "")


def _masked(file: TextFile, span: Span | None) -> bytes:
    """The file with spaces where its own packet is."""
    if span is None:
        return file.data
    start, end = (file.offset(at) for at in span)
    space = " ".encode(file.codec)
    return file.data[:start] + space * ((end - start) // len(space)) + file.data[end:]


def _elsewhere(file: TextFile, span: Span | None) -> list[Edit]:
    """Elements and attributes that bear a label outside the packet, blanked where they are."""
    if not _named_elsewhere(file.text, span):
        return []
    old = _masked(file, span)
    return list(_differences(old, xmp.blanked(old)))


def _named_elsewhere(text: str, span: Span | None) -> bool:
    start, end = span or (0, 0)
    return text.find(xmp.PROPERTY, 0, start) >= 0 or text.find(xmp.PROPERTY, end) >= 0


def _differences(old: bytes, new: bytes) -> Iterator[Edit]:
    """Where two texts of one length differ, as edits of runs."""
    step = 1 << 12
    for at in range(0, len(old) if old != new else 0, step):
        before, after = old[at : at + step], new[at : at + step]
        if before == after:
            continue
        places = [n for n in range(len(before)) if before[n] != after[n]]
        first, last = places[0], places[-1] + 1
        yield Edit(at + first, at + last, after[first:last])

"""The content of a file whose label is part of its words or parts: the whole file as the carrier
writes it with a blank label, and without a C2PA manifest.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from colophon.labels import xmp
from colophon.labels.binding.parts import Part, Span, Value, streamed
from colophon.labels.carriers import zip_directory
from colophon.labels.carriers.packet import Carrier, Packet, PacketForm, Put
from colophon.labels.carriers.ranges import size_of

BLANK = (
    '{"Label":"1","ContentProducer":"","ProduceID":"","ReservedCode1":"",'
    '"ContentPropagator":"","PropagateID":"","ReservedCode2":""}'
)
"""What stands where the label will be. Its fields are signed by name, so none is repeated here,
and a platform may add its own later."""
_MANIFEST_ENTRY = "META-INF/content_credential.c2pa"
_SVG_MANIFEST = re.compile(rb"<c2pa:manifest\b[^>]*>[^<]*</c2pa:manifest>")
_TEXT_MANIFEST = re.compile(
    rb"\xef\xbb\xbf(?:\xef\xb8[\x80-\x8f]|\xf3\xa0[\x84-\x87][\x80-\xbf]){13,}"
)
_WORDS_CAP = 64 << 20
_SPOOL = 16 << 20
_CHUNK = 1 << 20


def stream(source: BinaryIO, carrier: Carrier) -> Iterator[bytes]:
    """The bytes of the file's normal form. Raises the InputError family."""
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as spooled:
        made = cast("BinaryIO", spooled)
        for chunk in _written(source, carrier):
            made.write(chunk)
        yield from streamed(made, _inside(made))


def _inside(made: BinaryIO) -> Iterator[Part]:
    size = size_of(made)
    made.seek(0)
    if made.read(4) == b"PK\x03\x04":
        yield from _entries(made)
    elif size <= _WORDS_CAP:
        made.seek(0)
        yield Value(b"file", _without_manifest(made.read()))
    else:
        yield Span(b"file", 0, size)


def _without_manifest(data: bytes) -> bytes:
    data = _SVG_MANIFEST.sub(b"", data)
    return _TEXT_MANIFEST.sub(b"", data)


def _entries(made: BinaryIO) -> Iterator[Part]:
    """What an archive holds, by name: a signer may pack it in another order."""
    found = zip_directory.directory_of(made)
    for entry in sorted(found.entries, key=lambda entry: (entry.name, entry.offset)):
        if entry.name == _MANIFEST_ENTRY or (entry.folder and not entry.size):
            continue
        start = zip_directory.data_start(made, entry)
        yield Value(b"name", entry.name.encode("utf-8", "surrogatepass"))
        yield Span(bytes((entry.method & 0xFF,)), start, start + entry.packed)


def _written(source: BinaryIO, carrier: Carrier) -> Iterator[bytes]:
    packets = carrier.read(source)
    values: dict[PacketForm, bytes] = {"aigc": BLANK.encode("ascii")}
    if "xmp" in carrier.forms:
        values["xmp"] = _xmp(packets, carrier.standard_place("xmp"))
    for piece in carrier.write(source, {form: values[form] for form in carrier.forms}):
        if isinstance(piece, Put):
            yield piece.data
            continue
        at = piece.start
        while at < piece.end:
            source.seek(at)
            chunk = source.read(min(_CHUNK, piece.end - at))
            if not chunk:
                break
            at += len(chunk)
            yield chunk


def _xmp(packets: list[Packet], place: str) -> bytes:
    found = [packet for packet in packets if packet.form == "xmp"]
    found.sort(key=lambda packet: packet.place != place)
    return xmp.write(found[0].data if found else None, BLANK)

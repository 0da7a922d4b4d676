"""The content of a file whose label is part of its words or parts: the whole file as the carrier
writes it with a blank label, and without a C2PA manifest.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, cast

from colophon.labels import credential_places, xmp
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
_SVG = "svg"
# Nothing but the manifest's own characters: no words that anybody would see are passed over.
_SVG_MANIFEST = re.compile(rb"<c2pa:manifest\b[^<>]*>[A-Za-z0-9+/=\s]*</c2pa:manifest>")
_SVG_NAMESPACE = re.compile(rb' xmlns:c2pa="http://c2pa\.org/manifest"')
_TEXTS = {
    "plain_text": credential_places.PLAIN,
    "html": credential_places.HTML,
    "markdown": credential_places.MARKDOWN,
}
_WORDS_CAP = 64 << 20
_SPOOL = 16 << 20
_CHUNK = 1 << 20


def stream(source: BinaryIO, carrier: Carrier) -> Iterator[bytes]:
    """The bytes of the file's normal form. Raises the InputError family."""
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as spooled:
        made = cast("BinaryIO", spooled)
        for chunk in _written(source, carrier):
            made.write(chunk)
        yield from streamed(made, _inside(made, carrier.name))


def _inside(made: BinaryIO, family: str) -> Iterator[Part]:
    size = size_of(made)
    made.seek(0)
    if made.read(4) == b"PK\x03\x04":
        yield from _entries(made)
    elif size <= _WORDS_CAP and (family in _TEXTS or family == _SVG):
        made.seek(0)
        yield Value(b"file", without_manifest(made.read(), family))
    else:
        yield Span(b"file", 0, size)


def without_manifest(data: bytes, family: str) -> bytes:
    """Words or SVG without the C2PA manifest that was put in after everything else."""
    if family == _SVG:
        return _SVG_NAMESPACE.sub(b"", _SVG_MANIFEST.sub(b"", data))
    with suppress(credential_places.MisplacedManifest):
        data = credential_places.without(data, _TEXTS[family])
    # Signers differ in whether the invisible run has a line of its own.
    return data.rstrip(b"\r\n")


def _entries(made: BinaryIO) -> Iterator[Part]:
    """What an archive holds, by name: a signer may pack it in another order."""
    found = zip_directory.directory_of(made)
    for entry in sorted(found.entries, key=lambda entry: (entry.name, entry.offset)):
        if entry.name == _MANIFEST_ENTRY or (entry.folder and not entry.size):
            continue
        *_, length, extra = zip_directory.local_header(made, entry)
        yield Value(b"name", entry.name.encode("utf-8", "surrogatepass"))
        # Some programs go by the directory, some by the name before the data.
        at = entry.offset + zip_directory.LOCAL.size
        start = at + length + extra
        yield Span(b"local", at, at + length)
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

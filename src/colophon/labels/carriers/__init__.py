"""Carriers: one container family a file. See ``packet.py`` for the contract.

``recognise(source, name)`` picks one; a family's module loads when it is first asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from colophon.labels.carriers.families import BINARY, FAMILIES, PACKAGES, TEXTS, Family
from colophon.labels.carriers.packet import Carrier

HEAD = 4096
"""Bytes at the start of a file by which its family is told."""
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ID3_HEADER = 10
_XMP_ALONE = (b"<?xpacket", b"x:xmpmeta", b"rdf:Description")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Recognised:
    """The carrier for a file, its exact media type, and whether its name fits."""

    carrier: Carrier
    media_type: str
    name_fits: bool


def recognise(source: BinaryIO, name: str) -> Recognised | None:
    """The family of a file by its bytes; by its extension only where words alone cannot tell
    (Markdown, source code, plain text). None when no family knows it."""
    head = _head(source)
    suffix = PurePath(name).suffix.lower()
    if head.startswith(_ZIP):
        return _package(source, suffix)
    for family in _likely_first(BINARY, suffix):
        media_type = family.carrier().sniff(head)
        if media_type:
            return Recognised(family.carrier(), media_type, _fits(family, suffix))
    return _text(head, suffix)


def extensions() -> frozenset[str]:
    """All extensions that some family goes by."""
    return frozenset(extension for family in FAMILIES for extension in family.extensions)


def _package(source: BinaryIO, suffix: str) -> Recognised | None:
    from colophon.labels.carriers import package

    media_type = package.media_type_of(source)
    for family in PACKAGES:
        carrier = family.carrier()
        if media_type in carrier.media_types:
            return Recognised(carrier, media_type, _fits(family, suffix))
    return None


def _text(head: bytes, suffix: str) -> Recognised | None:
    named = next((family for family in TEXTS if suffix in family.extensions), None)
    if b"\0" in head and not head.startswith(_WIDE) and not (named and _binary_too(named, head)):
        return None
    if suffix == ".xml" and any(mark in head for mark in _XMP_ALONE):
        # A packet by itself: its label is in the right place, as in any XMP.
        return None
    if named is not None:
        media_type = _media_type(named, head, suffix)
        return Recognised(_of_extension(named, suffix), media_type, name_fits=True)
    html = next(family for family in TEXTS if family.module == "html")
    if html.carrier().sniff(head):
        media_type = html.carrier().media_types[0]
        return Recognised(html.carrier(), media_type, _fits(html, suffix))
    return None


def _head(source: BinaryIO) -> bytes:
    """The first bytes; of FLAC behind an ID3 tag, FLAC's own."""
    source.seek(0)
    head = source.read(HEAD)
    if head.startswith(b"ID3") and len(head) > _ID3_HEADER:
        from colophon.labels.carriers.id3_tag import synchsafe

        source.seek(_ID3_HEADER + synchsafe(head[6:_ID3_HEADER]))
        behind = source.read(HEAD)
        if behind.startswith(b"fLaC"):
            return behind
    return head


def _of_extension(family: Family, suffix: str) -> Carrier:
    """The family's carrier; of source code the one that knows the extension's language."""
    carrier = family.carrier()
    of_extension: Callable[[str], Carrier] | None = getattr(carrier, "of_extension", None)
    return of_extension(suffix) if of_extension else carrier


def _binary_too(family: Family, head: bytes) -> bool:
    """Whether a family told by its extension has binary files too (STL), and this is one."""
    return family.carrier().sniff(head) is not None


def _media_type(family: Family, head: bytes, suffix: str) -> str:
    """A text family's exact type: by extension where it has several (source code)."""
    carrier = family.carrier()
    by_suffix: dict[str, str] = getattr(carrier, "types_by_extension", {})
    return by_suffix.get(suffix) or carrier.sniff(head) or carrier.media_types[0]


def _likely_first(families: Iterable[Family], suffix: str) -> list[Family]:
    """So that recognising a file loads one module, not all."""
    return sorted(families, key=lambda family: suffix not in family.extensions)


def _fits(family: Family, suffix: str) -> bool:
    return not suffix or suffix in family.extensions or suffix not in extensions()

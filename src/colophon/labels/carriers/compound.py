"""Compound files: encrypted OOXML is named, and so is what Office wrote before 2007.

Nothing is written into them; labels in the document properties of old files are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO, NoReturn

from colophon.errors import EncryptedFile, OldOfficeFormat
from colophon.labels.carriers.compound_streams import MARK, Compound, compound_of
from colophon.labels.carriers.packet import Packet, PacketForm, Piece

_BY_STREAM = (
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)
_ANY = "application/x-ole-storage"
_ENCRYPTED = ("EncryptedPackage", "EncryptionInfo")
_PROPERTIES = ("\x05DocumentSummaryInformation", "\x05SummaryInformation")
_PROPERTIES_CAP = 1 << 20
_MARKS = ("Produc", "Propagat")


class CompoundCarrier:
    """Reader of compound files; writing is refused by name."""

    name = "compound"
    media_types = ("application/msword", *sorted({kind for _, kind in _BY_STREAM[1:]}), _ANY)
    forms: tuple[PacketForm, ...] = ("aigc",)

    def sniff(self, head: bytes) -> str | None:
        if not head.startswith(MARK):
            return None
        named = (kind for name, kind in _BY_STREAM if name.encode("utf-16-le") in head)
        return next(named, _ANY)

    def read(self, source: BinaryIO) -> list[Packet]:
        """Raises EncryptedFile where the document lies behind a password."""
        compound = compound_of(source)
        _check_plain(compound)
        return [
            Packet("text", f"compound:{name[1:]}", text.encode())
            for name in _PROPERTIES
            for text in _texts(compound, name)
        ]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        """Raises EncryptedFile or OldOfficeFormat, always."""
        del packets
        return _refuse(compound_of(source))

    def standard_place(self, form: PacketForm) -> str:
        del form
        return "compound:AIGC"


def _check_plain(compound: Compound) -> None:
    if any(compound.get(name) for name in _ENCRYPTED):
        raise EncryptedFile


def _refuse(compound: Compound) -> NoReturn:
    _check_plain(compound)
    raise OldOfficeFormat


def _texts(compound: Compound, name: str) -> list[str]:
    """A property set as words, in the encodings its strings may have, where a label may be."""
    stream = compound.get(name)
    data = compound.content(stream, _PROPERTIES_CAP) if stream else b""
    wide = (data[start:].decode("utf-16-le", "replace") for start in (0, 1))
    readings = (data.decode("utf-8", "replace"), *wide)
    return [text for text in readings if any(mark in text for mark in _MARKS)][:1]


COMPOUND = CompoundCarrier()

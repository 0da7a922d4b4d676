"""ZIP archives of other files: the label of the whole is the entry ``AIGC.json`` at the root.

Source: practice; no guide names a place in archives. A member's own label is the member's, and
``members`` reads it where it lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from colophon.errors import ColophonError, NoLabelPlace, SignedFile
from colophon.labels.carriers.archive_members import Member, Reach, members
from colophon.labels.carriers.label_field import looks_like_label
from colophon.labels.carriers.package import ZIP as ZIP_TYPE
from colophon.labels.carriers.packet import Packet, PacketForm, Piece
from colophon.labels.carriers.zip_directory import (
    LOCAL_MARK,
    Directory,
    Entry,
    content,
    directory_of,
)
from colophon.labels.carriers.zip_rewriting import Way, rewritten

__all__ = ["ENTRY", "ZIP", "Member", "Reach", "ZipCarrier", "members"]

ENTRY = "AIGC.json"
LABEL_CAP = 1 << 20
"""The most bytes the entry of a label may have."""
_EMPTY_ARCHIVE = b"PK\x05\x06"
_SIGNING_BLOCK = b"APK Sig Block 42"


class ZipCarrier:
    """Carrier of archives; what only differs in name and layout (USDZ) is told when made."""

    forms: tuple[PacketForm, ...] = ("aigc",)

    def __init__(self, name: str, media_types: tuple[str, ...], way: Way) -> None:
        self.name, self.media_types, self._way = name, media_types, way

    def sniff(self, head: bytes) -> str | None:
        return self.media_types[0] if head.startswith((LOCAL_MARK, _EMPTY_ARCHIVE)) else None

    def read(self, source: BinaryIO) -> list[Packet]:
        return [
            Packet("aigc", self.standard_place("aigc"), data)
            for entry in _labels(directory_of(source))
            if (data := _tolerant(source, entry)) is not None
        ]

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        directory = directory_of(source)
        _check_unsigned(source, directory)
        _check_ours(source, directory)
        changed: dict[str, bytes | None] = dict.fromkeys(
            (entry.name for entry in _labels(directory)), None
        )
        return rewritten(source, directory, changed | {ENTRY: packets["aigc"]}, self._way)

    def standard_place(self, form: PacketForm) -> str:
        del form
        return f"{self.name}:{ENTRY}"


def _labels(directory: Directory) -> list[Entry]:
    """The entries that readers with and without an eye for case take for the label."""
    return [entry for entry in directory.entries if entry.name.lower() == ENTRY.lower()]


def _tolerant(source: BinaryIO, entry: Entry) -> bytes | None:
    """What the entry holds, if it can be read and is a label."""
    try:
        data = content(source, entry, LABEL_CAP)
    except ColophonError:
        return None
    return data if looks_like_label(data.decode("utf-8", "replace")) else None


def _check_ours(source: BinaryIO, directory: Directory) -> None:
    """Raises NoLabelPlace where the entry of that name is content, which must not be lost."""
    if any(_tolerant(source, entry) is None for entry in _labels(directory)):
        raise NoLabelPlace(detail=f"its entry {ENTRY} is no label")


def _check_unsigned(source: BinaryIO, directory: Directory) -> None:
    """Raises SignedFile for an Android package whose signature covers every byte."""
    if directory.start >= len(_SIGNING_BLOCK):
        source.seek(directory.start - len(_SIGNING_BLOCK))
        if source.read(len(_SIGNING_BLOCK)) == _SIGNING_BLOCK:
            raise SignedFile


ZIP = ZipCarrier("zip", (ZIP_TYPE, "application/x-zip-compressed"), Way())

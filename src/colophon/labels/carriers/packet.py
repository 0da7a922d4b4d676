"""What a carrier reads and how it writes: packets out, pieces in.

A carrier knows containers, not labels. Writing never copies the media itself: it answers
with *pieces* (ranges of the source to keep, new bytes to put between), so that everything
else stays byte for byte by construction and a file of any size costs constant memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol

PacketForm = Literal["xmp", "aigc", "text"]
"""xmp: a whole XMP packet · aigc: a bare label value in a field of the container's own (JSON as
found, or the YAML of a front matter) · text: words in which a label may stand anywhere."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One piece of metadata as it lies in a container, decompressed if it was compressed.

    ``place`` names where, e.g. ``png:iTXt:XML:com.adobe.xmp`` or ``riff:AIGC``.
    """

    form: PacketForm
    place: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Keep:
    """Bytes ``start`` to ``end`` (exclusive) of the source, unchanged."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Put:
    """New bytes."""

    data: bytes


Piece = Keep | Put


class Carrier(Protocol):
    """One container family. All methods take a seekable binary source and may seek freely.

    Raises TruncatedFile, MalformedFile, EncryptedFile or TooLarge (bounded time and memory
    on any bytes); ``read`` is tolerant and raises only when the container cannot be walked
    at all.
    """

    name: str
    """Short word: ``png``."""
    media_types: tuple[str, ...]
    """First is the usual one."""
    forms: tuple[PacketForm, ...]
    """The forms this family's standard places hold: ``("xmp",)``, ``("aigc",)``, or both."""

    def sniff(self, head: bytes) -> str | None:
        """The exact media type if the first 4 KiB say it is this family, else None."""
        ...

    def read(self, source: BinaryIO) -> list[Packet]:
        """All packets that may hold a label, in file order: standard place, Annex B places
        and anything else of these forms the family is known to bear."""
        ...

    def write(self, source: BinaryIO, packets: Mapping[PacketForm, bytes]) -> list[Piece]:
        """The file with one packet a form (keys are exactly ``self.forms``; an ``aigc`` value
        is always the strict JSON) in its standard place: exactly one label afterwards, stale
        ones in Annex B and other known places dropped; all else byte-identical. Writing the
        same packets twice gives the same bytes as writing them once."""
        ...

    def standard_place(self, form: PacketForm) -> str:
        """The ``place`` that ``write`` fills and ``read`` then reports."""
        ...

"""What lies beside a file: its label in ``<name>.xmp``, its manifest in ``<name>.c2pa``.

Only formats without any room for metadata (STL) get their label so, and only those without a
place for a manifest get that beside them, where it is asked for. Either is read beside any file
that bears none itself.
"""

from __future__ import annotations

from pathlib import Path

from colophon.labels.carriers.packet import Carrier, Packet
from colophon.labels.carriers.ranges import METADATA_CAP
from colophon.labels.sources import Opened

PLACE = "sidecar:xmp"
SUFFIX, MANIFEST_SUFFIX = ".xmp", ".c2pa"
_LARGEST_MANIFEST = 16 << 20


def needed(carrier: Carrier) -> bool:
    """Whether files of this family can only be labelled by a sidecar."""
    return bool(getattr(carrier, "sidecar", False))


def beside(path: Path, suffix: str = SUFFIX) -> Path:
    """Where a sidecar of a file lies."""
    return path.with_name(path.name + suffix)


def packets(given: Opened) -> list[Packet]:
    """The packet beside a source that is a file; empty where there is none that can be read."""
    if given.path is None:
        return []
    data = _bounded(beside(given.path), METADATA_CAP)
    return [Packet("xmp", PLACE, data)] if data else []


def manifest(given: Opened) -> bytes | None:
    """The manifest store beside a source that is a file: ``a.ogg.c2pa``, or ``a.c2pa`` as other
    tools name it; None where there is none that can be read.
    """
    if given.path is None:
        return None
    own = _bounded(beside(given.path, MANIFEST_SUFFIX), _LARGEST_MANIFEST)
    return own or _bounded(given.path.with_suffix(MANIFEST_SUFFIX), _LARGEST_MANIFEST)


def _bounded(path: Path, most: int) -> bytes | None:
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError):
        return None
    return data if 0 < len(data) <= most else None

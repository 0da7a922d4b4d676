"""The label beside a file that can hold none: an XMP packet in ``<name>.xmp``.

Only formats without any room for metadata (binary STL) are labelled so; a sidecar that lies
beside any other file is read too, where the file itself bears no label.
"""

from __future__ import annotations

from pathlib import Path

from colophon.labels.carriers.packet import Carrier, Packet
from colophon.labels.carriers.ranges import METADATA_CAP
from colophon.labels.sources import Opened

PLACE = "sidecar:xmp"
SUFFIX = ".xmp"


def needed(carrier: Carrier) -> bool:
    """Whether files of this family can only be labelled by a sidecar."""
    return bool(getattr(carrier, "sidecar", False))


def beside(path: Path) -> Path:
    """Where the sidecar of a file lies."""
    return path.with_name(path.name + SUFFIX)


def packets(given: Opened) -> list[Packet]:
    """The packet beside a source that is a file; empty where there is none that can be read."""
    if given.path is None:
        return []
    try:
        with beside(given.path).open("rb") as file:
            data = file.read(METADATA_CAP + 1)
    except (OSError, ValueError):
        return []
    return [Packet("xmp", PLACE, data)] if 0 < len(data) <= METADATA_CAP else []

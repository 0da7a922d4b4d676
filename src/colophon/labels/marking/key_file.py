"""The mark key of an operator as a file: 64 hex digits that only its owner can read."""

from __future__ import annotations

from pathlib import Path

from colophon.errors import SigningKeyUnusable
from colophon.labels.security_data.keys import write_new
from colophon.labels.watermark.key import MarkKey

NAME = "mark.key"


def load(path: Path) -> MarkKey:
    """The key in a file. Raises SigningKeyUnusable."""
    try:
        return MarkKey(bytes.fromhex(path.read_bytes()[:200].decode("ascii")))
    except (OSError, ValueError) as error:
        raise SigningKeyUnusable(detail=path.name) from error


def save(key: MarkKey, path: Path) -> None:
    """Writes a new file. Raises TargetExists rather than replace a key, TargetUnwritable, DiskFull."""
    write_new(path, key.secret.hex().encode("ascii") + b"\n")

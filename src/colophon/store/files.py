"""Small files that must exist whole or not at all: secrets, keys, certificates.

Pure of Django, so that the settings can make their secret key with it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

OWNER_ONLY = 0o600
OWNER_ONLY_FOLDER = 0o700


def fsync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """The bytes of ``path``, written from ``make()`` by whoever comes first.

    Any number of processes may call this at once: all get the same bytes. The file is
    readable by its owner only. A crash leaves nothing or the whole file.
    """
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes()
    path.parent.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        write_new(temporary, make())
        # A hard link fails when the name is taken, where a rename would replace it.
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    fsync_folder(path.parent)
    return path.read_bytes()


def write_new(path: Path, content: bytes) -> None:
    """Write ``content`` to a name not yet taken, for its owner only, and make it durable."""
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())

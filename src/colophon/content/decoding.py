"""Where strangers' files are decoded: in processes of their own, a few at a time (decision 0009)."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

from colophon.errors import ColophonError
from colophon.labels import checking
from colophon.labels.apart import Bounds, Worker
from colophon.labels.fingerprint.print import Print
from colophon.labels.model import CredentialLayer, Findings, Medium
from colophon.labels.placing import STALE_SECONDS
from colophon.labels.reading import Seen
from colophon.labels.sources import Opened
from colophon.parties import signing
from colophon.store import files, folder

Result = TypeVar("Result")
AT_A_TIME = 2
PATIENCE_SECONDS = 20
"""How long a look waits for its turn; then the file's other layers are told without it."""
BOUNDS = Bounds(memory_bytes=4 << 30, silent_seconds=60)
WORK = "work-"
"""How the folders of files under work begin."""
_PERCEIVED = (Medium.IMAGE, Medium.AUDIO, Medium.VIDEO)
_turns = threading.BoundedSemaphore(AT_A_TIME)
_idle: deque[Worker] = deque()


def seen(given: Opened, media_type: str, medium: Medium, manifest: CredentialLayer | None) -> Seen:
    """As ``reading.seen``, with pixels and sound decoded apart."""
    shown, mark = _looked(given) if medium in _PERCEIVED else (None, None)
    if shown is not None and shown.present:
        return shown, mark
    return checking.explicit(given, media_type, medium, manifest, look="off") or shown, mark


def print_of(given: Opened, findings: Findings) -> Print | None:
    """The fingerprint by which this file is looked for, taken apart; None where it has none."""
    return _apart(
        given,
        lambda worker, path: worker.print_of(
            path, findings.media_type, findings.medium, given.name
        ),
    )


def _looked(given: Opened) -> Seen:
    keys = signing.mark_keys()
    return _apart(given, lambda worker, path: worker.look(path, given.name, keys)) or (None, None)


def _apart(given: Opened, work: Callable[[Worker, Path], Result]) -> Result | None:
    """What a child process makes of the file; None where it broke there or nobody was free."""
    if not _turns.acquire(timeout=PATIENCE_SECONDS):
        return None
    worker = _idle.pop() if _idle else Worker(BOUNDS)
    try:
        with _as_file(given) as path:
            return work(worker, path)
    except ColophonError:
        return None
    finally:
        _idle.append(worker)
        _turns.release()


@contextmanager
def _as_file(given: Opened) -> Iterator[Path]:
    if given.path is not None:
        yield given.path
        return
    with tempfile.NamedTemporaryFile(dir=work_folder(), prefix="look-") as copy:
        given.file.seek(0)
        shutil.copyfileobj(given.file, copy)
        copy.flush()
        yield Path(copy.name)


def work_folder() -> Path:
    """Where files under work lie, on the blobs' disk."""
    base = folder.data() / "tmp"
    base.mkdir(mode=files.OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    _swept(base)
    return base


@cache
def _swept(base: Path) -> None:
    """Once a process: what processes that were killed left here, after it has lain for a day."""
    oldest = time.time() - STALE_SECONDS
    for left in base.iterdir():
        with suppress(OSError):
            if left.name.startswith(WORK) and left.stat().st_mtime < oldest:
                shutil.rmtree(left)

"""Running a check without the rights of root, who may read and write everything."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

NOBODY = 65534


def unprivileged(work: Callable[[], object], folder: Path) -> type[BaseException] | None:
    """The class of what ``work`` raises when run as nobody (as ourselves if we are not root).

    ``folder`` and its parents are made passable first; the work runs in a forked child.
    """
    if os.getuid() == 0:
        for parent in (folder, *folder.parents[:3]):
            if parent != Path("/") and parent.owner() == "root" and parent != Path("/tmp"):
                parent.chmod(parent.stat().st_mode | 0o011)
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    child = context.Process(target=_child, args=(work, queue))
    child.start()
    child.join(30)
    return queue.get() if not queue.empty() else None


def _child(work: Callable[[], object], queue: multiprocessing.SimpleQueue) -> None:
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    try:
        work()
    except BaseException as error:  # noqa: BLE001
        queue.put(type(error))

"""Being told to stop: what is half done is cleared away before the process ends."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGHUP)
BY_SIGNAL = 128
"""What shells add to a signal's number to tell that it ended a command."""

_stopped_by: list[int] = []


@contextmanager
def stoppable() -> Iterator[None]:
    """Inside, SIGTERM and SIGHUP end the process as Ctrl-C does: with everything cleared.

    A signal that is ignored (``nohup``) stays ignored.
    """
    before = {number: signal.getsignal(number) for number in SIGNALS}
    answered = [number for number in SIGNALS if before[number] is not signal.SIG_IGN]
    for number in answered:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number in answered:
            signal.signal(number, before[number])


def follow_the_parent() -> None:
    """For a worker: Ctrl-C is the parent's to answer, which then sends SIGTERM."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in SIGNALS:
        signal.signal(number, _stop)


def check() -> None:
    """Ends a worker's next task before it begins, once the worker was told to stop."""
    if _stopped_by:
        sys.exit(BY_SIGNAL + _stopped_by[0])


def stop_children() -> None:
    """Tells the workers of this process to stop."""
    for child in multiprocessing.active_children():
        child.terminate()


def _stop(number: int, _frame: FrameType | None) -> None:
    _stopped_by.append(number)
    sys.exit(BY_SIGNAL + number)

"""One thread a process that renews the leases of the bodies that are running."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import DatabaseError, connection

from colophon.store import clock, leases
from colophon.store.leases import Lease

BEATS_PER_TERM = 3
log = structlog.get_logger(__name__)


class Heart:
    """Beats while something is held; its thread ends with the process."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, int], Lease] = {}
        self._change = threading.Condition()
        # Seconds the thread sleeps now; for ever where nothing is held.
        self._pause = math.inf
        self._thread: threading.Thread | None = None

    @contextmanager
    def holding(self, lease: Lease) -> Iterator[None]:
        """Renew ``lease`` for the length of a block."""
        name = (lease.job_id, lease.attempt)
        with self._change:
            self._held[name] = lease
            self._wake(lease.seconds / BEATS_PER_TERM)
        try:
            yield
        finally:
            with self._change:
                self._held.pop(name, None)

    def _wake(self, pause: float) -> None:
        # A forked worker inherits the object but not the thread.
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._beat, name="job-leases", daemon=True)
            self._thread.start()
        elif pause < self._pause:
            self._change.notify()

    def _beat(self) -> None:
        while True:
            with self._change:
                self._pause = math.inf
                while not self._held:
                    self._change.wait()
                shortest = min(lease.seconds for lease in self._held.values())
                self._pause = shortest / BEATS_PER_TERM
                self._change.wait(self._pause)
                held = list(self._held.values())
            _renew(held)


def _renew(held: list[Lease]) -> None:
    if not held:
        return
    try:
        leases.renew_unlocked(held, clock.now())
    except DatabaseError as error:
        # The next beat tries again; there are several within one term.
        log.warning("lease_renewal_failed", error=type(error).__name__)
    finally:
        connection.close()

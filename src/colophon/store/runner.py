"""The embedded runner: threads of this process that do due jobs.

``start`` and ``stop`` are what a serving process calls. With a broker configured the jobs run
in Celery workers, and what starts here is only the sweep that hands them over.
"""

from __future__ import annotations

import math
import os
import secrets
import threading
import time
from dataclasses import dataclass
from typing import Protocol

import structlog
from django.db import DatabaseError, connection

from colophon.store import announce, blobs, clock, durability, leases, work
from colophon.store.leases import Lease, Outcome
from colophon.store.states import LEASE_SECONDS

# How late another process's job may be noticed; one queued in this process is noticed at once.
POLL_SECONDS = 1.0
STOP_SECONDS = 10.0
log = structlog.get_logger(__name__)


class Runner:
    """``workers`` threads; a body that is asked to stop has ``STOP_SECONDS`` to do so."""

    def __init__(
        self, *, workers: int = 1, seconds: float = LEASE_SECONDS, poll: float = POLL_SECONDS
    ) -> None:
        self._seconds = seconds
        self._poll = poll
        self._look_at = -math.inf
        self._closing = threading.Event()
        self._wake = threading.Event()
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._threads = [
            threading.Thread(
                target=self._run, args=(f"{name}-{place}",), name=f"jobs-{place}", daemon=True
            )
            for place in range(workers)
        ]

    def start(self) -> None:
        """Begin; what an earlier process left half done is taken up."""
        announce.listen(self._told)
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = STOP_SECONDS) -> None:
        """Take nothing new and wait ``timeout`` seconds for what runs; the rest comes back."""
        announce.leave(self._told)
        self._closing.set()
        self._wake.set()
        for thread in self._threads:
            thread.join(timeout)

    def _told(self, _job_id: int) -> None:
        self._wake.set()

    def _run(self, holder: str) -> None:
        outcome: Outcome | None = None
        try:
            while outcome is not None or not self._closing.is_set():
                outcome = self._round(outcome, holder)
        finally:
            connection.close()

    def _round(self, outcome: Outcome | None, holder: str) -> Outcome | None:
        self._wake.clear()
        try:
            self._take_back()
            lease = self._turn(outcome, holder)
            if lease is None:
                self._rest()
        except DatabaseError as error:
            return self._recovered(outcome, error)
        return None if lease is None else work.run(lease, self._closing)

    def _turn(self, outcome: Outcome | None, holder: str) -> Lease | None:
        """Settle the last job and take the next, in one commit."""
        now = clock.now()
        with durability.light():
            if outcome is not None:
                leases.settle(outcome, now)
            if self._closing.is_set():
                return None
            return leases.take(holder, now, self._seconds)

    def _take_back(self) -> None:
        """Now and then, however long the queue is: what dead holders held."""
        moment = time.monotonic()
        if moment >= self._look_at:
            self._look_at = moment + self._poll
            leases.expire(clock.now())

    def _rest(self) -> None:
        if self._closing.is_set():
            return
        due = leases.next_due(clock.now())
        self._wake.wait(self._poll if due is None else min(due, self._poll))

    def _recovered(self, outcome: Outcome | None, error: DatabaseError) -> Outcome | None:
        """Wait for the database; the outcome is kept for the next round.

        When the process is closing it is dropped: the lease runs out and the job comes back.
        """
        log.warning("jobs_wait_for_database", error=type(error).__name__)
        connection.close()
        return None if self._closing.wait(self._poll) else outcome


class Service(Protocol):
    """Anything that starts and stops."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Options:
    """What ``start`` starts: nothing, threads of its own, or the sweep beside a broker."""

    on: bool = True
    workers: int = 1
    seconds: float = LEASE_SECONDS
    broker: bool = False


_options = Options()
_services: list[Service] = []


def configure(options: Options) -> None:
    """Say what ``start`` is to start; the app does, from the settings."""
    global _options  # noqa: PLW0603 - one process has one runner
    _options = options


def start() -> None:
    """Start this process's share of the jobs; does nothing when already started or off."""
    if _services or not _options.on:
        return
    blobs.sweep()
    service = _service(_options)
    service.start()
    _services.append(service)


def _service(options: Options) -> Service:
    if options.broker:
        from colophon.store.handover import Sweep

        return Sweep()
    return Runner(workers=options.workers, seconds=options.seconds)


def stop() -> None:
    """Stop gracefully what ``start`` started."""
    while _services:
        _services.pop().stop()

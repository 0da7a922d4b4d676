"""What a body gets to work with: its effects once, its progress, and when to stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event as Flag
from typing import TypeVar, cast

from django.db import transaction

from colophon.store import clock
from colophon.store.leases import Lease, renew
from colophon.store.models import JobEffect

Result = TypeVar("Result")

# A progress bar moves smoothly at this rate; the database need not hear of more.
PROGRESS_EVERY_SECONDS = 0.5


class LeaseLost(Exception):
    """Another holder has this job now; nothing this body still does may take effect."""


class StopAsked(Exception):
    """Somebody cancelled the job."""


class Interrupted(Exception):
    """The process is shutting down; the job goes back to the queue unharmed."""


class JobContext:
    """The body's side of one lease."""

    def __init__(self, lease: Lease, closing: Flag | None = None) -> None:
        self._lease = lease
        self._closing = closing
        self._told = float("-inf")

    @property
    def job_id(self) -> int:
        """The job's number."""
        return self._lease.job_id

    @property
    def attempt(self) -> int:
        """Which attempt this is, from 1."""
        return self._lease.attempt

    def once(self, step: str, effect: Callable[[], Result]) -> Result:
        """Run ``effect`` in one transaction with the mark that it ran; once per (job, step).

        Called again after a crash, it gives back the first call's result without running
        anything; so the result must be a JSON value. Keep slow work outside: the transaction
        holds SQLite's write lock. Raises LeaseLost, and then nothing took effect.
        """
        with transaction.atomic():
            # This UPDATE locks the row until the effect is committed, so no other holder can
            # come between; on SQLite the transaction itself is that lock.
            if not renew(self._lease, clock.now()):
                raise LeaseLost
            marks = JobEffect.objects.filter(job_id=self.job_id, step=step)
            mark = marks.values_list("result").first()
            if mark is not None:
                return cast("Result", mark[0])
            result = effect()
            JobEffect(job_id=self.job_id, step=step, result=result).save(force_insert=True)
            return result

    def progress(self, part: float) -> None:
        """Tell how much is done, 0.0 to 1.0."""
        moment = time.monotonic()
        if part < 1.0 and moment - self._told < PROGRESS_EVERY_SECONDS:
            return
        self._told = moment
        self._lease.rows().update(progress=min(max(part, 0.0), 1.0))

    def check_stop(self) -> None:
        """Raise where the body should stop: StopAsked, Interrupted or LeaseLost.

        A long body calls this between its parts and lets the exception pass.
        """
        if self._closing is not None and self._closing.is_set():
            raise Interrupted
        asked = self._lease.rows().values_list("stop_asked", flat=True).first()
        if asked is None:
            raise LeaseLost
        if asked:
            raise StopAsked

"""Past one machine: rows are handed to Celery workers, and handed again when that failed.

The row stays the truth. A message only says which row to look at; lost, doubled or late
messages change nothing, because the body runs under the row's lease.
"""

from __future__ import annotations

import math
import os
import secrets
import threading
import time
from collections.abc import Sequence
from datetime import datetime

import structlog
from celery import Celery
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from kombu.exceptions import KombuError

from colophon.store import clock, leases, states, work
from colophon.store.models import Job
from colophon.store.states import State

SWEEP_SECONDS = 2.0
AT_ONCE = 1000
BROKER_SECONDS = 2
# After a failure the acts of this process leave the handing over to the sweep for so long.
SILENCE_SECONDS = 10.0

log = structlog.get_logger(__name__)

app = Celery("colophon", broker=settings.COLOPHON_BROKER_URL)
app.conf.update(
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_publish_retry=False,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_connection_timeout=BROKER_SECONDS,
    # Publishing fails at once where the broker is away: the sweep is the second try.
    broker_transport_options={
        "socket_connect_timeout": BROKER_SECONDS,
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0,
    },
)


@app.task(name="colophon.run_job")  # type: ignore[untyped-decorator]
def run_job(job_id: int) -> None:
    """Run one row, if it is still there to be run."""
    work.run_this(job_id, f"{os.getpid()}-{secrets.token_hex(4)}", settings.COLOPHON_LEASE_SECONDS)


def hand(job_id: int) -> None:
    """Send one row's number to the workers; raises when the broker cannot be reached."""
    run_job.apply_async(args=[job_id])


class Announcer:
    """Hands over what was just committed, without making an act wait for an absent broker."""

    def __init__(self) -> None:
        self._silent_until = -math.inf

    def __call__(self, job_id: int) -> None:
        """Hand over one row, or leave it to the sweep."""
        if time.monotonic() < self._silent_until:
            return
        try:
            hand(job_id)
        except (KombuError, OSError) as error:
            self._silent_until = time.monotonic() + SILENCE_SECONDS
            log.warning("handover_left_to_sweep", error=type(error).__name__)


class Sweep:
    """A thread that takes back dead workers' leases and hands over what is due."""

    def __init__(self, *, every: float = SWEEP_SECONDS) -> None:
        self._every = every
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="job-handover", daemon=True)

    def start(self) -> None:
        """Begin; several processes may sweep at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the pass that runs."""
        self._closing.set()
        self._thread.join(BROKER_SECONDS)

    def _run(self) -> None:
        while not self._closing.wait(self._every):
            try:
                now = clock.now()
                leases.expire(now)
                hand_over_due(now)
            except (DatabaseError, KombuError, OSError) as error:
                log.warning("handover_waits", error=type(error).__name__)
            finally:
                connection.close()


def hand_over_due(now: datetime) -> int:
    """Hand over what is due and not lately handed over; how many were."""
    numbers = _claim(now)
    for place, number in enumerate(numbers):
        try:
            hand(number)
        except Exception:
            _unclaim(numbers[place:])
            raise
    return len(numbers)


def _claim(now: datetime) -> list[int]:
    waiting = Job.objects.filter(
        Q(hand_over_at__isnull=True) | Q(hand_over_at__lte=now), state=State.QUEUED, due__lte=now
    )
    if not waiting.exists():
        return []
    with transaction.atomic():
        rows = list(waiting.select_for_update(skip_locked=True).order_by("due", "id")[:AT_ONCE])
        for job in rows:
            job.handed_over += 1
            job.hand_over_at = now + states.handover_delay(job.handed_over)
        Job.objects.bulk_update(rows, ["handed_over", "hand_over_at"], batch_size=200)
    return [job.pk for job in rows]


def _unclaim(numbers: Sequence[int]) -> None:
    Job.objects.filter(pk__in=numbers, state=State.QUEUED).update(hand_over_at=None)

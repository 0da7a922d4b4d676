"""Past one machine: rows are handed to Celery workers, and handed again when that failed.

The row stays the truth. A message only says which row to look at; lost, doubled or late
messages change nothing, because the body runs under the row's lease.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from celery import Celery
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from kombu.exceptions import KombuError

from colophon.store import clock, leases, work
from colophon.store.models import Job
from colophon.store.states import State

SWEEP_SECONDS = 2.0
# A message the broker lost is sent again after this; what a dead worker held, at once.
AGAIN_AFTER = timedelta(minutes=5)
AT_ONCE = 1000
BROKER_SECONDS = 5

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
    broker_connection_timeout=BROKER_SECONDS,
    broker_transport_options={"socket_connect_timeout": BROKER_SECONDS},
)


@app.task(name="colophon.run_job")  # type: ignore[untyped-decorator]
def run_job(job_id: int) -> None:
    """Run one row, if it is still there to be run."""
    work.run_this(job_id, f"{os.getpid()}-{secrets.token_hex(4)}", settings.COLOPHON_LEASE_SECONDS)


def hand(job_id: int) -> None:
    """Send one row's number to the workers; raises when the broker cannot be reached."""
    run_job.apply_async(args=[job_id])


class Sweep:
    """A thread that takes back dead workers' leases and hands over what is due."""

    def __init__(self, *, every: float = SWEEP_SECONDS, again: timedelta = AGAIN_AFTER) -> None:
        self._every = every
        self._again = again
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
                hand_over_due(now, self._again)
            except (DatabaseError, KombuError, OSError) as error:
                log.warning("handover_waits", error=type(error).__name__)
            finally:
                connection.close()


def hand_over_due(now: datetime, again: timedelta = AGAIN_AFTER) -> int:
    """Hand over what is due and has no message under way; how many were handed over."""
    numbers = _claim(now, again)
    for place, number in enumerate(numbers):
        try:
            hand(number)
        except Exception:
            _unclaim(numbers[place:])
            raise
    return len(numbers)


def _claim(now: datetime, again: timedelta) -> list[int]:
    waiting = Job.objects.filter(
        Q(handed__isnull=True) | Q(handed__lt=now - again), state=State.QUEUED, due__lte=now
    )
    if not waiting.exists():
        return []
    with transaction.atomic():
        rows = waiting.select_for_update(skip_locked=True).order_by("due", "id")
        numbers = list(rows.values_list("pk", flat=True)[:AT_ONCE])
        Job.objects.filter(pk__in=numbers).update(handed=now)
    return numbers


def _unclaim(numbers: Sequence[int]) -> None:
    Job.objects.filter(pk__in=numbers, state=State.QUEUED).update(handed=None)

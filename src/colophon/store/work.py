"""Running one leased job to its end, whoever holds it: an embedded thread or a Celery worker."""

from __future__ import annotations

import hashlib
import threading
import time
import traceback

import structlog
from django.db import DatabaseError, connection

from colophon.errors import InputError, RefusedError, UsageError
from colophon.store import clock, durability, jobs, leases
from colophon.store.context import Interrupted, JobContext, LeaseLost, StopAsked
from colophon.store.heart import Heart
from colophon.store.leases import LEASE_LOST, Lease, Outcome
from colophon.store.states import LEASE_SECONDS, Step

# Trying again cannot help: the input stays what it is, and so does the rule.
FINAL_ERRORS = (InputError, RefusedError, UsageError)
SETTLE_PAUSE_SECONDS = 0.5

log = structlog.get_logger(__name__)
_heart = Heart()


def run(lease: Lease, closing: threading.Event | None = None) -> Outcome:
    """Run the body under its lease; how it ended is for the caller to settle."""
    try:
        with _heart.holding(lease):
            jobs.body_of(lease.kind)(JobContext(lease, closing), **lease.arguments)
    except Interrupted:
        return Outcome(lease, Step.RETURN)
    except StopAsked:
        return Outcome(lease, Step.STOP)
    except LeaseLost:
        return Outcome(lease, Step.FAIL, LEASE_LOST)
    except Exception as error:  # noqa: BLE001 - whatever a body raises is its job's failure
        return _failure(lease, error)
    return Outcome(lease, Step.FINISH)


def _failure(lease: Lease, error: Exception) -> Outcome:
    """What is kept of an error: its code and where it arose, never its text."""
    code = getattr(error, "code", None)
    name = code if isinstance(code, str) and code else type(error).__name__
    frames = [
        f"{f.filename}:{f.lineno}:{f.name}" for f in traceback.extract_tb(error.__traceback__)
    ]
    trace = hashlib.sha256("\n".join([name, *frames]).encode()).hexdigest()[:16]
    log.warning(
        "job_failed", job=lease.job_id, kind=lease.kind, error=name, trace=trace, frames=frames
    )
    step = Step.GIVE_UP if isinstance(error, FINAL_ERRORS) else Step.FAIL
    return Outcome(lease, step, name[:100], trace)


def run_this(job_id: int, holder: str, seconds: float = LEASE_SECONDS) -> bool:
    """Lease, run and settle one job; False where it is not due, held or over."""
    with durability.light():
        lease = leases.take_this(job_id, holder, clock.now(), seconds)
    if lease is None:
        return False
    settle(run(lease))
    return True


def settle(outcome: Outcome) -> None:
    """Write how a lease ended, through outages of the database no longer than its term."""
    until = time.monotonic() + outcome.lease.seconds
    while True:
        try:
            with durability.light():
                leases.settle(outcome, clock.now())
            return
        except DatabaseError:
            connection.close()
            if time.monotonic() > until:
                # The lease has run out by now: the job comes back by itself.
                raise
            time.sleep(SETTLE_PAUSE_SECONDS)

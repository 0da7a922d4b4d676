"""Holding a job for a time: every step is one guarded UPDATE, the same on both databases.

A lease is a job's number, its holder's name and the attempt. Who lost it to another can no
longer change anything: not the job, and no effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min, QuerySet

from colophon.store import durability, states
from colophon.store.models import Job
from colophon.store.states import MAX_ATTEMPTS, State, Step

LEASE_LOST = "lease_lost"
# For a row that waits anew: the next sweep hands it over.
ANEW: Mapping[str, Any] = {"handed_over": 0, "hand_over_at": None}


@dataclass(frozen=True, slots=True)
class Lease:
    """What one holder has in hand. ``attempt`` counts from 1; ``seconds`` is the term."""

    job_id: int
    kind: str
    arguments: Mapping[str, Any]
    holder: str
    attempt: int
    seconds: float

    def rows(self) -> QuerySet[Job]:
        """The job's row as long as this lease holds, else no row."""
        return Job.objects.filter(
            pk=self.job_id, state=State.LEASED, leased_by=self.holder, attempts=self.attempt
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a lease ended: the step taken, and for a failure what is kept of it."""

    lease: Lease
    step: Step
    error_code: str = field(default="")
    error_trace: str = field(default="")


def take(holder: str, now: datetime, seconds: float) -> Lease | None:
    """Lease the job that has been due longest, or None; inside the caller's transaction."""
    due = Job.objects.filter(state=State.QUEUED, due__lte=now)
    return _lease(due.order_by("due", "id"), holder, now, seconds)


def take_this(job_id: int, holder: str, now: datetime, seconds: float) -> Lease | None:
    """Lease this job if it is due and nobody holds it; inside the caller's transaction."""
    this = Job.objects.filter(pk=job_id, state=State.QUEUED, due__lte=now)
    return _lease(this, holder, now, seconds)


def _lease(rows: QuerySet[Job], holder: str, now: datetime, seconds: float) -> Lease | None:
    # SKIP LOCKED on PostgreSQL; on SQLite the transaction holds the one write lock already.
    held = rows.select_for_update(skip_locked=True)
    found = held.values_list("pk", "kind", "arguments", "attempts").first()
    if found is None:
        return None
    number, kind, arguments, attempts = found
    Job.objects.filter(pk=number).update(
        state=states.after(State.QUEUED, Step.LEASE),
        leased_by=holder,
        lease_until=now + timedelta(seconds=seconds),
        attempts=attempts + 1,
    )
    return Lease(number, kind, arguments, holder, attempts + 1, seconds)


def renew(lease: Lease, now: datetime) -> bool:
    """Hold on for another term; False where the lease is lost."""
    return bool(lease.rows().update(lease_until=now + timedelta(seconds=lease.seconds)))


def renew_unlocked(held: Sequence[Lease], now: datetime) -> None:
    """Renew every lease whose row no transaction holds.

    A row that is locked belongs to an effect on its way to commit: it was renewed when the
    effect began, and waiting for it would let the other leases run out.
    """
    with durability.light():
        for lease in held:
            if lease.rows().select_for_update(skip_locked=True).values_list("pk").first():
                renew(lease, now)


def settle(outcome: Outcome, now: datetime) -> bool:
    """Write how a lease ended; False where it had been lost before."""
    step = outcome.step
    if step is Step.FAIL and outcome.lease.attempt >= MAX_ATTEMPTS:
        step = Step.GIVE_UP
    changes: dict[str, object] = {
        "state": states.after(State.LEASED, step),
        "leased_by": "",
        "lease_until": None,
        "error_code": outcome.error_code,
        "error_trace": outcome.error_trace,
    }
    return bool(outcome.lease.rows().update(**changes, **_times(step, outcome.lease, now)))


def _times(step: Step, lease: Lease, now: datetime) -> dict[str, object]:
    if step is Step.FAIL:
        return {"due": now + states.delay(lease.attempt), **ANEW}
    if step is Step.RETURN:
        # Given back unharmed: this attempt does not count.
        return {**ANEW, "attempts": lease.attempt - 1}
    if step is Step.FINISH:
        return {"finished": now, "progress": 1.0}
    return {"finished": now}


def expire(now: datetime) -> int:
    """Take back what dead holders held; how many came back to the queue."""
    lost = Job.objects.filter(state=State.LEASED, lease_until__lt=now)
    # Looked at first without the write lock: mostly there is nothing.
    if not lost.exists():
        return 0
    gone: dict[str, Any] = {"leased_by": "", "lease_until": None, "error_code": LEASE_LOST}
    with transaction.atomic():
        # It keeps its due time, and with it its place before what came later.
        # A locked row belongs to a holder that lives: its effect is being committed.
        free = lost.select_for_update(skip_locked=True).values_list("pk", "attempts")
        dead = [pk for pk, attempts in free if attempts >= MAX_ATTEMPTS]
        back = [pk for pk, attempts in free if attempts < MAX_ATTEMPTS]
        buried = states.after(State.LEASED, Step.GIVE_UP)
        Job.objects.filter(pk__in=dead).update(state=buried, finished=now, **gone)
        queued = states.after(State.LEASED, Step.EXPIRE)
        Job.objects.filter(pk__in=back).update(state=queued, **ANEW, **gone)
        return len(back)


def next_due(now: datetime) -> float | None:
    """Seconds until the next queued job is due (0 where one is), or None without any."""
    first = Job.objects.filter(state=State.QUEUED).aggregate(first=Min("due"))["first"]
    return None if first is None else max(0.0, (first - now).total_seconds())

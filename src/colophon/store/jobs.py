"""Jobs: work promised in an act's transaction and done after it, surely and once.

A body is a function registered under a kind. It may be started more than once (a process
may die at any moment), so whatever must happen once goes through ``context.once``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from colophon.errors import JobNotInState
from colophon.store import announce, clock, events, states
from colophon.store.models import Job
from colophon.store.states import State, Step

Body = Callable[..., None]

RETRIED = events.kind("job.retried", zh="任务已由人员重新排队", en="A person queued a job again")
STOPPED = events.kind("job.stopped", zh="任务已被要求停止", en="A job was asked to stop")

_bodies: dict[str, Body] = {}


class UnknownJobKind(LookupError):
    """No body is registered under this kind in this process."""

    code = "unknown_job_kind"


def body(kind: str) -> Callable[[Body], Body]:
    """Register ``run(context: JobContext, **arguments)`` as the body of ``kind``."""

    def register(run: Body) -> Body:
        if _bodies.setdefault(kind, run) is not run:
            raise ValueError(f"{kind} has two bodies")
        return run

    return register


def body_of(kind: str) -> Body:
    """The body of ``kind``; raises UnknownJobKind."""
    try:
        return _bodies[kind]
    except KeyError:
        raise UnknownJobKind(kind) from None


def queue(kind: str, arguments: Mapping[str, Any], *, key: str, due: datetime | None = None) -> Job:
    """Promise a job in the caller's transaction: it is there if and only if the act is.

    The same ``key`` twice is the same job. ``arguments`` are JSON values without personal
    data; ``due`` is now where none is given. Raises OutsideTransaction, UnknownJobKind.
    """
    events.must_be_in_transaction()
    body_of(kind)
    now = clock.now()
    at_once = due is None or due <= now
    fresh = {
        "kind": kind,
        "arguments": dict(arguments),
        "due": due or now,
        "created": now,
        **(_handed_over(now) if at_once else {}),
    }
    job, made = Job.objects.get_or_create(key=key, defaults=fresh)
    if job.kind != kind:
        raise ValueError(f"the key {key} already names a job of kind {job.kind}")
    if made and at_once:
        _announce(job)
    return job


def retry(job: Job, *, by: str, now: datetime) -> Job:
    """Queue a dead letter or a stopped job again, with all its attempts; raises JobNotInState."""
    return _turn(job, Step.RETRY, RETRIED, by=by, now=now)


def cancel(job: Job, *, by: str, now: datetime) -> Job:
    """Stop a job: at once where it waits, at its body's next ``check_stop`` where it runs.

    Raises JobNotInState for a job that is over.
    """
    with transaction.atomic():
        held = Job.objects.select_for_update().get(pk=job.pk)
        if held.state != State.LEASED:
            return _turn(held, Step.STOP, STOPPED, by=by, now=now)
        Job.objects.filter(pk=held.pk).update(stop_asked=True)
        events.append(STOPPED, f"job:{held.pk}", {"kind": held.kind}, by=by, now=now)
        held.stop_asked = True
        return held


def _turn(job: Job, step: Step, event: str, *, by: str, now: datetime) -> Job:
    with transaction.atomic():
        held = Job.objects.select_for_update().get(pk=job.pk)
        try:
            held.state = states.after(held.state, step)
        except states.NoSuchStep as error:
            raise JobNotInState(state=held.state) from error
        _reset(held, now)
        held.save()
        events.append(event, f"job:{held.pk}", {"kind": held.kind}, by=by, now=now)
        if held.state == State.QUEUED:
            _announce(held)
        return held


def _reset(job: Job, now: datetime) -> None:
    waits = job.state == State.QUEUED
    job.attempts = 0 if waits else job.attempts
    job.due = now if waits else job.due
    for name, value in _handed_over(now).items():
        setattr(job, name, value)
    job.finished = None if waits else now
    job.stop_asked = False


def _handed_over(now: datetime) -> dict[str, Any]:
    # The announcement at the commit is the first handover.
    return {"handed_over": 1, "hand_over_at": now + states.handover_delay(1)}


def _announce(job: Job) -> None:
    # robust: the job is in the table already; a failed announcement is made up by polling.
    transaction.on_commit(partial(announce.tell, job.pk), robust=True)

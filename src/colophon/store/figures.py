"""How many jobs are where, and whether anybody takes them: for health pages and metrics."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count

from colophon.store.models import Job
from colophon.store.states import State

LATE = timedelta(minutes=1)
"""A job that has been due this long shows that nobody takes jobs."""


def jobs_by_state() -> dict[str, int]:
    """How many jobs are in each state."""
    return dict(Job.objects.order_by().values_list("state").annotate(Count("pk")))


def jobs_are_taken(now: datetime) -> bool:
    """Somebody takes due jobs, in this process or another: none waits long, or, where some
    do, others are being done meanwhile.
    """
    if not Job.objects.filter(state=State.QUEUED, due__lt=now - LATE).exists():
        return True
    return Job.objects.filter(state=State.LEASED, lease_until__gt=now).exists()

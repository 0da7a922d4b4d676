"""Figures of jobs, for health pages and metrics."""

from datetime import timedelta

import pytest
from django.db import transaction

from colophon.store import clock, figures, jobs, leases
from colophon.store.leases import Outcome
from colophon.store.states import Step

pytestmark = pytest.mark.django_db


@jobs.body("figures.nothing")
def nothing(context):
    pass


def queue(key, due):
    with transaction.atomic():
        return jobs.queue("figures.nothing", {}, key=key, due=due)


def test_jobs_are_counted_by_state():
    now = clock.now()
    assert figures.jobs_by_state() == {}
    for number in range(3):
        queue(str(number), now - timedelta(hours=1))
    with transaction.atomic():
        lease = leases.take("here", now, 15)
        leases.take("here", now, 15)
    leases.settle(Outcome(lease, Step.GIVE_UP), now)
    assert figures.jobs_by_state() == {"dead": 1, "leased": 1, "queued": 1}


def test_a_due_job_that_nobody_takes_is_noticed():
    now = clock.now()
    queue("later", now + timedelta(hours=1))
    assert figures.jobs_are_taken(now)
    queue("due", now)
    assert figures.jobs_are_taken(now + timedelta(seconds=30))
    assert not figures.jobs_are_taken(now + timedelta(seconds=90))

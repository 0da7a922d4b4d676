"""Handing rows over: what is due and waits, ever more rarely, through outages of the broker."""

import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.db import transaction

from colophon.errors import BrokerMissing
from colophon.store import clock, jobs, leases, work
from colophon.store.models import Job
from colophon.store.states import LONGEST_HANDOVER_DELAY, State, handover_delay

pytestmark = pytest.mark.django_db
ran: list[int] = []


@jobs.body("handover.record")
def record(context):
    ran.append(context.attempt)


def reach(broker):
    """Have Celery speak to this broker from now on."""
    from colophon.store import handover

    handover.app.conf.update(broker_url=broker)
    handover.app._pool = handover.app.amqp._producer_pool = None


@pytest.fixture
def messages(monkeypatch):
    """The numbers handed over; Celery's in-memory broker stands for the network."""
    from colophon.store import handover

    reach("memory://")
    with handover.app.connection_for_write() as connection:
        queue = connection.SimpleQueue("celery")

        def read():
            numbers = []
            while queue.qsize():
                message = queue.get(block=False)
                numbers.append(message.payload[0][0])
                message.ack()
            return numbers

        read()
        yield read
        queue.close()


def queue(key="one", due=None):
    with transaction.atomic():
        return jobs.queue("handover.record", {}, key=key, due=due)


def test_a_message_runs_the_row_once_however_often_it_comes(messages):
    from colophon.store import handover

    ran.clear()
    job = queue()
    handover.run_job(job.pk)
    handover.run_job(job.pk)
    handover.run_job(10**9)
    assert ran == [1]
    assert Job.objects.get().state == State.DONE


def test_a_message_for_a_row_not_due_or_held_changes_nothing():
    ran.clear()
    later = queue(due=clock.now() + timedelta(hours=1))
    assert not work.run_this(later.pk, "here")
    held = queue("held")
    with transaction.atomic():
        assert leases.take_this(held.pk, "another", clock.now(), 15)
    assert not work.run_this(held.pk, "here")
    assert ran == []


def test_what_was_announced_is_handed_over_again_only_when_nobody_came(messages):
    from colophon.store import handover

    job = queue()
    now = clock.now()
    assert handover.hand_over_due(now) == 0
    times = []
    for _ in range(14):
        now = Job.objects.get().hand_over_at
        assert handover.hand_over_due(now - timedelta(seconds=1)) == 0
        assert handover.hand_over_due(now) == 1
        times.append(Job.objects.get().hand_over_at - now)
    assert messages() == [job.pk] * 14
    assert times[0] == handover_delay(2)
    assert times == sorted(times)
    assert times[-1] == LONGEST_HANDOVER_DELAY


def test_what_becomes_due_is_handed_over_then(messages):
    from colophon.store import handover

    due = clock.now() + timedelta(hours=1)
    job = queue(due=due)
    assert handover.hand_over_due(due - timedelta(seconds=1)) == 0
    assert handover.hand_over_due(due) == 1
    assert messages() == [job.pk]


def test_what_a_dead_worker_held_is_handed_over_at_once(messages):
    from colophon.store import handover

    job = queue()
    with transaction.atomic():
        leases.take_this(job.pk, "dead", clock.now(), 15)
    now = clock.now() + timedelta(seconds=16)
    assert handover.hand_over_due(now) == 0
    leases.expire(now)
    assert handover.hand_over_due(now) == 1
    assert messages() == [job.pk]


def test_while_the_broker_is_away_rows_wait_unharmed(messages):
    from colophon.store import handover

    numbers = [queue(str(number)).pk for number in range(3)]
    later = clock.now() + timedelta(minutes=1)
    reach("redis://127.0.0.1:1/0")
    with pytest.raises(Exception, match="refused"):
        handover.hand_over_due(later)
    assert set(Job.objects.values_list("state", "hand_over_at")) == {(State.QUEUED, None)}
    reach("memory://")
    assert handover.hand_over_due(later) == 3
    assert messages() == numbers


def test_an_act_does_not_wait_for_an_absent_broker(messages):
    from colophon.store import handover

    announcer = handover.Announcer()
    reach("redis://127.0.0.1:1/0")
    began = time.monotonic()
    for number in range(100):
        announcer(number)
    assert time.monotonic() - began < 1
    reach("memory://")
    handover.Announcer()(7)
    assert messages() == [7]


def test_without_a_broker_a_worker_says_what_is_missing(settings):
    from colophon.site.celery import worker_main

    settings.COLOPHON_BROKER_URL = ""
    with pytest.raises(BrokerMissing):
        worker_main()


def test_without_a_broker_celery_is_not_even_loaded():
    program = (
        "import sys, django; django.setup(); from colophon.store import jobs, runner; "
        "sys.exit('celery' in sys.modules)"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "colophon.site.settings",
        "COLOPHON_BROKER_URL": "",
    }
    assert subprocess.run([sys.executable, "-c", program], env=environment).returncode == 0

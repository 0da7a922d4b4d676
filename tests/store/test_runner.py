"""The embedded runner: wakes at a commit, waits for due times, survives, stops."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import transaction

from colophon.store import clock, jobs, runner
from colophon.store.apps import StoreConfig
from colophon.store.models import Job, JobEffect
from colophon.store.states import State

pytestmark = pytest.mark.django_db(transaction=True)

started = threading.Event()
go_on = threading.Event()
threads: set[str] = set()


@jobs.body("runner.quick")
def quick(context, step="a"):
    context.once(step, lambda: threads.add(threading.current_thread().name))


@jobs.body("runner.slow")
def slow(context):
    started.set()
    while not go_on.wait(0.05):
        context.check_stop()


@jobs.body("runner.deaf")
def deaf(context):
    started.set()
    go_on.wait(10)


@jobs.body("runner.chain")
def chain(context, left):
    def next_one():
        jobs.queue("runner.chain", {"left": left - 1}, key=f"chain {left - 1}")

    if left:
        context.once("next", next_one)


@pytest.fixture(autouse=True)
def fresh():
    for flag in (started, go_on):
        flag.clear()
    threads.clear()
    yield
    go_on.set()


@pytest.fixture
def make():
    made = []

    def start(**options):
        one = runner.Runner(**options)
        made.append(one)
        one.start()
        return one

    yield start
    go_on.set()
    for one in made:
        one.stop()


def queue(kind="runner.quick", key="one", due=None, **arguments):
    with transaction.atomic():
        return jobs.queue(kind, arguments, key=key, due=due)


def until(ready, seconds=10.0):
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def state(key="one"):
    return Job.objects.get(key=key).state


def test_what_waits_is_done_at_the_start(make):
    for number in range(20):
        queue(key=str(number))
    make(workers=2)
    until(lambda: Job.objects.filter(state=State.DONE).count() == 20)
    assert JobEffect.objects.count() == 20


def test_a_commit_wakes_it_long_before_the_next_poll(make):
    make(poll=60)
    time.sleep(0.2)
    began = time.monotonic()
    queue()
    until(lambda: state() == State.DONE)
    assert time.monotonic() - began < 2


def test_a_job_may_queue_the_next(make):
    make(poll=60)
    queue("runner.chain", "chain 5", left=5)
    until(lambda: Job.objects.filter(state=State.DONE).count() == 6)


def test_it_waits_for_the_due_time_and_is_then_on_time(make):
    make(poll=60)
    due = clock.now() + timedelta(seconds=0.7)
    queue(due=due)
    # A job due later announces nothing; one due now wakes the runner, which then looks.
    queue(key="now")
    until(lambda: state("now") == State.DONE)
    assert state() == State.QUEUED
    until(lambda: state() == State.DONE)
    assert timedelta(0) <= Job.objects.get(key="one").finished - due < timedelta(seconds=1)


def test_a_long_body_keeps_its_lease(make):
    make(seconds=0.6, poll=0.1, workers=2)
    queue("runner.deaf")
    assert started.wait(5)
    time.sleep(2)
    job = Job.objects.get()
    assert (job.state, job.attempts) == (State.LEASED, 1)
    go_on.set()
    until(lambda: state() == State.DONE)
    assert Job.objects.get().attempts == 1


def test_stopping_gives_back_what_runs(make):
    one = make()
    queue("runner.slow")
    assert started.wait(5)
    began = time.monotonic()
    one.stop()
    assert time.monotonic() - began < 5
    job = Job.objects.get()
    assert (job.state, job.attempts, job.leased_by) == (State.QUEUED, 0, "")


def test_a_body_that_does_not_look_holds_nobody_up(make):
    one = make()
    queue("runner.deaf")
    assert started.wait(5)
    began = time.monotonic()
    one.stop(timeout=0.3)
    assert time.monotonic() - began < 2


def test_cancelling_stops_what_runs(make):
    make()
    job = queue("runner.slow")
    assert started.wait(5)
    jobs.cancel(job, by="account:7", now=clock.now())
    until(lambda: state() == State.STOPPED)


def test_what_a_dead_holder_left_is_taken_up(make):
    job = queue()
    past = clock.now() - timedelta(seconds=1)
    Job.objects.update(state=State.LEASED, leased_by="dead", lease_until=past, attempts=1)
    make(poll=0.1)
    until(lambda: state() == State.DONE)
    assert Job.objects.get(pk=job.pk).attempts == 2


@pytest.fixture
def configure():
    yield runner.configure
    StoreConfig.create("colophon.store").ready()


def test_what_a_dead_holder_left_does_not_wait_for_the_queue_to_end(make):
    lost = queue(key="lost")
    Job.objects.update(state=State.LEASED, leased_by="dead", lease_until=clock.now(), attempts=1)
    with transaction.atomic():
        for number in range(500):
            jobs.queue("runner.quick", {}, key=f"{number}", due=clock.now())
    make(poll=0.1)
    until(lambda: state("lost") == State.DONE)
    assert Job.objects.filter(state=State.QUEUED).exists()
    assert Job.objects.get(pk=lost.pk).attempts == 2


def test_start_and_stop_are_for_the_whole_process(configure):
    configure(runner.Options(on=False))
    runner.start()
    queue()
    time.sleep(0.3)
    assert state() == State.QUEUED
    configure(runner.Options(workers=2))
    runner.start()
    runner.start()
    until(lambda: state() == State.DONE)
    runner.stop()
    runner.stop()
    queue(key="two")
    time.sleep(0.3)
    assert state("two") == State.QUEUED


def test_a_locked_database_is_waited_for(make):
    """Another writer holds the database longer than a round; the job is done after it."""
    queue()
    with transaction.atomic():
        # On SQLite this is the write lock, on PostgreSQL the row's.
        list(Job.objects.select_for_update())
        Job.objects.update(attempts=0)
        make(poll=0.1)
        time.sleep(0.5)
        assert state() == State.QUEUED
    until(lambda: state() == State.DONE)

"""Jobs: queued with the act, leased to one, retried, buried, stopped, retried by hand."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from colophon.errors import FileMissing, JobNotInState
from colophon.store import announce, clock, jobs, leases, work
from colophon.store.context import JobContext, LeaseLost
from colophon.store.leases import Outcome
from colophon.store.models import Event, Job, JobEffect
from colophon.store.states import MAX_ATTEMPTS, State, Step, delay

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
seen: list = []


@jobs.body("test.record")
def record(context, **arguments):
    seen.append((context.attempt, arguments))


@jobs.body("test.fail")
def fail(context, name):
    raise RuntimeError(f"the name {name} must not be kept")


@jobs.body("test.refuse")
def refuse(context):
    raise FileMissing(file="secret-name.png")


@jobs.body("test.stoppable")
def stoppable(context):
    context.progress(0.5)
    context.check_stop()
    seen.append("went on")


@pytest.fixture(autouse=True)
def nothing_seen():
    seen.clear()


def queue(kind="test.record", key="one", due=None, **arguments):
    with transaction.atomic():
        return jobs.queue(kind, arguments, key=key, due=due)


def take(now=None, holder="here", seconds=15):
    with transaction.atomic():
        return leases.take(holder, now or clock.now(), seconds)


def run_one(now=None):
    lease = take(now)
    outcome = work.run(lease)
    leases.settle(outcome, now or clock.now())
    return Job.objects.get(pk=lease.job_id)


def test_a_job_is_run_with_its_arguments_and_is_done():
    queue(size=3, name="图")
    job = run_one()
    assert seen == [(1, {"size": 3, "name": "图"})]
    assert (job.state, job.progress, job.leased_by, job.lease_until) == (State.DONE, 1.0, "", None)
    assert job.finished is not None
    assert take() is None


def test_the_same_key_is_the_same_job():
    assert queue(size=1).pk == queue(size=2).pk
    assert Job.objects.get().arguments == {"size": 1}
    with pytest.raises(ValueError):
        queue("test.fail", name="x")


def test_a_kind_without_a_body_is_refused_at_once():
    with pytest.raises(jobs.UnknownJobKind):
        queue("test.typing_slip")


def test_a_kind_has_one_body():
    with pytest.raises(ValueError):
        jobs.body("test.record")(fail)
    assert jobs.body("test.record")(record) is record


def test_a_kind_unknown_to_this_process_is_tried_again_later():
    job = queue()
    Job.objects.update(kind="test.of_a_newer_version")
    job = run_one()
    assert (job.state, job.error_code) == (State.QUEUED, "unknown_job_kind")


def test_nothing_runs_before_it_is_due():
    due = clock.now() + timedelta(hours=1)
    queue(due=due)
    assert take() is None
    assert take(due - SECOND) is None
    assert 3590 < leases.next_due(clock.now()) <= 3600
    assert take(due) is not None
    assert leases.next_due(due) is None


def test_the_longest_due_comes_first():
    now = clock.now()
    for hours in (1, 3, 2):
        queue(key=f"{hours}", due=now - timedelta(hours=hours), hours=hours)
    assert [take().arguments["hours"] for _ in range(3)] == [3, 2, 1]


def test_a_leased_job_is_nobody_elses_until_the_term_is_over():
    queue()
    now = clock.now()
    first = take(now, "first", 15)
    assert take(now + 14 * SECOND, "second") is None
    assert leases.expire(now + 14 * SECOND) == 0
    assert leases.expire(now + 16 * SECOND) == 1
    second = take(now + 16 * SECOND, "second")
    assert (second.job_id, second.attempt) == (first.job_id, 2)
    assert Job.objects.get().error_code == leases.LEASE_LOST


def test_renewal_holds_on_and_is_refused_to_who_lost_the_lease():
    queue()
    now = clock.now()
    first = take(now, "first", 15)
    assert leases.renew(first, now + 10 * SECOND)
    assert leases.expire(now + 20 * SECOND) == 0
    assert leases.expire(now + 26 * SECOND) == 1
    assert not leases.renew(first, now + 26 * SECOND)
    take(now + 26 * SECOND, "second")
    assert not leases.renew(first, now + 26 * SECOND)


def test_the_same_holder_does_not_mistake_a_later_lease_for_its_own():
    queue()
    now = clock.now()
    first = take(now, "same", 15)
    leases.expire(now + 16 * SECOND)
    second = take(now + 16 * SECOND, "same")
    assert not leases.settle(Outcome(first, Step.FINISH), now + 17 * SECOND)
    assert leases.settle(Outcome(second, Step.FINISH), now + 17 * SECOND)


def test_who_lost_the_lease_can_change_nothing():
    now = clock.now()
    queue(due=now - timedelta(hours=1))
    lost = take(now - 20 * SECOND, "slow", 15)
    leases.expire(now)
    context = JobContext(lost)
    with pytest.raises(LeaseLost):
        context.once("effect", lambda: seen.append("effect"))
    with pytest.raises(LeaseLost):
        context.check_stop()
    context.progress(1.0)
    assert not leases.settle(Outcome(lost, Step.FINISH), now)
    job = Job.objects.get()
    assert (seen, job.state, job.progress) == ([], State.QUEUED, 0.0)


def test_an_effect_happens_once_and_its_result_is_kept():
    now = clock.now()
    queue(due=now - timedelta(hours=1))
    first = JobContext(take(now - 20 * SECOND))

    def effect():
        seen.append("effect")
        return {"n": len(seen)}

    assert first.once("a", effect) == {"n": 1}
    assert first.once("a", effect) == {"n": 1}
    # A renewal came with the effect, so the lease ends a whole term later.
    assert leases.expire(now) == 0
    assert leases.expire(clock.now() + 16 * SECOND) == 1
    second = JobContext(take(clock.now() + 16 * SECOND))
    assert second.once("a", effect) == {"n": 1}
    assert second.once("b", effect) == {"n": 2}
    assert seen == ["effect", "effect"]
    assert JobEffect.objects.count() == 2


def test_an_effect_that_fails_leaves_no_mark_and_none_of_its_rows():
    queue()
    context = JobContext(take())

    def effect():
        queue(key="from inside")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        context.once("a", effect)
    assert not JobEffect.objects.exists()
    assert not Job.objects.filter(key="from inside").exists()
    assert context.once("a", lambda: 1) == 1


def test_failures_come_back_later_and_later_and_end_as_a_dead_letter():
    queue("test.fail", name="Zhang San")
    now = clock.now()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        job = run_one(now)
        assert job.attempts == attempt
        if attempt < MAX_ATTEMPTS:
            assert (job.state, job.due - now) == (State.QUEUED, delay(attempt))
            assert take(job.due - SECOND) is None
            now = job.due
    assert (job.state, job.error_code) == (State.DEAD, "RuntimeError")
    assert job.finished == now
    assert take(now + timedelta(days=365)) is None


def test_of_an_error_only_the_code_and_a_trace_are_kept():
    queue("test.fail", name="Zhang San")
    job = run_one()
    assert len(job.error_trace) == 16
    kept = [str(getattr(job, field.attname)) for field in Job._meta.fields]
    kept.remove(str(job.arguments))
    assert not [text for text in kept if "Zhang" in text]


def test_the_same_fault_has_the_same_trace_and_another_another():
    traces = []
    for key, kind, arguments in (
        ("a", "test.fail", {"name": "x"}),
        ("b", "test.fail", {"name": "y"}),
        ("c", "test.refuse", {}),
    ):
        queue(kind, key, **arguments)
        traces.append(run_one().error_trace)
    assert traces[0] == traces[1] != traces[2]


def test_a_bad_input_is_not_tried_again():
    queue("test.refuse")
    job = run_one()
    assert (job.state, job.error_code, job.attempts) == (State.DEAD, "file_missing", 1)


def test_a_job_that_kills_its_process_is_buried_in_the_end():
    queue()
    now = clock.now()
    for _ in range(MAX_ATTEMPTS):
        assert take(now) is not None
        now += 16 * SECOND
        leases.expire(now)
    assert take(now) is None
    job = Job.objects.get()
    assert (job.state, job.error_code) == (State.DEAD, leases.LEASE_LOST)


def test_a_dead_letter_is_retried_by_a_person_with_all_its_attempts():
    queue("test.refuse")
    job = run_one()
    now = clock.now()
    jobs.retry(job, by="account:7", now=now)
    job = Job.objects.get()
    assert (job.state, job.attempts, job.due, job.finished) == (State.QUEUED, 0, now, None)
    event = Event.objects.get(kind="job.retried")
    assert (event.subject, event.by) == (f"job:{job.pk}", "account:7")
    with pytest.raises(JobNotInState):
        jobs.retry(job, by="account:7", now=now)
    assert Event.objects.filter(kind="job.retried").count() == 1


def test_effects_of_before_a_retry_are_not_repeated():
    queue("test.refuse")
    JobContext(take()).once("a", lambda: seen.append("effect"))
    Job.objects.update(state=State.DEAD, lease_until=None)
    jobs.retry(Job.objects.get(), by="account:7", now=clock.now())
    JobContext(take()).once("a", lambda: seen.append("effect"))
    assert seen == ["effect"]


def test_a_waiting_job_is_stopped_at_once_and_can_be_retried():
    job = queue()
    stopped = jobs.cancel(job, by="account:7", now=clock.now())
    assert stopped.state == State.STOPPED
    assert take() is None
    jobs.retry(stopped, by="account:7", now=clock.now())
    assert run_one().state == State.DONE


def test_a_running_job_stops_where_it_looks():
    queue("test.stoppable")
    lease = take()
    asked = jobs.cancel(Job.objects.get(), by="account:7", now=clock.now())
    assert (asked.state, asked.stop_asked) == (State.LEASED, True)
    leases.settle(work.run(lease), clock.now())
    job = Job.objects.get()
    assert (job.state, job.progress, seen) == (State.STOPPED, 0.5, [])
    assert Event.objects.filter(kind="job.stopped").count() == 1
    jobs.retry(job, by="account:7", now=clock.now())
    assert run_one().state == State.DONE
    assert seen == ["went on"]


@pytest.mark.parametrize("state", [State.DONE, State.DEAD, State.STOPPED])
def test_what_is_over_cannot_be_stopped(state):
    job = queue()
    Job.objects.update(state=state)
    with pytest.raises(JobNotInState):
        jobs.cancel(job, by="account:7", now=clock.now())


def test_a_closing_process_gives_its_job_back_unharmed():
    queue("test.stoppable")
    closing = threading.Event()
    closing.set()
    leases.settle(work.run(take(), closing), clock.now())
    job = Job.objects.get()
    assert (job.state, job.attempts, seen) == (State.QUEUED, 0, [])
    assert run_one().state == State.DONE


def test_progress_is_held_within_its_range():
    queue()
    context = JobContext(take())
    context.progress(7)
    assert Job.objects.get().progress == 1.0
    context.progress(-1)  # told less than a moment later, so not written
    assert Job.objects.get().progress == 1.0


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "lost"},
        {"state": State.LEASED},
        {"lease_until": datetime(2026, 1, 1, tzinfo=UTC)},
        {"progress": 1.5},
    ],
    ids=str,
)
def test_the_database_holds_the_rules_too(changes):
    queue()
    from django.db import IntegrityError

    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.update(**changes)


def test_a_commit_announces_the_job_and_a_rollback_does_not(django_capture_on_commit_callbacks):
    told = []
    announce.listen(told.append)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            job = queue()
            queue(key="later", due=clock.now() + timedelta(hours=1))
            assert told == []
        assert told == [job.pk]
    finally:
        announce.leave(told.append)


@pytest.mark.django_db(transaction=True)
def test_two_takers_never_get_the_same_job():
    for number in range(40):
        queue(key=str(number))
    taken: list[int] = []
    start = threading.Barrier(4)

    def taker(name):
        start.wait()
        while (lease := take(holder=name)) is not None:
            taken.append(lease.job_id)
        connection.close()

    threads = [threading.Thread(target=taker, args=(f"taker{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(taken) == sorted(Job.objects.values_list("pk", flat=True))

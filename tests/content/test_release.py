"""Labelling: released only when read back, held with the reason, each effect once."""

import io

import pytest
from django.db import IntegrityError, transaction

from colophon.content import recording, register, release, submission
from colophon.content.models import Content
from colophon.content.states import AFTER, State, moved
from colophon.errors import ContentMissing, DiskFull, NotReleased, UsageError
from colophon.labels import inspect
from colophon.labels.model import Applied, Duty
from colophon.store import blobs, clock
from colophon.store.models import Event, Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def submit(account):
    def call(data, name="picture.png", **more):
        return submission.submit(
            io.BytesIO(data), name, account=account, by="test", now=clock.now(), **more
        )

    return call


def fresh(content):
    return Content.objects.get(pk=content.pk)


def test_a_picture_is_released_with_the_labels_that_its_bytes_bear(submit, png, provider, run_jobs):
    content = submit(png)
    run_jobs()
    done = fresh(content)
    assert (done.state, done.progress) == ("released", 100)
    found = inspect(blobs.path(done.labelled_sha256))
    assert found.layers.aigc.produce_id == content.id.hex == done.produce_id
    assert found.layers.aigc.content_producer.startswith("0011910000")
    assert found.layers.credential.valid
    assert done.duty == {"explicit": "required", "source": "Art. 17.1.5"}
    assert done.written["explicit"]["height_ratio"] >= 0.05


def test_the_original_is_kept_as_it_came(submit, png, provider, run_jobs):
    content = submit(png)
    run_jobs()
    with blobs.open_(fresh(content).original_sha256) as kept:
        assert kept.read() == png


def test_release_leaves_one_event_with_the_hash_of_the_file(submit, png, provider, run_jobs):
    content = submit(png)
    run_jobs()
    event = Event.objects.get(kind="content.released")
    assert fresh(content).labelled_sha256 in bytes(event.entry).decode()


def test_running_the_job_again_changes_nothing(submit, png, provider, run_jobs):
    content = submit(png)
    run_jobs()
    before = fresh(content)
    Job.objects.update(state="queued", finished=None)
    assert run_jobs() == 1
    assert fresh(content).labelled_sha256 == before.labelled_sha256
    assert Event.objects.filter(kind="content.released").count() == 1


def test_a_crash_before_the_release_is_made_good(submit, png, provider, run_jobs, monkeypatch):
    content = submit(png)
    whole = release._release
    monkeypatch.setattr(
        release, "_release", lambda *_a, **_k: (_ for _ in ()).throw(OSError("gone"))
    )
    run_jobs()
    assert fresh(content).state == "labelling"
    monkeypatch.setattr(release, "_release", whole)
    Job.objects.update(due=clock.now())
    run_jobs()
    assert fresh(content).state == "released"


def test_without_an_operator_nothing_is_released(submit, png, run_jobs):
    content = submit(png)
    run_jobs()
    assert fresh(content).state == "labelling"
    assert Job.objects.get().error_code == "operator_missing"


def test_a_broken_picture_is_held_with_cause_and_remedy_in_both_languages(
    submit, png, provider, run_jobs
):
    content = submit(png[:200], "半.png")
    run_jobs()
    held = fresh(content)
    assert held.state == "held" and held.labelled_sha256 == ""
    problem = held.problem
    assert set(problem) == {"code", "clause", "cause", "remedy"}
    assert "半.png" in problem["cause"]["zh"] and "半.png" in problem["cause"]["en"]
    assert problem["cause"]["zh"] != problem["cause"]["en"]
    assert Event.objects.filter(kind="content.held").count() == 1


def test_no_path_of_this_machine_is_told(submit, png, provider, run_jobs, data_folder):
    content = submit(png[:200])
    run_jobs()
    assert str(data_folder) not in str(fresh(content).problem)


def test_switching_a_due_label_off_is_refused_by_clause(submit, png, provider, run_jobs):
    content = submit(png, explicit="off")
    run_jobs()
    held = fresh(content)
    assert (held.state, held.problem["code"], held.problem["clause"]) == (
        "held",
        "explicit_required",
        "17.1",
    )


def test_a_full_disk_is_tried_again_and_after_the_last_attempt_held(
    submit, png, provider, run_jobs, monkeypatch
):
    def full(*_args, **_options):
        raise DiskFull(file="x")

    monkeypatch.setattr(release, "_applied", full)
    content = submit(png)
    for _ in range(release.MAX_ATTEMPTS):
        assert fresh(content).state in ("received", "labelling")
        Job.objects.update(due=clock.now())
        run_jobs()
    assert fresh(content).problem["code"] == "disk_full"
    assert Job.objects.get().state == "dead"


def test_a_held_content_is_tried_again(submit, png, provider, run_jobs, monkeypatch):
    whole = release._applied
    monkeypatch.setattr(
        release, "_applied", lambda *_a: (_ for _ in ()).throw(NotReleased(state="x"))
    )
    content = submit(png)
    run_jobs()
    assert fresh(content).state == "held"
    monkeypatch.setattr(release, "_applied", whole)
    submission.again(content, by="test", now=clock.now())
    run_jobs()
    done = fresh(content)
    assert done.state == "released" and done.problem is None


def test_only_a_held_content_can_be_tried_again(submit, png):
    with pytest.raises(UsageError):
        submission.again(submit(png), by="test", now=clock.now())


def test_no_file_before_its_release(submit, png):
    with pytest.raises(NotReleased):
        register.released_file(submit(png))


def test_the_database_refuses_a_release_without_a_labelled_file(submit, png):
    content = submit(png)
    content.state = "released"
    with pytest.raises(IntegrityError), transaction.atomic():
        content.save()


def test_nothing_is_left_in_the_workplace(submit, png, provider, run_jobs, settings, data_folder):
    submit(png)
    submit(png[:200])
    run_jobs()
    assert list((data_folder / "tmp").glob("work-*")) == []


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_in_the_table_and_withdrawn_is_the_end(state):
    assert AFTER[state] <= set(State)
    if state is State.WITHDRAWN:
        assert not AFTER[state]
    with pytest.raises(UsageError):
        moved(State.WITHDRAWN, state)


def test_nothing_but_labelling_leads_to_release():
    assert [state for state in State if State.RELEASED in AFTER[state]] == [State.LABELLING]


def test_a_file_labelled_by_command_is_recorded_by_its_hash(other):
    applied = Applied(
        file="a.png",
        output="/x/甲.png",
        content_id="i",
        produce_id="p-1",
        media_type="image/png",
        sha256="ab" * 32,
        duty=Duty("required", "Art. 17.1.5", "17.1.5"),
        written={"aigc": {}},
        read_back=True,
        seconds=0.1,
    )
    content = recording.record(applied, by="command", now=clock.now())
    assert register.by_bytes("ab" * 32) == content and content.produce_id == "p-1"
    other.is_superuser = True
    with pytest.raises(ContentMissing):
        register.released_file(register.find(content.id, other))

"""A version without the explicit label: only after the duties are accepted, and on record."""

import hashlib
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from colophon.content import duties, recording, register, release, submission, unlabelled
from colophon.content.kept import keep_until
from colophon.content.models import Content, DutiesText, UnlabelledVersion
from colophon.content.states import VERSION_AFTER, VersionState, version_moved
from colophon.content.verification import inspect_upload
from colophon.errors import (
    BlobMissing,
    ContentMissing,
    DutiesNotAccepted,
    NotReleased,
    RecordKept,
    UsageError,
)
from colophon.labels import inspect
from colophon.labels.model import Applied, Duty
from colophon.provisions import parameters
from colophon.store import blobs, clock
from colophon.store.models import Event, Job

from .made import png_bytes, wav_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def release_(account, provider, run_jobs):
    """A content on its way, and released where it can be."""

    def call(data, name="picture.png", **more):
        content = submission.submit(
            io.BytesIO(data), name, account=account, by="test", now=clock.now(), **more
        )
        run_jobs()
        return Content.objects.get(pk=content.pk)

    return call


@pytest.fixture
def content(release_, png):
    return release_(png)


def accept(content, *, sha256=None, lang="zh", now=None):
    sha256 = sha256 or duties.current().sha256(lang)
    return unlabelled.accept(content, sha256, by="test", now=now or clock.now())


def events_of(kind):
    return [json.loads(bytes(event.entry)) for event in Event.objects.filter(kind=kind)]


def version_of(content):
    return UnlabelledVersion.objects.get(content=content)


# What is made.


def test_measures_9_the_version_bears_the_implicit_label_and_the_manifest_and_nothing_to_see(
    content, run_jobs, png
):
    from PIL import Image, ImageChops

    accept(content)
    run_jobs()
    version = version_of(content)
    assert (version.state, version.progress) == ("made", 100)
    path = blobs.path(version.sha256)
    found = inspect(path)
    assert found.layers.aigc.produce_id == content.produce_id
    assert found.layers.credential.valid
    assert found.layers.explicit is None or not found.layers.explicit.present
    with Image.open(path) as without, Image.open(io.BytesIO(png)) as original:
        change = ImageChops.difference(without.convert("RGB"), original.convert("RGB"))
    # The watermark, which nobody sees.
    assert max(high for _, high in change.getextrema()) < 24
    assert [note["code"] for note in version.notes] == ["without_explicit_label"]


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        ("秋水共长天一色。\n".encode() * 4, "a.txt", "text"),
        (b"# Title\n\nSome words of a model.\n", "a.md", "text"),
        (b"<!doctype html><html><head><title>t</title></head><body><p>x</p></body></html>",
         "a.html", "text"),
        (wav_bytes(1.0), "a.wav", "speech"),
    ],
    ids=["text", "markdown", "html", "speech"],
)  # fmt: skip
def test_measures_9_every_medium_has_such_a_version(release_, run_jobs, data, name, kind):
    content = release_(data, name, kind=kind)
    assert content.state == "released" and content.written["explicit"]
    accept(content)
    run_jobs()
    version = version_of(content)
    assert version.state == "made", version.problem
    assert "explicit" not in version.written and "aigc" in version.written
    with blobs.open_(version.sha256) as file:
        assert inspect(file.read(), name=name).layers.aigc.produce_id == content.produce_id


def test_no_word_of_the_acceptance_is_in_the_file(content, run_jobs):
    accept(content)
    run_jobs()
    version = version_of(content)
    data = blobs.path(version.sha256).read_bytes()
    assert str(content.account.number).encode() not in data
    assert version.duties_sha256.encode() not in data


def test_the_register_knows_the_version_as_intact(content, run_jobs):
    accept(content)
    run_jobs()
    version = version_of(content)
    assert register.by_bytes(version.sha256) == content
    with blobs.open_(version.sha256) as file:
        found = inspect_upload(file, "picture.png")
    assert (found.integrity, found.layers.register.match) == ("intact", "exact")
    assert "register_without_explicit" in [note.code for note in found.notes]


# Who, what, when.


def test_measures_9_recipient_duties_and_time_are_on_record(content, account):
    moment = clock.now()
    found = accept(content, lang="en", now=moment)
    version = found.version
    assert version.recipient == f"account:{account.number}"
    assert version.accepted == moment
    assert version.duties.text == duties.current().texts["en"]
    assert version.duties_sha256 == duties.digest(version.duties.text) == version.duties.sha256
    (event,) = events_of("content.unlabelled_accepted")
    assert event["body"]["recipient"] == version.recipient
    assert event["body"]["duties_sha256"] == version.duties_sha256


def test_the_duties_name_the_term_of_the_law():
    months = str(parameters.value("unlabelled_request.retention_months"))
    assert all(f" {months} " in text for text in duties.shipped().values())
    assert "{" not in "".join(duties.shipped().values())


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ((2026, 1, 15), (2026, 7, 16)),
        ((2026, 8, 31), (2027, 3, 1)),
        ((2027, 8, 31), (2028, 3, 1)),
        ((2026, 12, 31), (2027, 7, 1)),
    ],
)
def test_measures_9_the_term_is_six_months_of_the_calendar_at_least(moment, until):
    found = keep_until(datetime(*moment, 9, 30, tzinfo=UTC))
    assert found == datetime(*until, 9, 30, tzinfo=UTC)


def test_measures_9_only_after_the_duties_were_accepted(content):
    for sha256 in ("", "0" * 64, duties.digest("something else")):
        with pytest.raises(DutiesNotAccepted):
            accept(content, sha256=sha256 or "x")
    with pytest.raises(DutiesNotAccepted):
        unlabelled.give(content, by="test", now=clock.now())
    assert not UnlabelledVersion.objects.exists() and not events_of("content.unlabelled_accepted")


def test_the_same_twice_is_one_record_in_either_language(content, run_jobs):
    first = accept(content, lang="zh")
    assert accept(content, lang="en").version == first.version
    run_jobs()
    assert accept(content).stand == "made"
    assert UnlabelledVersion.objects.count() == 1
    assert Job.objects.filter(kind="content.unlabelled").count() == 1
    assert len(events_of("content.unlabelled_accepted")) == 1


def test_nobody_but_the_owner_is_answered(content, other):
    other.is_superuser = True
    with pytest.raises(ContentMissing):
        unlabelled.own(content.pk, other)
    with pytest.raises(ContentMissing):
        unlabelled.own("x", content.account)


# Duties.


def test_new_duties_ask_again(content, run_jobs):
    accept(content)
    run_jobs()
    old = duties.current()
    fresh = duties.publish("新的义务", "New duties", by="test", now=clock.now())
    assert (fresh.version, duties.current()) == (old.version + 1, fresh)
    assert unlabelled.standing(content).stand == "not_asked"
    with pytest.raises(DutiesNotAccepted):
        unlabelled.give(content, by="test", now=clock.now())
    with pytest.raises(DutiesNotAccepted):
        accept(content, sha256=old.sha256("zh"))
    accept(content)
    run_jobs()
    assert unlabelled.standing(content).stand == "made"
    assert UnlabelledVersion.objects.count() == 2


def test_duties_taken_back_to_an_earlier_text_ask_again_too(content):
    texts = duties.shipped()
    accept(content)
    duties.publish("新的义务", "New duties", by="test", now=clock.now())
    again = duties.publish(texts["zh"], texts["en"], by="test", now=clock.now())
    assert again.version == 3
    assert unlabelled.standing(content).stand == "not_asked"


def test_publishing_what_stands_changes_nothing(db):
    for _ in range(2):
        found = duties.publish("一\r\n二", "One", by="test", now=clock.now())
    assert found.version == 1 and found.texts["zh"] == "一\n二\n"
    assert len(events_of("content.duties_published")) == 1


@pytest.mark.parametrize("zh", ["", " \n", "x" * (duties.LONGEST + 1), "a\0b"])
def test_duties_nobody_can_read_are_refused(db, zh):
    with pytest.raises(UsageError):
        duties.publish(zh, "One", by="test", now=clock.now())
    assert not DutiesText.objects.exists()


def test_another_shipped_text_asks_again(content, monkeypatch):
    accept(content)
    monkeypatch.setattr(duties, "SHIPPED", {"zh": "另一文本\n", "en": "Another text\n"})
    assert duties.current().version == 2
    assert unlabelled.standing(content).stand == "not_asked"
    accept(content)
    assert sorted(DutiesText.objects.values_list("version", flat=True)) == [1, 1, 2, 2]


# What cannot be had.


def test_a_file_without_explicit_label_needs_no_version(release_, png):
    content = release_(png, action="edited", kind="image")
    assert content.state == "released" and "explicit" not in content.written
    assert unlabelled.standing(content).stand == "not_needed"
    assert accept(content).stand == "not_needed"
    assert not UnlabelledVersion.objects.exists()


def test_what_is_held_has_no_version(release_, png):
    content = release_(png[:200])
    assert unlabelled.standing(content).stand == "not_released"
    with pytest.raises(NotReleased):
        accept(content)


def test_without_its_original_nothing_is_accepted(content):
    blobs.path(content.original_sha256).unlink()
    with pytest.raises(BlobMissing):
        accept(content)
    assert not UnlabelledVersion.objects.exists()


def test_an_original_that_goes_meanwhile_holds_the_version_until_it_is_back(content, run_jobs, png):
    accept(content)
    blobs.path(content.original_sha256).unlink()
    run_jobs()
    held = version_of(content)
    assert (held.state, held.problem["code"]) == ("held", "blob_missing")
    assert len(events_of("content.unlabelled_held")) == 1
    blobs.keep(png)
    accept(content)
    run_jobs()
    assert version_of(content).state == "made"
    assert len(events_of("content.unlabelled_accepted")) == 1


def test_without_an_operator_it_waits_and_is_held_in_the_end(content, run_jobs):
    from colophon.parties.models import Operator

    accept(content)
    Operator.objects.all().delete()
    for _ in range(release.MAX_ATTEMPTS):
        assert version_of(content).state == "accepted"
        Job.objects.update(due=clock.now())
        run_jobs()
    assert version_of(content).problem["code"] == "operator_missing"


def test_content_withdrawn_meanwhile_is_not_made_and_not_given(content, run_jobs):
    accept(content)
    Content.objects.filter(pk=content.pk).update(state="withdrawn")
    run_jobs()
    assert version_of(content).problem["code"] == "not_released"
    content.refresh_from_db()
    with pytest.raises(NotReleased):
        unlabelled.give(content, by="test", now=clock.now())


# Once, whatever breaks.


def test_running_the_job_again_changes_nothing(content, run_jobs):
    accept(content)
    run_jobs()
    before = version_of(content).sha256
    Job.objects.filter(kind="content.unlabelled").update(state="queued", finished=None)
    assert run_jobs() == 1
    assert version_of(content).sha256 == before
    assert len(events_of("content.unlabelled_made")) == 1


def test_a_crash_before_the_end_is_made_good(content, run_jobs, monkeypatch):
    accept(content)
    whole = unlabelled.made
    monkeypatch.setattr(unlabelled, "made", lambda *_a, **_k: (_ for _ in ()).throw(OSError("x")))
    run_jobs()
    assert version_of(content).state == "accepted"
    monkeypatch.setattr(unlabelled, "made", whole)
    Job.objects.update(due=clock.now())
    run_jobs()
    assert version_of(content).state == "made"
    assert len(events_of("content.unlabelled_made")) == 1


def test_a_version_that_still_shows_a_label_is_not_given(content, run_jobs, monkeypatch):
    whole = release.labelled
    monkeypatch.setattr(release, "labelled", lambda content, tell, **_: whole(content, tell))
    accept(content)
    run_jobs()
    assert version_of(content).problem["code"] == "read_back_failed"


# Giving.


def test_measures_9_each_giving_is_on_record_and_begins_the_term_anew(content, run_jobs):
    long_ago = clock.now() - timedelta(days=100)
    accept(content, now=long_ago)
    run_jobs()
    before = version_of(content)
    moment = clock.now()
    for _ in range(2):
        version, file = unlabelled.give(content, by="test", now=moment)
        with file:
            assert hashlib.sha256(file.read()).hexdigest() == version.sha256
    after = version_of(content)
    assert (after.given, after.last_given) == (2, moment)
    assert after.keep_until == keep_until(moment) > before.keep_until == keep_until(long_ago)
    given = events_of("content.unlabelled_given")
    assert [event["body"]["recipient"] for event in given] == [version.recipient] * 2


def test_before_it_is_made_nothing_is_given(content):
    accept(content)
    with pytest.raises(NotReleased):
        unlabelled.give(content, by="test", now=clock.now())
    assert not events_of("content.unlabelled_given")


# Kept.


def test_measures_9_nobody_deletes_a_record_within_its_term(content):
    version = accept(content).version
    for delete in (version.delete, UnlabelledVersion.objects.all().delete):
        with pytest.raises(RecordKept):
            delete()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM content_unlabelledversion")
    assert UnlabelledVersion.objects.count() == 1


@pytest.mark.parametrize(
    "assignment",
    [
        "recipient = 'x'",
        "duties_sha256 = 'x'",
        "duties_version = 9",
        "accepted = '2020-01-01 00:00:00'",
        "keep_until = '2026-01-01 00:00:00'",
        "account_id = NULL",
        "duties_id = NULL",
    ],
)
def test_measures_9_nobody_rewrites_who_what_and_when(content, assignment):
    accept(content)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE content_unlabelledversion SET {assignment}")


def test_after_its_term_a_record_may_go(content):
    long_ago = clock.now() - timedelta(days=400)
    version = accept(content, now=long_ago).version
    assert version.keep_until < clock.now()
    version.delete()
    assert not UnlabelledVersion.objects.exists()


def test_a_text_of_duties_is_never_changed(content):
    accept(content)
    text = DutiesText.objects.first()
    for change in (text.save, text.delete):
        with pytest.raises(RecordKept):
            change()
    for statement in ("UPDATE content_dutiestext SET text = 'x'", "DELETE FROM content_dutiestext"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_insert_over_a_record_is_refused(content):
    accept(content)
    row = version_of(content)
    with pytest.raises(DatabaseError), transaction.atomic():
        UnlabelledVersion.objects.filter(pk=row.pk).model(
            **{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
        ).save(force_insert=True)


def test_neither_the_content_nor_its_account_goes_from_under_a_record(content, account):
    accept(content)
    for row in (content, account):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.delete()


# By command.


def applied(**acceptance):
    written = {"aigc": {}}
    if acceptance:
        written["acceptance"] = acceptance
    return Applied(
        file="a.png",
        output="/x/甲.png",
        content_id="i",
        produce_id="p-1",
        media_type="image/png",
        sha256="ab" * 32,
        duty=Duty("required", "Art. 17.1.5", "17.1.5"),
        written=written,
        read_back=True,
        seconds=0.1,
    )


def test_measures_9_what_the_operator_labels_by_command_leaves_the_same_record(db):
    moment = clock.now()
    given = {
        "recipient": "customer 17",
        "duties_sha256": "cd" * 32,
        "accepted": "2026-11-01T08:00:00+00:00",
        "keep_months": 6,
    }
    content = recording.record(applied(**given), by="command", now=moment)
    version = version_of(content)
    assert (version.recipient, version.duties_sha256) == ("customer 17", "cd" * 32)
    assert version.accepted == datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert (version.state, version.sha256) == ("made", "ab" * 32)
    assert version.keep_until == keep_until(moment)
    (event,) = events_of("content.unlabelled_accepted")
    assert "customer" not in json.dumps(event)


def test_a_command_without_acceptance_leaves_none(db):
    recording.record(applied(), by="command", now=clock.now())
    assert not UnlabelledVersion.objects.exists()


@pytest.mark.parametrize(
    ("recipient", "accepted"),
    [("x" * 201, "2026-11-01T08:00:00+00:00"), ("x", "yesterday"), ("x", "2026-11-01T08:00:00")],
)
def test_an_acceptance_that_cannot_be_kept_stops_the_command(db, recipient, accepted):
    given = {"recipient": recipient, "duties_sha256": "cd" * 32, "accepted": accepted}
    with pytest.raises(UsageError):
        recording.record(applied(**given), by="command", now=clock.now())
    assert not Content.objects.exists()


def test_known_duties_of_a_command_are_linked(content):
    accept(content)
    text = DutiesText.objects.get(lang="en")
    given = {
        "recipient": "7",
        "duties_sha256": text.sha256,
        "accepted": "2026-11-01T08:00:00+00:00",
    }
    recorded = recording.record(applied(**given), by="command", now=clock.now())
    assert version_of(recorded).duties == text


# States.


@pytest.mark.parametrize("state", list(VersionState))
def test_every_state_of_a_version_is_in_the_table(state):
    assert VERSION_AFTER[state] <= set(VersionState)
    with pytest.raises(UsageError):
        version_moved(VersionState.MADE, state)


def test_two_at_the_same_moment_are_one_record(content, monkeypatch):
    monkeypatch.setattr(duties, "current", lambda: duties.Duties(1, duties.shipped()))
    with transaction.atomic():
        first = duties.kept(duties.current(), by="a", now=clock.now())
        second = duties.kept(duties.current(), by="b", now=clock.now())
    assert first.texts == dict(second.texts)
    assert DutiesText.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_moment_are_one_record(content):
    from threading import Barrier, Thread

    start, found = Barrier(4), []

    def ask(lang):
        start.wait()
        try:
            found.append(accept(content, lang=lang).version.pk)
        finally:
            connection.close()

    threads = [Thread(target=ask, args=(lang,)) for lang in ("zh", "en", "zh", "en")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1
    assert Job.objects.filter(kind="content.unlabelled").count() == 1
    assert DutiesText.objects.count() == 2


def test_a_record_is_of_one_content_alone(release_, run_jobs):
    one, two = release_(png_bytes((640, 360))), release_(png_bytes((360, 640)))
    accept(one)
    run_jobs()
    assert unlabelled.standing(two).stand == "not_asked"

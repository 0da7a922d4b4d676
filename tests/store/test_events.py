"""The event log: in the act's transaction, exactly the bytes that are hashed, never changed."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from colophon.ledger.canonical import NotCanonical
from colophon.store import events, jobs
from colophon.store.models import Event, Job

AT = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)
OTHER = events.kind("test.other", zh="另一测试", en="Another test")
HAPPENED = events.kind("test.happened", zh="测试", en="A test")


@jobs.body("test.nothing")
def nothing(context):
    pass


def append(**changes):
    return events.append(HAPPENED, "thing:1", {"size": 3, **changes}, by="account:7", now=AT)


@pytest.mark.django_db
def test_what_is_stored_is_what_is_hashed():
    made = append(name="图")
    stored = Event.objects.get(pk=made.pk)
    entry = bytes(stored.entry)
    assert stored.sha256 == hashlib.sha256(entry).hexdigest()
    assert json.loads(entry) == {
        "v": 1,
        "id": str(stored.uuid),
        "kind": "test.happened",
        "subject": "thing:1",
        "at": "2026-09-01T08:30:00.000000Z",
        "by": "account:7",
        "body": {"size": 3, "name": "图"},
    }
    assert (stored.kind, stored.subject, stored.by, stored.at) == (
        "test.happened",
        "thing:1",
        "account:7",
        AT,
    )


@pytest.mark.django_db
def test_equal_acts_are_different_events():
    assert append().sha256 != append().sha256


@pytest.mark.django_db
def test_an_unregistered_kind_is_refused():
    with pytest.raises(events.UnknownKind):
        events.append("test.typing_slip", "thing:1", {}, by="account:7", now=AT)
    assert not Event.objects.filter(subject="thing:1").exists()


@pytest.mark.django_db
def test_a_body_without_exact_form_is_refused():
    with pytest.raises(NotCanonical):
        append(at=AT)


def test_a_kind_has_one_meaning():
    assert events.kind("test.happened", zh="测试", en="A test") == "test.happened"
    with pytest.raises(ValueError):
        events.kind("test.happened", zh="另一个", en="Another")
    assert events.kinds()["test.happened"] == {"zh": "测试", "en": "A test"}


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_written():
    with pytest.raises(events.OutsideTransaction):
        append()
    with pytest.raises(events.OutsideTransaction):
        jobs.queue("test.nothing", {}, key="outside")
    assert not Event.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_act_event_and_job_vanish_together():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        append()
        jobs.queue("test.nothing", {}, key="vanishes")
        assert Event.objects.count() == Job.objects.count() == 1
        raise ZeroDivisionError
    assert Event.objects.count() == Job.objects.count() == 0


CHANGES = [
    "UPDATE store_event SET subject = 'thing:2'",
    "UPDATE store_event SET entry = entry",
    "DELETE FROM store_event",
    "DELETE FROM store_event WHERE id = (SELECT max(id) FROM store_event)",
]


def refused(statement, params=()):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement, params)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", CHANGES)
def test_the_database_refuses_any_change(statement):
    with transaction.atomic():
        made = append()
    before = bytes(Event.objects.get().entry)
    refused(statement)
    stored = Event.objects.get()
    assert (stored.pk, bytes(stored.entry), stored.subject) == (made.pk, before, "thing:1")


@pytest.mark.django_db(transaction=True)
def test_the_orm_cannot_change_it_either():
    with transaction.atomic():
        made = append()
    made.subject = "thing:2"
    for change in (made.save, made.delete, Event.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Event.objects.get().subject == "thing:1"


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_put_another_in_its_place():
    with transaction.atomic():
        made = append()
    columns = "id, uuid, kind, subject, at, by, entry, sha256"
    if connection.vendor == "sqlite":
        columns = columns.replace("by", '"by"')
        refused(
            f"INSERT OR REPLACE INTO store_event ({columns}) "
            "SELECT id, uuid, kind, 'thing:2', at, \"by\", entry, sha256 FROM store_event"
        )
    else:
        refused("TRUNCATE store_event")
        refused("TRUNCATE store_event CASCADE")
        refused(
            f"INSERT INTO store_event ({columns}) SELECT {columns} FROM store_event "
            "ON CONFLICT (id) DO UPDATE SET subject = 'thing:2'"
        )
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Event.objects.create(
            uuid=made.uuid, kind=HAPPENED, subject="thing:2", at=AT, by="x", entry=b"", sha256="0"
        )
    assert Event.objects.get().subject == "thing:1"


@pytest.mark.django_db
def test_events_are_found_by_time_kind_and_subject():
    first = append(n=1)
    later = AT + timedelta(days=1)
    second = events.append(HAPPENED, "thing:2", {}, by="account:7", now=later)
    third = events.append(OTHER, "thing:1", {}, by="account:7", now=later)
    assert events.newest(2) == [third, second]
    assert events.by_day(HAPPENED, later) == {date(2026, 9, 2): 1}
    assert events.by_day(HAPPENED, AT) == {date(2026, 9, 1): 1, date(2026, 9, 2): 1}
    assert events.about("thing:1") == [first, third]

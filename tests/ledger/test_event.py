"""An event's bytes and hash."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from colophon.ledger import event
from colophon.ledger.canonical import NotCanonical

AT = datetime(2026, 9, 1, 8, 30, 0, 1200, UTC)
ONE = UUID("12345678-1234-4234-8234-123456789abc")


def make(**changes):
    fields = {
        "id": ONE,
        "kind": "content.received",
        "subject": "content:1",
        "at": AT,
        "by": "account:7",
        "body": {"size": 3},
    }
    return event.Event(**{**fields, **changes})


def test_the_bytes_are_these():
    assert make().encoded() == (
        b'{"at":"2026-09-01T08:30:00.001200Z","body":{"size":3},"by":"account:7",'
        b'"id":"12345678-1234-4234-8234-123456789abc","kind":"content.received",'
        b'"subject":"content:1","v":1}'
    )


def test_one_instant_has_one_text_in_every_zone():
    beijing = AT.astimezone(timezone(timedelta(hours=8)))
    assert make(at=beijing).encoded() == make().encoded()
    whole = json.loads(make(at=AT.replace(microsecond=0)).encoded())
    assert whole["at"] == "2026-09-01T08:30:00.000000Z"


def test_the_digest_is_of_the_bytes():
    assert event.digest(make().encoded()) == hashlib.sha256(make().encoded()).hexdigest()


@pytest.mark.parametrize(
    "changes", [{"at": datetime(2026, 9, 1)}, {"kind": ""}, {"subject": ""}, {"by": ""}]
)
def test_an_event_without_its_parts_is_refused(changes):
    with pytest.raises(ValueError):
        make(**changes)


def test_a_body_without_exact_form_is_refused():
    with pytest.raises(NotCanonical):
        make(body={"at": AT}).encoded()

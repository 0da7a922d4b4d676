"""The event log: what the acts did, inserted in the act's own transaction.

Every kind of event is registered by its room, with words for people; nothing else can be
appended. Rows are never changed or taken out: triggers in the database refuse.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from django.db import transaction
from django.db.models import Count
from django.db.models.functions import TruncDate

from colophon.errors import Words
from colophon.ledger import event as ledger_event
from colophon.store.models import Event

_kinds: dict[str, Words] = {}


class OutsideTransaction(RuntimeError):
    """An act's event or job was not written in the act's own transaction."""


class UnknownKind(LookupError):
    """No room has registered this kind of event."""


def kind(name: str, *, zh: str, en: str) -> str:
    """Register a kind, ``room.what_happened``, and give its name back."""
    words = Words(zh=zh, en=en)
    if _kinds.setdefault(name, words) != words:
        raise ValueError(f"{name} is registered twice with different words")
    return name


def kinds() -> Mapping[str, Words]:
    """Every registered kind, with its words."""
    return MappingProxyType(_kinds)


def must_be_in_transaction() -> None:
    """Raises OutsideTransaction unless a transaction is open."""
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction("open transaction.atomic() around the whole act")


def append(kind: str, subject: str, body: Mapping[str, object], *, by: str, now: datetime) -> Event:
    """Insert one event into the caller's transaction.

    ``subject`` and ``by`` are pseudonyms such as ``content:…`` and ``account:…``; ``body``
    holds JSON values and no personal data. Raises OutsideTransaction, UnknownKind, and
    NotCanonical for a body without an exact JSON form.
    """
    must_be_in_transaction()
    if kind not in _kinds:
        raise UnknownKind(f"register {kind} with events.kind() first")
    value = ledger_event.Event(uuid.uuid4(), kind, subject, now, by, body)
    entry = value.encoded()
    return Event.objects.create(
        uuid=value.id,
        kind=kind,
        subject=subject,
        at=now,
        by=by,
        entry=entry,
        sha256=ledger_event.digest(entry),
    )


def newest(count: int) -> list[Event]:
    """The last ``count`` events, the newest first."""
    return list(Event.objects.order_by("-id")[:count])


def by_day(kind: str, first: datetime) -> dict[date, int]:
    """How many events of one kind there were on each day from ``first``, in local time."""
    rows = Event.objects.filter(kind=kind, at__gte=first).order_by()
    counted = rows.annotate(day=TruncDate("at")).values_list("day").annotate(Count("pk"))
    return dict(counted)


def about(subject: str) -> list[Event]:
    """What happened to one subject, the oldest first."""
    return list(Event.objects.filter(subject=subject).order_by("id"))

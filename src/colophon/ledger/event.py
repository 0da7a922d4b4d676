"""An event as a value: what happened, to what, when, by whom; and its bytes and hash.

An event can never be changed or taken out again, so it never holds personal data: subjects
and actors are pseudonymous numbers or content identifiers, words people wrote stay out, and
what must be proved later goes in as a hash. Who a number stands for is kept elsewhere,
under a key that can be erased.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from colophon.ledger import canonical

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the log. ``at`` is aware; ``by`` names an actor such as ``account:12``."""

    id: UUID
    kind: str
    subject: str
    at: datetime
    by: str
    body: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("an event's time needs its zone")
        if not (self.kind and self.subject and self.by):
            raise ValueError("an event needs a kind, a subject and an actor")

    def encoded(self) -> bytes:
        """The canonical bytes: what is stored, hashed and proved; raises NotCanonical."""
        return canonical.encode(
            {
                "v": FORMAT,
                "id": str(self.id),
                "kind": self.kind,
                "subject": self.subject,
                "at": timestamp(self.at),
                "by": self.by,
                "body": self.body,
            }
        )


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC, always six digits of the second: one instant, one text."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest(entry: bytes) -> str:
    """SHA-256 of an entry's bytes as stored, in hex; never of a value encoded again."""
    return hashlib.sha256(entry).hexdigest()

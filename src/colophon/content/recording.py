"""What the operator labelled by command enters the register before it gets its name."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from django.db import transaction

from colophon.content import register, unlabelled
from colophon.content.models import Content
from colophon.content.states import State
from colophon.content.submission import subject
from colophon.labels.model import Applied
from colophon.labels.reading import medium_of
from colophon.store import events

RECORDED = events.kind(
    "content.recorded", zh="登记由命令添加标识的文件", en="A file labelled by command was recorded"
)


@transaction.atomic
def record(applied: Applied, *, by: str, now: datetime) -> Content:
    """Enters a file labelled outside the service. Its bytes stay with the caller: only the
    hash is kept, so that ``verify`` knows the file again. An acceptance that goes with it
    is kept as one given here is (Source: Measures for Labelling Art. 9). Raises UsageError
    for an acceptance that cannot be kept.
    """
    content = Content(
        name=_storable(Path(applied.output or applied.file).name)[:255],
        medium=medium_of(applied.media_type).value,
        media_type=applied.media_type,
        state=State.RELEASED.value,
        produce_id=_own_number(applied),
        labelled_sha256=applied.sha256,
        created=now,
        released=now,
    )
    register.bind(content, applied)
    body = {"sha256": applied.sha256, "produce_id": content.produce_id}
    events.append(RECORDED, subject(content), body, by=by, now=now)
    if given := content.written.get("acceptance"):
        unlabelled.record_command(content, given, by=by, now=now)
    return content


def _storable(name: str) -> str:
    """A name may hold bytes that are no UTF-8; a database does not take those."""
    return name.encode(errors="surrogateescape").decode(errors="replace")


def _own_number(applied: Applied) -> str:
    """The number this operator gave: beside another's label, that of the propagator."""
    value = json.loads((applied.written.get("aigc") or {}).get("value") or "{}")
    return str(value.get("PropagateID") or applied.produce_id)[:200]

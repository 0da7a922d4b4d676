"""Looking content up: whose it is, where it stands, and its released file."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, BinaryIO

from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet

from colophon.content.models import Content, Fingerprint
from colophon.content.states import SETTLED, State
from colophon.errors import ContentMissing, NotReleased
from colophon.labels import credential
from colophon.store import blobs

if TYPE_CHECKING:
    from colophon.labels.model import AigcLayer, Applied
    from colophon.parties.models import Account

LOOK = "content.view_content"


def of(account: Account) -> QuerySet[Content]:
    """The account's own contents, newest first."""
    return Content.objects.filter(account=account)


def find(content_id: str | uuid.UUID, viewer: Account) -> Content:
    """A content its owner, or staff who may look, asks for.

    Raises ContentMissing for anybody else: that it exists is nobody else's business.
    """
    try:
        content = Content.objects.select_related("account").filter(pk=content_id).first()
    except (ValidationError, ValueError):
        content = None
    if content is None or not (content.account_id == viewer.pk or viewer.has_perm(LOOK)):
        raise ContentMissing
    return content


def settled(content: Content) -> bool:
    """Whether nothing moves any more without a new decision."""
    return State(content.state) in SETTLED


def released_file(content: Content) -> BinaryIO:
    """The labelled bytes.

    Raises NotReleased in every other state, and ContentMissing for what the operator labelled
    by command: those files stayed where they were, only their hash is here.
    """
    if content.state != State.RELEASED:
        raise NotReleased(state=content.state)
    if content.account_id is None:
        raise ContentMissing
    return blobs.open_(content.labelled_sha256)


def by_bytes(sha256: str) -> Content | None:
    """The content whose labelled file, else whose version without explicit label, or else whose
    original has this SHA-256.
    """
    found = Content.objects.filter(Q(labelled_sha256=sha256) | Q(original_sha256=sha256))
    matches = sorted(found[:50], key=lambda content: content.labelled_sha256 != sha256)
    if matches and matches[0].labelled_sha256 == sha256:
        return matches[0]
    version = Content.objects.filter(unlabelled__sha256=sha256).first()
    return version or (matches[0] if matches else None)


def count_by_state() -> dict[str, int]:
    """How many contents are in each state."""
    return dict(Content.objects.order_by().values_list("state").annotate(Count("pk")))


def by_label(aigc: AigcLayer) -> Content | None:
    """The content into which exactly this label was written here.

    The number alone would not do: another's label keeps its number when we spread its content.
    """
    number = (aigc.propagate_id or "")[:200]
    for content in Content.objects.filter(produce_id=number).exclude(produce_id="")[:50]:
        if _written(content) == (
            *(aigc.content_producer, aigc.produce_id),
            *(aigc.content_propagator, aigc.propagate_id),
        ):
            return content
    return None


def bind(content: Content, applied: Applied) -> None:
    """Keeps what was written, and what the content is known again by; the content is saved."""
    shown = applied.to_json()
    content.duty, content.written = shown["duty"], shown["written"]
    content.notes = [note.to_json() for note in applied.notes]
    content.watermark = str((content.written.get("watermark") or {}).get("payload") or "")
    content.manifest = str((content.written.get("credential") or {}).get("manifest") or "")[:200]
    content.save()
    for step, data in applied.prints.items():
        Fingerprint.objects.update_or_create(
            content=content, step=step, defaults={"medium": content.medium, "data": data}
        )


def by_mark(payload: str) -> QuerySet[Content]:
    """The contents whose watermark carries this payload (16 hex digits); nearly always one."""
    return Content.objects.filter(watermark=payload).exclude(watermark="")


def by_manifest(name: str) -> Content | None:
    """The released content whose active manifest has this name."""
    held = Content.objects.filter(manifest=name, state=State.RELEASED).exclude(manifest="")
    return held.exclude(account=None).first()


def manifest_store(content: Content) -> bytes:
    """The manifest store of the released file. Raises ContentMissing without one."""
    with released_file(content) as file:
        found = credential.store(file, content.media_type)
    if found is None:
        raise ContentMissing
    return found


def _written(content: Content) -> tuple[str | None, ...]:
    value = json.loads((content.written.get("aigc") or {}).get("value") or "{}")
    names = ("ContentProducer", "ProduceID", "ContentPropagator", "PropagateID")
    return tuple(value.get(name) for name in names)

"""A content enters: its bytes are kept, its row, its event and its job written as one."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO, cast

from django.apps import apps
from django.db import IntegrityError, transaction

from colophon.content.models import Content
from colophon.content.states import State, moved
from colophon.errors import (
    EmptyFile,
    IdempotencyConflict,
    RequestInvalid,
    TooLarge,
    UnknownType,
    UsageError,
    WrongExtension,
)
from colophon.labels.carriers import recognise
from colophon.labels.duty import Action
from colophon.labels.model import Kind
from colophon.labels.reading import medium_of
from colophon.store import blobs, events, jobs

if TYPE_CHECKING:
    from colophon.parties.models import Account

LABEL_JOB, PRODUCE_JOB = "content.label", "content.produce"
RECEIVED = events.kind("content.received", zh="收到内容", en="A content was received")
TRIED_AGAIN = events.kind(
    "content.tried_again", zh="搁置的内容重新添加标识", en="A held content was queued again"
)
EXPLICIT = ("auto", "on", "off")
LANGS = ("zh", "en")
LONGEST_NAME = 255
_ORDERED = ("name", "kind", "action", "explicit", "lang", "editor", "idempotency_key")


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for, whatever made the bytes. ``editor`` is empty for content made
    elsewhere; ``inputs`` are the hashes of what an editor works on.
    """

    name: str
    kind: str = ""
    action: str = Action.CREATED.value
    explicit: str = "auto"
    lang: str = "zh"
    editor: str = ""
    instructions: Mapping[str, object] = field(default_factory=dict)
    idempotency_key: str = ""

    def digest(self, sha256: str) -> str:
        """Tells a retry (the same) from a new request under an old key (another)."""
        words = [sha256, self.kind, self.action, self.explicit, self.lang, self.editor]
        return hashlib.sha256(
            json.dumps([words, self.instructions], sort_keys=True).encode()
        ).hexdigest()


def submit(
    source: BinaryIO,
    name: str,
    *,
    account: Account,
    by: str,
    now: datetime,
    kind: str | None = None,
    action: str = Action.CREATED.value,
    explicit: str = "auto",
    lang: str = "zh",
    idempotency_key: str | None = None,
) -> Content:
    """Takes in content made elsewhere and queues its labelling.

    The same ``idempotency_key`` with the same request answers the content of the first time.
    Raises EmptyFile, UnknownType, WrongExtension or TooLarge for bytes that will not do,
    RequestInvalid for unknown words, IdempotencyConflict for a key used for something else.
    """
    order = Order(
        name=_short(name),
        kind=kind or "",
        action=action,
        explicit=explicit,
        lang=lang,
        idempotency_key=idempotency_key or "",
    )
    check(order)
    with _seekable(source, order.name) as given:
        media_type = _media_type(given, order.name)
        given.seek(0)
        blob = blobs.keep(counted(given, order.name))
    content = Content(
        medium=medium_of(media_type).value,
        media_type=media_type,
        original_sha256=blob.sha256,
        original_size=blob.size,
    )
    return admit(content, order, account=account, digest=blob.sha256, by=by, now=now)


def check(order: Order) -> None:
    """Raises RequestInvalid for a word that is not in the vocabulary."""
    known = {
        "kind": ("", *(kind.value for kind in Kind)),
        "action": tuple(action.value for action in Action),
        "explicit": EXPLICIT,
        "lang": LANGS,
    }
    for name, words in known.items():
        if getattr(order, name) not in words:
            raise RequestInvalid(detail=f"{name}: {', '.join(filter(None, words))}")
    if len(order.idempotency_key) > LONGEST_NAME:
        raise RequestInvalid(detail=f"Idempotency-Key: <= {LONGEST_NAME}")


def admit(
    content: Content, order: Order, *, account: Account, digest: str, by: str, now: datetime
) -> Content:
    """Writes the row, the event and the job in one transaction; a retry finds the first row."""
    request = order.digest(digest)
    try:
        with transaction.atomic():
            return _earlier(account, order, request) or _entered(
                content, order, account=account, request=request, by=by, now=now
            )
    except IntegrityError:
        # Two requests with one key at the same moment: the other one was first.
        earlier = _earlier(account, order, request)
        if earlier is None:
            raise
        return earlier


def again(content: Content, *, by: str, now: datetime) -> Content:
    """Queues the labelling of a held content once more.

    Raises UsageError when it is not held.
    """
    with transaction.atomic():
        fresh = Content.objects.select_for_update().get(pk=content.pk)
        if fresh.state != State.HELD:
            raise UsageError(detail=f"content: {fresh.state}")
        made = bool(fresh.original_sha256)
        fresh.state = moved(fresh.state, State.LABELLING if made else State.PRODUCING)
        fresh.problem = None
        fresh.save(update_fields=["state", "problem"])
        event = events.append(TRIED_AGAIN, subject(fresh), {}, by=by, now=now)
        job = LABEL_JOB if made else PRODUCE_JOB
        jobs.queue(job, {"content_id": str(fresh.id)}, key=f"{job}:{fresh.id}:{event.pk}")
        return fresh


@contextmanager
def _seekable(source: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """The source itself, or a copy for the time being of one that cannot seek."""
    # A request's body says nothing of seeking.
    if getattr(source, "seekable", bool)():
        yield source
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(counted(source, name), copy)
        yield cast("BinaryIO", copy)


def counted(source: BinaryIO, name: str) -> BinaryIO:
    """``source``; reading raises TooLarge at the byte over the site's limit."""
    limit = int(vars(apps.get_app_config("content"))["largest_upload"])
    return cast("BinaryIO", Counted(source, name, limit))


class Counted:
    """A source that refuses to give more bytes than the limit."""

    def __init__(self, source: BinaryIO, name: str, limit: int) -> None:
        self._source, self._name, self._limit = source, name, limit
        self._given = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._source.read(size if size >= 0 else self._limit + 1)
        self._given += len(chunk)
        if self._given > self._limit:
            raise TooLarge(file=self._name, detail=f"> {self._limit} bytes")
        return chunk


def _entered(
    content: Content, order: Order, *, account: Account, request: str, by: str, now: datetime
) -> Content:
    content.id = uuid.uuid4()
    content.account = account
    content.produce_id = content.id.hex
    content.created = now
    content.request_sha256 = request
    for name in _ORDERED:
        setattr(content, name, getattr(order, name))
    content.instructions = dict(order.instructions)
    content.save(force_insert=True)
    events.append(RECEIVED, subject(content), _body(content), by=by, now=now)
    job = PRODUCE_JOB if order.editor else LABEL_JOB
    jobs.queue(job, {"content_id": str(content.id)}, key=f"{job}:{content.id}")
    return content


def subject(content: Content) -> str:
    """How events name a content."""
    return f"content:{content.id}"


def _body(content: Content) -> dict[str, object]:
    return {
        "media_type": content.media_type,
        "kind": content.kind,
        "editor": content.editor,
        "sha256": content.original_sha256,
        "size": content.original_size or 0,
    }


def _earlier(account: Account, order: Order, request: str) -> Content | None:
    if not order.idempotency_key:
        return None
    found = Content.objects.filter(account=account, idempotency_key=order.idempotency_key).first()
    if found is not None and found.request_sha256 != request:
        raise IdempotencyConflict
    return found


def _media_type(source: BinaryIO, name: str) -> str:
    source.seek(0)
    if not source.read(1):
        raise EmptyFile(file=name)
    found = recognise(source, name)
    if found is None:
        raise UnknownType(file=name)
    if not found.name_fits:
        raise WrongExtension(file=name, found=found.media_type)
    return found.media_type


def _short(name: str) -> str:
    """The last part of a name, cut in its stem so that its extension stays."""
    path = PurePath(name.replace("\\", "/").replace("\0", ""))
    suffix = path.suffix[:16]
    return (path.stem[: LONGEST_NAME - len(suffix)] + suffix) or "content"

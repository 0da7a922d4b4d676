"""Labelling and release: nothing goes out before its labels were read back (Art. 16, 17)."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any, TypeVar

from django.db.models import QuerySet

from colophon.content import register
from colophon.content.decoding import WORK, work_folder
from colophon.content.models import Content
from colophon.content.states import SETTLED, State, moved
from colophon.content.submission import subject
from colophon.errors import (
    BlobMissing,
    ColophonError,
    InputError,
    ReadBackFailed,
    RefusedError,
    ToolMissing,
    UsageError,
    WorkStopped,
)
from colophon.labels.apart import Worker
from colophon.labels.model import Applied, Label
from colophon.parties import operator, signing
from colophon.store import blobs, clock, events, jobs
from colophon.store.context import Interrupted, JobContext, LeaseLost, StopAsked
from colophon.store.states import MAX_ATTEMPTS

Result = TypeVar("Result")

REFUSALS = (InputError, UsageError, RefusedError, ToolMissing, ReadBackFailed, BlobMissing)
"""Failures that trying again by itself does not mend: the content is held with the reason."""
BY = "system"
_own = threading.local()
RELEASED = events.kind(
    "content.released",
    zh="标识已读回，内容放行",
    en="Labels were read back; a content was released",
)
HELD = events.kind("content.held", zh="内容被搁置", en="A content was held")


@jobs.body("content.label")
def label(context: JobContext, content_id: str) -> None:
    """Labels one content and releases it, or holds it with the cause and the remedy."""
    content = Content.objects.get(pk=content_id)
    if State(content.state) in SETTLED:
        return
    context.once("begin", lambda: advance(content_id, State.LABELLING))
    tell = Progress(context, Content.objects.filter(pk=content.pk)).tell
    done = held_if_refused(context, holding(context, content), lambda: labelled(content, tell))
    if done is not None:
        applied, blob = done
        context.once("release", lambda: _release(content_id, applied, blob, by=BY, now=clock.now()))


def held_if_refused(
    context: JobContext, hold_with: Callable[[ColophonError], None], work: Callable[[], Result]
) -> Result | None:
    """What ``work`` gives; None when it refused, which ``hold_with`` then records.

    A failure that trying again may mend is raised for the job to be tried again; after the
    last attempt it is recorded too, so that nobody waits for nothing.
    """
    try:
        return work()
    except REFUSALS as error:
        hold_with(error)
        return None
    except StopAsked:
        hold_with(WorkStopped())
        raise
    except (Interrupted, LeaseLost):
        raise
    except Exception as error:
        if context.attempt >= MAX_ATTEMPTS:
            known = error if isinstance(error, ColophonError) else ColophonError()
            hold_with(known)
        raise


def holding(context: JobContext, content: Content) -> Callable[[ColophonError], None]:
    """Stops this content, once, with the error's cause and remedy."""

    def hold_with(error: ColophonError) -> None:
        problem = problem_of(error, content.name)
        context.once("hold", lambda: hold(str(content.id), problem, by=BY, now=clock.now()))

    return hold_with


def hold(content_id: str, problem: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """Stops a content; ``problem`` (see ``problem_of``) says why and what to do."""
    content = Content.objects.select_for_update().get(pk=content_id)
    content.state = moved(content.state, State.HELD)
    content.problem = dict(problem)
    content.save(update_fields=["state", "problem"])
    events.append(HELD, subject(content), {"code": problem["code"]}, by=by, now=now)


def problem_of(error: ColophonError, name: str) -> dict[str, Any]:
    """A named error in both languages, to be kept with the content."""
    error.details["file"] = name
    return {
        "code": error.code,
        "clause": error.clause,
        "cause": {"zh": error.cause("zh"), "en": error.cause("en")},
        "remedy": {"zh": error.remedy("zh"), "en": error.remedy("en")},
    }


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder for files under work, on the blobs' disk, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=WORK, dir=work_folder()) as place:
        yield Path(place)


def labelled(
    content: Content, tell: Callable[[float], None], **chosen: Any
) -> tuple[Applied, blobs.Blob]:
    """A labelled file made from the original and kept, once its labels were read back.

    ``chosen`` goes before what the content asks for: ``explicit``, ``acceptance``. Raises what
    ``labels.apply`` raises.
    """
    with workplace() as place:
        # The type of words is told by the extension, which a blob does not have.
        source = place / f"original{_suffix(content.name)}"
        source.symlink_to(blobs.path(content.original_sha256).absolute())
        target = place / f"labelled{_suffix(content.name)}"
        applied = _applied(content, source, target, tell, **chosen)
        if not applied.read_back:
            raise ReadBackFailed(file=content.name, detail="-")
        with target.open("rb") as finished:
            return applied, blobs.keep(finished)


def _applied(
    content: Content,
    source: Path,
    target: Path,
    progress: Callable[[float], None],
    **chosen: Any,
) -> Applied:
    profile = operator.current()
    wishes = {"explicit": content.explicit, **chosen}
    return _worker().apply(
        source,
        target,
        label=Label(
            content_producer=operator.provider_code(profile), produce_id=content.produce_id
        ),
        credential=signing.signer(),
        label_key=signing.label_key(),
        mark_key=signing.mark_key(),
        prints=True,
        progress=progress,
        kind=content.kind or None,
        action=content.action,
        lang=content.lang,
        **operator.label_options(profile),
        # One file is handed out; a label that lay beside it would be lost on the way.
        sidecar=False,
        **wishes,
    )


def _worker() -> Worker:
    """This thread's child process: files of strangers are decoded nowhere else."""
    if not hasattr(_own, "worker"):
        _own.worker = Worker()
    worker: Worker = _own.worker
    return worker


class Progress:
    """Tells the job and its row how far the work is, and stops it where staff asked."""

    EVERY_SECONDS = 0.5

    def __init__(self, context: JobContext, rows: QuerySet[Any]) -> None:
        self._context = context
        self._rows = rows
        self._told = time.monotonic()

    def tell(self, part: float) -> None:
        """``part`` is 0.0 to 1.0; raises StopAsked, Interrupted or LeaseLost."""
        moment = time.monotonic()
        if moment - self._told < self.EVERY_SECONDS:
            return
        self._told = moment
        self._context.check_stop()
        self._context.progress(part)
        percent = min(99, max(0, round(part * 100)))
        self._rows.update(progress=percent)


def advance(content_id: str, state: State) -> None:
    content = Content.objects.select_for_update().get(pk=content_id)
    if content.state != state:
        content.state = moved(content.state, state)
        content.save(update_fields=["state"])


def _release(
    content_id: str, applied: Applied, blob: blobs.Blob, *, by: str, now: datetime
) -> None:
    content = Content.objects.select_for_update().get(pk=content_id)
    content.state = moved(content.state, State.RELEASED)
    content.labelled_sha256, content.labelled_size = blob.sha256, blob.size
    content.progress, content.released = 100, now
    register.bind(content, applied)
    body = {
        "sha256": blob.sha256,
        "size": blob.size,
        "produce_id": content.produce_id,
        "layers": sorted(content.written),
    }
    events.append(RELEASED, subject(content), body, by=by, now=now)


def _suffix(name: str) -> str:
    suffix = PurePath(name).suffix.lower()
    return suffix if suffix[1:].isascii() and suffix[1:].isalnum() else ""

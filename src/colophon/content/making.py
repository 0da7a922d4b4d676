"""The job that makes a version without explicit label, once however often it is started."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet

from colophon.content import release, unlabelled
from colophon.content.models import UnlabelledVersion
from colophon.content.states import State, VersionState
from colophon.errors import BlobMissing, ColophonError, NotReleased, ReadBackFailed
from colophon.labels.model import Applied
from colophon.store import blobs, clock, jobs
from colophon.store.context import JobContext


@jobs.body(unlabelled.JOB)
def make(context: JobContext, version_id: int) -> None:
    """Makes one version and reads it back, or holds it with the cause and the remedy."""
    rows = UnlabelledVersion.objects.filter(pk=version_id)
    version = rows.select_related("content__account").get()
    if version.state != VersionState.ACCEPTED:
        return
    done = release.held_if_refused(
        context, _holding(context, version), lambda: _made(context, version, rows)
    )
    if done is not None:
        applied, blob = done
        kept = {"sha256": blob.sha256, "size": blob.size}
        context.once(
            "made",
            lambda: unlabelled.made(version_id, applied, kept, by=release.BY, now=clock.now()),
        )


def _made(
    context: JobContext, version: UnlabelledVersion, rows: QuerySet[UnlabelledVersion]
) -> tuple[Applied, blobs.Blob]:
    content = version.content
    if content.state != State.RELEASED:
        raise NotReleased(state=content.state)
    if not blobs.exists(content.original_sha256):
        raise BlobMissing
    applied, blob = release.labelled(
        content,
        release.Progress(context, rows).tell,
        explicit="off",
        acceptance=unlabelled.acceptance(version),
    )
    if "aigc" not in applied.written or "explicit" in applied.written:
        raise ReadBackFailed(file=content.name, detail="aigc")
    return applied, blob


def _holding(context: JobContext, version: UnlabelledVersion) -> Callable[[ColophonError], None]:
    def hold_with(error: ColophonError) -> None:
        problem = release.problem_of(error, version.content.name)
        context.once(
            "hold",
            lambda: unlabelled.hold(version.pk, problem, by=release.BY, now=clock.now()),
        )

    return hold_with

"""A version of one's own content without the explicit label, for who accepts the duties.

Source: Measures for Labelling Art. 9. It is made from the original, as the labelled file was,
and bears the implicit label and the manifest; no label is taken off anything.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction

from colophon.content import duties, register
from colophon.content.kept import keep_until
from colophon.content.models import LONGEST_RECIPIENT, Content, UnlabelledVersion
from colophon.content.states import State, VersionState, version_moved
from colophon.content.submission import subject
from colophon.errors import BlobMissing, ContentMissing, DutiesNotAccepted, NotReleased, UsageError
from colophon.labels.model import Acceptance
from colophon.parties.accounts import pseudonym
from colophon.store import blobs, events, jobs

if TYPE_CHECKING:
    from colophon.labels.model import Applied
    from colophon.parties.models import Account

JOB = "content.unlabelled"
ACCEPTED = events.kind(
    "content.unlabelled_accepted",
    zh="用户接受义务，申请没有显式标识的版本",
    en="A user accepted the duties of a version without explicit label",
)
AGAIN = events.kind(
    "content.unlabelled_again",
    zh="搁置的无显式标识版本重新制作",
    en="A held version without explicit label was queued again",
)
MADE = events.kind(
    "content.unlabelled_made",
    zh="没有显式标识的版本已制作，隐式标识已读回",
    en="A version without explicit label was made; its implicit label was read back",
)
HELD = events.kind(
    "content.unlabelled_held",
    zh="没有显式标识的版本被搁置",
    en="A version without explicit label was held",
)
GIVEN = events.kind(
    "content.unlabelled_given",
    zh="提供没有显式标识的版本",
    en="A version without explicit label was given to its recipient",
)


class Stand(StrEnum):
    """Where an owner stands with such a version of one content."""

    NOT_RELEASED = "not_released"
    NOT_NEEDED = "not_needed"
    NOT_ASKED = "not_asked"
    ACCEPTED = "accepted"
    MADE = "made"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Standing:
    """The stand, the duties as they now are, and the version made under them."""

    stand: Stand
    content: Content
    duties: duties.Duties
    version: UnlabelledVersion | None = None

    @property
    def moving(self) -> bool:
        """Whether a job is still at work."""
        return self.stand is Stand.ACCEPTED


def own(content_id: str | uuid.UUID, viewer: Account) -> Content:
    """A content its owner asks for.

    Raises ContentMissing for anybody else, staff too: the record names one recipient.
    """
    content = register.find(content_id, viewer)
    if content.account_id != viewer.pk:
        raise ContentMissing
    return content


def standing(content: Content) -> Standing:
    """Where its owner stands; an acceptance of earlier duties does not count any more."""
    now_due = duties.current()
    if content.state != State.RELEASED:
        return Standing(Stand.NOT_RELEASED, content, now_due)
    if not content.written.get("explicit"):
        return Standing(Stand.NOT_NEEDED, content, now_due)
    version = _under(content, now_due)
    stand = Stand(version.state) if version else Stand.NOT_ASKED
    return Standing(stand, content, now_due, version)


def accept(content: Content, duties_sha256: str, *, by: str, now: datetime) -> Standing:
    """Records that the owner accepts the duties as they now stand, and queues the version.

    ``duties_sha256`` is of the text the owner has read, in whichever language. The same again
    is the same record; for a held version it is a new try. A content whose file bears no
    explicit label needs no version: nothing is recorded. Raises DutiesNotAccepted for any other
    text, NotReleased, and BlobMissing where the original is gone.
    """
    with transaction.atomic():
        fresh = Content.objects.select_for_update().get(pk=content.pk)
        found = standing(fresh)
        if found.stand is Stand.NOT_RELEASED:
            raise NotReleased(state=fresh.state)
        if found.stand is Stand.NOT_NEEDED:
            return found
        if found.duties.lang_of(duties_sha256) is None:
            raise DutiesNotAccepted
        if found.stand in (Stand.ACCEPTED, Stand.MADE):
            return found
        if not blobs.exists(fresh.original_sha256):
            raise BlobMissing
        if found.version is None:
            _entered(fresh, found.duties, duties_sha256, by=by, now=now)
        else:
            _again(found.version, by=by, now=now)
        return standing(fresh)


def acceptance(version: UnlabelledVersion) -> Acceptance:
    """The record as the labelling road is given it."""
    return Acceptance(version.recipient, version.duties_sha256, version.accepted.isoformat())


def made(
    version_id: int, applied: Applied, blob: Mapping[str, Any], *, by: str, now: datetime
) -> None:
    """The version is there; call it in the transaction that marks the step."""
    version = UnlabelledVersion.objects.select_for_update().get(pk=version_id)
    version.state = version_moved(version.state, VersionState.MADE)
    version.sha256, version.size = blob["sha256"], blob["size"]
    version.written = applied.to_json()["written"]
    version.notes = [note.to_json() for note in applied.notes]
    version.progress, version.made, version.problem = 100, now, None
    version.save()
    body = {"sha256": version.sha256, "size": version.size, "layers": sorted(version.written)}
    events.append(MADE, subject(version.content), body, by=by, now=now)


def hold(version_id: int, problem: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """Stops the making; ``problem`` says why and what to do."""
    version = UnlabelledVersion.objects.select_for_update().get(pk=version_id)
    version.state = version_moved(version.state, VersionState.HELD)
    version.problem = dict(problem)
    version.save(update_fields=["state", "problem"])
    events.append(HELD, subject(version.content), {"code": problem["code"]}, by=by, now=now)


def give(content: Content, *, by: str, now: datetime) -> tuple[UnlabelledVersion, BinaryIO]:
    """As ``opened``; each giving is an event, and the record is kept for its term from the last
    of them.
    """
    with transaction.atomic():
        found, file = opened(content)
        version = UnlabelledVersion.objects.select_for_update().get(pk=found.pk)
        version.given += 1
        version.last_given = now
        version.keep_until = max(version.keep_until, keep_until(now))
        version.save(update_fields=["given", "last_given", "keep_until"])
        body = {"sha256": version.sha256, "recipient": version.recipient}
        events.append(GIVEN, subject(content), body, by=by, now=now)
    return version, file


def opened(content: Content) -> tuple[UnlabelledVersion, BinaryIO]:
    """The version made under the duties as they now stand, and its bytes.

    Raises NotReleased while there is nothing to give, DutiesNotAccepted where the duties are
    not, or no longer, accepted, BlobMissing.
    """
    found = standing(content)
    if found.stand is Stand.NOT_ASKED:
        raise DutiesNotAccepted
    if found.stand is not Stand.MADE or found.version is None:
        raise NotReleased(state=found.stand.value)
    return found.version, blobs.open_(found.version.sha256)


def earlier(content: Content) -> bool:
    """Whether any duties, of whichever version, were accepted for ``content``."""
    return UnlabelledVersion.objects.filter(content=content).exists()


def is_version(content: Content, sha256: str) -> bool:
    """Whether these bytes are a version of ``content`` that was made here without the label."""
    return UnlabelledVersion.objects.filter(content=content, sha256=sha256).exists()


def record_command(
    content: Content, given: Mapping[str, Any], *, by: str, now: datetime
) -> UnlabelledVersion:
    """The acceptance that the operator named by command, for a file labelled outside the service.

    ``given``: an Acceptance as JSON. Raises UsageError for a recipient too long to keep, or an
    acceptance without a readable moment.
    """
    recipient = str(given["recipient"])
    try:
        accepted = datetime.fromisoformat(str(given["accepted"]))
    except ValueError as error:
        raise UsageError(detail="acceptance: accepted") from error
    if len(recipient) > LONGEST_RECIPIENT or accepted.tzinfo is None:
        raise UsageError(detail=f"acceptance: recipient <= {LONGEST_RECIPIENT}, time zone")
    version = UnlabelledVersion(
        content=content,
        recipient=recipient.encode(errors="surrogateescape").decode(errors="replace"),
        duties=duties.known(str(given["duties_sha256"])),
        duties_sha256=str(given["duties_sha256"]),
        accepted=accepted,
        keep_until=keep_until(max(accepted, now)),
        state=VersionState.MADE.value,
        progress=100,
        sha256=content.labelled_sha256,
        written=content.written,
        notes=content.notes,
        made=now,
    )
    version.save(force_insert=True)
    # The operator's own word for its recipient stays in the row: the log knows accounts only.
    body = {**_body(version), "recipient": "by command"}
    events.append(ACCEPTED, subject(content), body, by=by, now=now)
    return version


def _under(content: Content, now_due: duties.Duties) -> UnlabelledVersion | None:
    versions = UnlabelledVersion.objects.filter(content=content, duties_version=now_due.version)
    # The shipped text becomes a row only when it is accepted: until then nobody did.
    return versions.first() if now_due.published else None


def _entered(
    content: Content, now_due: duties.Duties, sha256: str, *, by: str, now: datetime
) -> None:
    if content.account is None:
        raise ContentMissing
    accepted = duties.kept(now_due, by=by, now=now)
    lang = accepted.lang_of(sha256)
    if lang is None:
        raise DutiesNotAccepted
    version = UnlabelledVersion(
        content=content,
        account=content.account,
        recipient=pseudonym(content.account),
        duties=duties.row_of(accepted, lang),
        duties_version=accepted.version,
        duties_sha256=sha256,
        accepted=now,
        keep_until=keep_until(now),
    )
    version.save(force_insert=True)
    events.append(ACCEPTED, subject(content), _body(version), by=by, now=now)
    jobs.queue(JOB, {"version_id": version.pk}, key=f"{JOB}:{version.pk}")


def _again(version: UnlabelledVersion, *, by: str, now: datetime) -> None:
    version.state = version_moved(version.state, VersionState.ACCEPTED)
    version.problem, version.progress = None, 0
    version.save(update_fields=["state", "problem", "progress"])
    event = events.append(AGAIN, subject(version.content), {}, by=by, now=now)
    jobs.queue(JOB, {"version_id": version.pk}, key=f"{JOB}:{version.pk}:{event.pk}")


def _body(version: UnlabelledVersion) -> dict[str, object]:
    return {
        "recipient": version.recipient,
        "duties_sha256": version.duties_sha256,
        "duties_version": version.duties_version or 0,
        "keep_until": version.keep_until.isoformat(),
    }

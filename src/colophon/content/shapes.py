"""The JSON a content is shown as, and what the API is given."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema

from colophon.content.models import Content, UnlabelledVersion
from colophon.content.states import State
from colophon.content.unlabelled import Stand, Standing
from colophon.errors import Lang

MOST_A_PAGE = 100
KindWord = Literal["text", "speech", "audio", "face", "image", "video", "scene"]
ActionWord = Literal["created", "edited", "identity-changed"]
ExplicitWord = Literal["auto", "on", "off"]


class BareName(Schema):
    """Only needed where the body is the bare bytes of the file."""

    name: str | None = Field(None, max_length=1024, description="file name of a bare body")


class Patience(Schema):
    """How long the answer may take."""

    wait: float | None = Field(None, description="seconds to wait for the end, at most 30")


class SubmissionOptions(BareName, Patience):
    """What is asked for; fields of a form with the same names go before these."""

    kind: KindWord | None = Field(None, description="the technology of Art. 23 that made it")
    action: ActionWord = "created"
    explicit: ExplicitWord = "auto"


class Once(Schema):
    """A header that makes a repeated request harmless."""

    idempotency_key: str | None = Field(None, max_length=255, alias="Idempotency-Key")


class PagePlace(Schema):
    """Which page of a list."""

    limit: int = Field(20, ge=1, le=MOST_A_PAGE)
    before: uuid.UUID | None = Field(None, description="the last id of the page before")


class Problem(Schema):
    """Why a content is held, in the language asked for."""

    code: str
    cause: str
    remedy: str
    clause: str | None = None


class ContentOut(Schema):
    """One content: where it stands, what its duty is, what was written into it."""

    id: str
    state: Literal["received", "producing", "labelling", "released", "held", "withdrawn"]
    progress: int = Field(description="percent")
    name: str
    kind: str | None
    action: str
    medium: str
    media_type: str
    editor: str | None
    explicit: str
    created: datetime
    released: datetime | None
    size: int | None = Field(description="bytes of the labelled file")
    sha256: str | None = Field(description="of the labelled file")
    original_sha256: str | None
    produce_id: str
    duty: dict[str, Any]
    written: dict[str, Any]
    notes: list[dict[str, str]]
    problem: Problem | None
    review: Literal["not_configured"] = Field(
        "not_configured", description="Review of content comes with a later release."
    )
    url: str
    file_url: str | None


class ContentPage(Schema):
    """One page of contents, newest first; ``next`` is the path of the following page."""

    items: list[ContentOut]
    next: str | None


class DutiesAccepted(Schema):
    """Names the text of duties that the owner has read and accepts."""

    duties_sha256: str = Field(pattern="^[0-9a-f]{64}$", description="of the text in `duties`")


class DutiesOut(Schema):
    """What has to be accepted, as it now stands, in the language asked for."""

    version: int
    lang: Literal["zh", "en"]
    text: str
    sha256: str = Field(description="of the text's UTF-8 bytes")
    published: datetime | None = Field(description="none for the shipped text nobody has accepted")


class UnlabelledOut(Schema):
    """Where a version without explicit label stands (Measures for Labelling Art. 9)."""

    content_id: str
    state: Literal["not_released", "not_needed", "not_asked", "accepted", "made", "held"]
    progress: int = Field(description="percent")
    duties: DutiesOut
    recipient: str | None
    duties_sha256: str | None = Field(description="of the text that was accepted")
    accepted: datetime | None
    keep_until: datetime | None = Field(description="until when this record is kept at least")
    sha256: str | None
    size: int | None
    problem: Problem | None
    url: str
    file_url: str | None = Field(description="where no version is needed, the labelled file's")


class Problem9457(Schema):
    """An error as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    clause: str | None
    remedy: str
    appeal_url: str | None


def shown(content: Content, lang: Lang) -> dict[str, Any]:
    """A content as the API shows it."""
    path = f"/api/content/{content.id}"
    released = content.state == State.RELEASED
    return {
        "id": str(content.id),
        "state": content.state,
        "progress": content.progress,
        "name": content.name,
        "kind": content.kind or None,
        "action": content.action,
        "medium": content.medium,
        "media_type": content.media_type,
        "editor": content.editor or None,
        "explicit": content.explicit,
        "created": content.created,
        "released": content.released,
        "size": content.labelled_size,
        "sha256": content.labelled_sha256 or None,
        "original_sha256": content.original_sha256 or None,
        "produce_id": content.produce_id,
        "duty": content.duty,
        "written": content.written,
        "notes": content.notes,
        "problem": problem_shown(content, lang),
        "review": "not_configured",
        "url": path,
        "file_url": f"{path}/file" if released else None,
    }


def unlabelled_shown(found: Standing, lang: Lang) -> dict[str, Any]:
    """A version without explicit label as the API shows it."""
    path = f"/api/content/{found.content.id}"
    version = found.version
    files = {Stand.MADE: f"{path}/unlabelled/file", Stand.NOT_NEEDED: f"{path}/file"}
    return {
        "content_id": str(found.content.id),
        "state": found.stand.value,
        "progress": version.progress if version else 0,
        "duties": {
            "version": found.duties.version,
            "lang": lang,
            "text": found.duties.texts[lang],
            "sha256": found.duties.sha256(lang),
            "published": found.duties.published,
        },
        "recipient": version.recipient if version else None,
        "duties_sha256": version.duties_sha256 if version else None,
        "accepted": version.accepted if version else None,
        "keep_until": version.keep_until if version else None,
        "sha256": version.sha256 or None if version else None,
        "size": version.size if version else None,
        "problem": problem_shown(version, lang) if version else None,
        "url": f"{path}/unlabelled",
        "file_url": files.get(found.stand),
    }


def problem_shown(held: Content | UnlabelledVersion, lang: Lang) -> dict[str, Any] | None:
    """Why it is held, in one language."""
    if held.problem is None:
        return None
    return {
        "code": held.problem["code"],
        "clause": held.problem["clause"],
        "cause": held.problem["cause"][lang],
        "remedy": held.problem["remedy"][lang],
    }

"""Routes of the content's road: submit, look, fetch, produce, inspect."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from ninja import Header, Query, Router

from colophon.content import (
    download,
    production,
    register,
    shapes,
    submission,
    unlabelled,
    verification,
)
from colophon.content.intake import Upload, awaited, lang_of, patiently, wait_of
from colophon.content.models import Content
from colophon.content.shapes import (
    BareName,
    ContentOut,
    ContentPage,
    DutiesAccepted,
    Once,
    PagePlace,
    Patience,
    Problem9457,
    SubmissionOptions,
    UnlabelledOut,
)
from colophon.content.unlabelled import Standing
from colophon.errors import RequestInvalid, TooLarge
from colophon.parties import throttle
from colophon.parties.accounts import pseudonym
from colophon.parties.api import CALLER, caller
from colophon.store import clock

router = Router(tags=["content"])
PLAIN = {"ensure_ascii": False}
ERRORS = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422, 503), Problem9457)

_FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "kind": {"type": "string"},
                        "action": {"type": "string"},
                        "explicit": {"type": "string"},
                    },
                }
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
_PRODUCE_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["editor", "instructions"],
                    "properties": {
                        "editor": {"type": "string", "enum": ["text", "speech", "image"]},
                        "instructions": {"type": "object"},
                    },
                }
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["editor"],
                    "properties": {
                        "editor": {"type": "string"},
                        "instructions": {"type": "string", "description": "JSON"},
                        "file": {"type": "string", "format": "binary"},
                        "mask": {"type": "string", "format": "binary"},
                    },
                }
            },
        },
    }
}

_FILE_ANSWER = {
    "responses": {
        "200": {
            "description": "The file; Range is honoured.",
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@router.post(
    "/content",
    auth=CALLER,
    response={200: ContentOut, 201: ContentOut, 202: ContentOut, **ERRORS},
    openapi_extra=_FILE_BODY,
    summary="Submit content made elsewhere to be labelled",
)
def submit(
    request: HttpRequest,
    options: Query[SubmissionOptions],
    headers: Header[Once],
) -> HttpResponse:
    """Keeps the file, queues its labelling, and answers 202; with ``wait`` or
    ``Prefer: wait=N``, 201 once it is released or held. A repeated Idempotency-Key answers
    the first content.
    """
    upload = Upload(request)
    source, sent_name = upload.file()
    content = submission.submit(
        source,
        options.name or sent_name,
        account=caller(request),
        kind=upload.fields.get("kind", options.kind) or None,
        action=upload.fields.get("action", options.action),
        explicit=upload.fields.get("explicit", options.explicit),
        lang=lang_of(),
        idempotency_key=headers.idempotency_key,
        by=f"account:{caller(request).number}",
        now=clock.now(),
    )
    return _accepted(request, content, options.wait)


@router.post(
    "/content/produce",
    auth=CALLER,
    response={200: ContentOut, 201: ContentOut, 202: ContentOut, **ERRORS},
    openapi_extra=_PRODUCE_BODY,
    summary="Let a built-in editor make content",
)
def produce(
    request: HttpRequest,
    options: Query[Patience],
    headers: Header[Once],
) -> HttpResponse:
    """Editors: ``text`` (template, values), ``speech`` (text, voice, words_per_minute, pitch),
    ``image`` (operation denoise or inpaint, with the files ``file`` and ``mask``).
    """
    editor, instructions, upload = _wishes(request)
    content = production.synthesise(
        editor,
        instructions,
        account=caller(request),
        files={key: source for key, (source, _) in upload.files.items()} if upload else {},
        lang=lang_of(),
        idempotency_key=headers.idempotency_key,
        by=f"account:{caller(request).number}",
        now=clock.now(),
    )
    return _accepted(request, content, options.wait)


@router.get("/content", auth=CALLER, response={200: ContentPage, **ERRORS}, summary="Own contents")
def contents(request: HttpRequest, place: Query[PagePlace]) -> dict[str, Any]:
    """The caller's own contents, newest first."""
    found = register.of(caller(request))
    if place.before is not None:
        found = found.filter(created__lt=register.find(place.before, caller(request)).created)
    rows = list(found[: place.limit + 1])
    page = [shapes.shown(row, lang_of()) for row in rows[: place.limit]]
    more = len(rows) > place.limit
    following = f"/api/content?limit={place.limit}&before={page[-1]['id']}" if more else None
    return {"items": page, "next": following}


@router.get("/content/{uuid:content_id}", auth=CALLER, response={200: ContentOut, **ERRORS})
def content(
    request: HttpRequest, content_id: uuid.UUID, options: Query[Patience]
) -> dict[str, Any]:
    """Where one content stands; owner and staff only, 404 for anybody else."""
    found = register.find(content_id, caller(request))
    return shapes.shown(awaited(found, wait_of(request, options.wait)), lang_of())


@router.api_operation(
    ["GET", "HEAD"],
    "/content/{uuid:content_id}/file",
    auth=CALLER,
    response={409: Problem9457, **ERRORS},
    summary="The labelled file",
    openapi_extra=_FILE_ANSWER,
)
def content_file(request: HttpRequest, content_id: uuid.UUID) -> HttpResponseBase:
    """The released file, with ``X-Colophon-Content-Id`` and ``X-Colophon-Label``
    (percent-encoded UTF-8). 409 in any other state.
    """
    return download.file_response(request, register.find(content_id, caller(request)))


@router.get(
    "/content/{uuid:content_id}/unlabelled",
    auth=CALLER,
    response={200: UnlabelledOut, **ERRORS},
    summary="A version without explicit label: its duties, and where it stands",
)
def unlabelled_state(
    request: HttpRequest, content_id: uuid.UUID, options: Query[Patience]
) -> dict[str, Any]:
    """For the content's owner alone; 404 for anybody else, staff too."""
    found = unlabelled.standing(unlabelled.own(content_id, caller(request)))
    return shapes.unlabelled_shown(_settled(found, wait_of(request, options.wait)), lang_of())


@router.post(
    "/content/{uuid:content_id}/unlabelled",
    auth=CALLER,
    response={
        200: UnlabelledOut,
        201: UnlabelledOut,
        202: UnlabelledOut,
        429: Problem9457,
        **ERRORS,
    },
    summary="Accept the duties and ask for a version without explicit label",
)
def unlabelled_asked(
    request: HttpRequest, content_id: uuid.UUID, body: DutiesAccepted, options: Query[Patience]
) -> HttpResponse:
    """Records recipient, time and text of the duties, and queues the version: 202, or 201 where
    it is made while you wait. The same again answers 200. 409 for any text but the one that now
    stands. Source: Measures for Labelling Art. 9.
    """
    content = unlabelled.own(content_id, caller(request))
    _limited(request, "unlabelled")
    before = unlabelled.standing(content)
    found = unlabelled.accept(
        content, body.duties_sha256, by=pseudonym(caller(request)), now=clock.now()
    )
    found = _settled(found, wait_of(request, options.wait))
    fresh = 200 if found.stand is before.stand else 201
    shape = shapes.unlabelled_shown(found, lang_of())
    # The shape is plain values; the framework's own answer could not choose its status here.
    response = JsonResponse(shape, status=202 if found.moving else fresh, json_dumps_params=PLAIN)
    response["Location"] = shape["url"]
    if found.moving:
        response["Retry-After"] = "1"
    return response


@router.api_operation(
    ["GET", "HEAD"],
    "/content/{uuid:content_id}/unlabelled/file",
    auth=CALLER,
    response={409: Problem9457, 429: Problem9457, **ERRORS},
    summary="The version without explicit label",
    openapi_extra=_FILE_ANSWER,
)
def unlabelled_file(request: HttpRequest, content_id: uuid.UUID) -> HttpResponseBase:
    """For who accepted the duties that now stand; 409 otherwise. Each answer is on record."""
    content = unlabelled.own(content_id, caller(request))
    _limited(request, "unlabelled file")
    by = pseudonym(caller(request))
    return download.unlabelled_response(request, content, by=by, now=clock.now())


@router.post(
    "/inspect",
    auth=None,
    response={200: dict[str, Any], 429: Problem9457, **ERRORS},
    openapi_extra=_FILE_BODY,
    tags=["inspect"],
    summary="Everything a file says about its origin",
)
def inspect(request: HttpRequest, options: Query[BareName]) -> HttpResponse:
    """Public and rate-limited. The file is read and forgotten."""
    client = request.META.get("REMOTE_ADDR", "")
    throttle.admit(client, "inspect", settings.COLOPHON_INSPECT_PER_MINUTE, now=clock.now())
    source, sent_name = Upload(request).file()
    name = options.name or sent_name
    findings = verification.inspect_upload(source, name).to_json()
    return JsonResponse({**findings, "file": name}, json_dumps_params=PLAIN)


def _accepted(request: HttpRequest, content: Content, wait: float | None) -> HttpResponse:
    repeated = register.settled(content)
    seconds = wait_of(request, wait)
    content = awaited(content, seconds)
    status = (200 if repeated else 201) if register.settled(content) else 202
    shape = shapes.shown(content, lang_of())
    response = JsonResponse(shape, status=status, json_dumps_params=PLAIN)
    response["Location"] = shape["url"]
    if status == 202:
        response["Retry-After"] = "1"
    if "wait" in request.headers.get("Prefer", ""):
        response["Preference-Applied"] = f"wait={seconds:.0f}"
    return response


def _settled(found: Standing, seconds: float) -> Standing:
    return patiently(
        found,
        lambda: unlabelled.standing(found.content),
        lambda standing: not standing.moving,
        seconds,
    )


def _limited(request: HttpRequest, purpose: str) -> None:
    """Each asking and each giving leaves an entry in the log: nobody floods it."""
    limit = settings.COLOPHON_INSPECT_PER_MINUTE
    throttle.admit(pseudonym(caller(request)), purpose, limit, now=clock.now())


def _wishes(request: HttpRequest) -> tuple[str, dict[str, Any], Upload | None]:
    if request.content_type == "application/json":
        try:
            body = _json(request.body)
        except RequestDataTooBig as error:
            raise TooLarge(
                file="JSON", detail=f"> {settings.DATA_UPLOAD_MAX_MEMORY_SIZE}"
            ) from error
        return str(body.get("editor", "")), _object(body.get("instructions", {})), None
    upload = Upload(request)
    wishes = _json(upload.fields.get("instructions", "{}").encode())
    return upload.fields.get("editor", ""), wishes, upload


def _json(text: bytes) -> dict[str, Any]:
    try:
        return _object(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise RequestInvalid(detail="JSON") from error


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RequestInvalid(detail="JSON object?")
    return value

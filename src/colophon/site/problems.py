"""Failures of the API as RFC 9457 problems, in the caller's language, whoever raised them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from colophon.errors import (
    ColophonError,
    Lang,
    NoSuchPage,
    PermissionMissing,
    RequestInvalid,
    SignInNeeded,
    TooLarge,
    TooOften,
)

MEDIA_TYPE = "application/problem+json"
API = "/api/"
log = logging.getLogger(__name__)

_BY_STATUS: dict[int, Callable[[], ColophonError]] = {
    401: SignInNeeded,
    403: PermissionMissing,
    404: NoSuchPage,
    413: lambda: TooLarge(file="request", detail="413"),
    429: lambda: TooOften(seconds=60),
}


def document(error: ColophonError, lang: Lang, status: int | None = None) -> dict[str, Any]:
    """The body of a problem. ``type`` leads to the page that explains the code."""
    return {
        "type": f"/errors/{error.code}",
        "title": error.cause(lang),
        "status": status or error.http_status,
        "detail": error.cause(lang),
        "code": error.code,
        "clause": error.clause,
        "remedy": error.remedy(lang),
        "appeal_url": settings.COLOPHON_APPEAL_URL or None,
    }


def response(error: ColophonError, *, status: int | None = None, **more: Any) -> HttpResponse:
    """A problem as an answer; ``more`` are further members of its body."""
    lang: Lang = "en" if (get_language() or "").startswith("en") else "zh"
    body = {**document(error, lang, status), **more}
    text = json.dumps(body, ensure_ascii=False).encode()
    answer = HttpResponse(text, status=body["status"], content_type=MEDIA_TYPE)
    answer["Content-Length"] = str(len(text))
    answer["Content-Language"] = "zh-CN" if lang == "zh" else "en"
    if isinstance(error, SignInNeeded):
        answer["WWW-Authenticate"] = 'Bearer realm="colophon"'
    if isinstance(error, TooOften):
        answer["Retry-After"] = error.details["seconds"]
    return answer


def explanation(_request: HttpRequest, code: str) -> HttpResponse:
    """What a code means, in both languages: the page that ``type`` leads to."""
    found = next((kind for kind in _kinds(ColophonError) if kind.code == code), None)
    if found is None:
        raise Http404
    words = [found.causes["zh"], found.remedies["zh"], "", found.causes["en"], found.remedies["en"]]
    text = "\n".join([code, f"HTTP {found.http_status}", "", *words, ""])
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _kinds(root: type[ColophonError]) -> Iterator[type[ColophonError]]:
    yield root
    for kind in root.__subclasses__():
        yield from _kinds(kind)


def of_status(status: int) -> HttpResponse:
    """The problem for an answer that bears nothing but its status."""
    known = _BY_STATUS.get(status)
    if known is not None:
        return response(known(), status=status)
    if status < 500:
        return response(RequestInvalid(detail=str(status)), status=status)
    return response(ColophonError(), status=status)


def install(api: NinjaAPI) -> None:
    """Makes ``api`` answer every failure with a problem."""

    @api.exception_handler(ColophonError)
    def named(_request: HttpRequest, error: ColophonError) -> HttpResponse:
        return response(error)

    @api.exception_handler(ValidationError)
    def invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
        places = [".".join(str(part) for part in one["loc"]) for one in error.errors]
        return response(RequestInvalid(detail=", ".join(places)[:500]), errors=_faults(error))

    @api.exception_handler(HttpError)
    def stated(_request: HttpRequest, error: HttpError) -> HttpResponse:
        return of_status(error.status_code)

    @api.exception_handler(Exception)
    def unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
        log.error("%s %s failed", request.method, request.path, exc_info=error)
        return response(ColophonError())


class ApiProblems:
    """Middleware: what Django answers under /api by itself (404, 405, 403) is a problem too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if not request.path.startswith(API) or answer.status_code < 400:
            return answer
        if answer.status_code == 416 or answer.headers["Content-Type"] == MEDIA_TYPE:
            return answer
        problem = of_status(answer.status_code)
        if "Allow" in answer.headers:
            problem["Allow"] = answer.headers["Allow"]
        return problem


def _faults(error: ValidationError) -> list[dict[str, str]]:
    # The value itself is left out: it may be anything, and logs keep answers.
    return [
        {"where": ".".join(str(part) for part in one["loc"]), "what": str(one["msg"])}
        for one in error.errors
    ]

"""The page the world sees: a file goes in, what it says about its origin comes out.

The file is read and forgotten: no row, no copy, no name in a log.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from colophon.content import download, verification
from colophon.errors import ColophonError
from colophon.parties import throttle
from colophon.portal import examples, findings, upload, wording
from colophon.store import clock

if TYPE_CHECKING:
    from django.http import HttpRequest

PAGE = "portal/verify.html"


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The page; with a file or the name of an example, the page with its findings."""
    context: dict[str, object] = {
        "examples": examples.named(),
        "limit": _limit(request),
        "accepted": upload.accepted(),
    }
    status = 200
    try:
        if request.method == "POST":
            context |= _uploaded(request)
        elif request.GET.get("example"):
            context |= _example(request.GET["example"])
    except ColophonError as error:
        context["problem"] = problem(error)
        status = error.http_status
    return render(request, PAGE, context, status=status)


@require_safe
def example_file(request: HttpRequest, name: str) -> HttpResponse:
    """One of the three example files, as anybody may download it."""
    found = examples.find(name)
    if found is None:
        raise Http404
    try:
        labelled = found.opened()
    except ColophonError as error:
        context = {"problem": problem(error), "limit": _limit(request)}
        return render(request, PAGE, context, status=error.http_status)
    with labelled:
        answer = HttpResponse(labelled.read(), content_type=found.media_type)
    answer["Content-Disposition"] = download.disposition(found.file_name, inline=True)
    return answer


def problem(error: ColophonError) -> dict[str, str | None]:
    """The error in the reader's language, as the templates show it."""
    return error.to_json(wording.page_lang())


def _limit(request: HttpRequest) -> int:
    """Bytes this reader may send."""
    signed_in = request.user.is_authenticated
    return int(
        settings.COLOPHON_MAX_UPLOAD if signed_in else settings.COLOPHON_MAX_STRANGERS_UPLOAD
    )


def _uploaded(request: HttpRequest) -> dict[str, object]:
    throttle.admit(
        request.META.get("REMOTE_ADDR", ""),
        "inspect",
        settings.COLOPHON_INSPECT_PER_MINUTE,
        now=clock.now(),
    )
    given = upload.received(request, "file", _limit(request))
    shown = _shown(given.source, given.name)
    # A browser that can run our script shows the file from its own disk.
    if request.POST.get("preview") != "no":
        shown["preview"] = upload.preview(given.source, *_kind(shown))
    return shown


def _example(name: str) -> dict[str, object]:
    found = examples.find(name)
    if found is None:
        raise Http404
    with found.opened() as handle:
        shown = _shown(handle, found.file_name)
        shown["preview"] = upload.preview(handle, *_kind(shown))
    return shown | {"example": found}


def _shown(handle: BinaryIO, name: str) -> dict[str, object]:
    found = verification.inspect_upload(handle, name)
    raw = json.dumps(found.to_json(), ensure_ascii=False, indent=2).encode()
    return {
        "sheet": findings.sheet(found),
        "findings": found,
        "size": handle.seek(0, 2),
        "json_address": "data:application/json;base64," + base64.b64encode(raw).decode("ascii"),
    }


def _kind(shown: dict[str, object]) -> tuple[str, str]:
    found = shown["findings"]
    return found.media_type, found.medium  # type: ignore[attr-defined]

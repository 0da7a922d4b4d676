"""A user's own content: try a label, submit, watch, compare, download."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from colophon.content import download, register, submission, verification
from colophon.content.states import State
from colophon.errors import ColophonError
from colophon.parties import operator, throttle
from colophon.portal import comparing, contents, findings, trying, upload, visitor, wording
from colophon.portal.views.verify import problem
from colophon.store import clock

if TYPE_CHECKING:
    from django.http import HttpRequest

    from colophon.content.models import Content

ROWS = 25
READ_BACK_BYTES = 64 * 1024 * 1024
"""Larger files are not read again each time their page is opened."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Submit or try, and the list of one's own contents."""
    context: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        try:
            if request.POST.get("act") == "preview":
                context = _tried(request)
            else:
                taken = _submitted(request)
                told = _("Received. The labelled file will be here in a moment.")
                messages.success(request, told)
                return redirect("portal:content", content_id=taken.pk)
        except ColophonError as error:
            context, status = {"problem": problem(error)}, error.http_status
    return render(request, "portal/account.html", context | _desk(request), status=status)


def _desk(request: HttpRequest) -> dict[str, object]:
    """The form's words and the list."""
    profile = operator.find()
    page = Paginator(register.of(visitor.account(request)), ROWS).get_page(request.GET.get("page"))
    return {
        "page": page,
        "rows": [contents.Shown(each, contents.standing(each.state)) for each in page],
        "kinds": wording.kind_choices(),
        "label_words": wording.label_words(profile),
        "always_chinese": wording.always_chinese(profile),
        "chosen": request.POST.get("kind", ""),
        "limit": settings.COLOPHON_MAX_UPLOAD,
        "preview_limit": trying.MOST_BYTES,
        "accepted": upload.accepted(),
        "moving": any(contents.standing(each.state).moving for each in page),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def content(request: HttpRequest, content_id: UUID) -> HttpResponse:
    """One content: where it stands, what was written and what its finished bytes say."""
    try:
        found = register.find(content_id, visitor.account(request))
        if request.method == "POST":
            submission.again(found, by=visitor.actor(request), now=clock.now())
            return redirect("portal:content", content_id=found.pk)
    except ColophonError as error:
        context = {"problem": problem(error)}
        return render(request, "portal/refused.html", context, status=error.http_status)
    shown: dict[str, object] = {
        "content": found,
        "standing": contents.standing(found.state),
        "written": contents.written(found.written),
        "numbers": contents.numbers(found.medium, found.written.get("explicit") or {}),
        "compared": comparing.compared(found, visitor.account(request)),
        "sheet": _read_back(found),
        "remarks": [note[wording.page_lang()] for note in found.notes],
    }
    return render(request, "portal/content.html", shown)


@login_required
@require_safe
def content_file(request: HttpRequest, content_id: UUID) -> HttpResponseBase:
    """The labelled file."""
    try:
        return download.file_response(request, register.find(content_id, visitor.account(request)))
    except ColophonError as error:
        context = {"problem": problem(error)}
        return render(request, "portal/refused.html", context, status=error.http_status)


@login_required
@require_safe
def original_file(request: HttpRequest, content_id: UUID) -> HttpResponseBase:
    """The file as it was sent, for the account that sent it."""
    viewer = visitor.account(request)
    try:
        found = register.find(content_id, viewer)
        file = comparing.original(found, viewer)
    except ColophonError as error:
        context = {"problem": problem(error)}
        return render(request, "portal/refused.html", context, status=error.http_status)
    with file:
        answer = HttpResponse(file.read(), content_type=found.media_type)
    answer["Content-Disposition"] = download.disposition(found.name)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _tried(request: HttpRequest) -> dict[str, object]:
    """What the label would look like on the file; nothing is kept."""
    throttle.admit(visitor.actor(request), "preview", trying.A_MINUTE, now=clock.now())
    given = upload.received(request, "file", trying.MOST_BYTES)
    asked = trying.Asked(
        kind=request.POST.get("kind", ""),
        action=request.POST.get("action") or "created",
        explicit=request.POST.get("explicit") or "auto",
        lang=wording.page_lang(),
    )
    trial = trying.tried(given, asked)
    return {
        "trial": trial,
        "taken_for": wording.kind_name(trial.kind),
        "preview": trial.shown,
        "numbers": contents.numbers(trial.medium, trial.explicit),
        "layers": [each.name for each in contents.written(trial.applied.written)],
        "remarks": [note.words(wording.page_lang()) for note in trial.applied.notes],
    }


def _submitted(request: HttpRequest) -> Content:
    given = upload.received(request, "file", settings.COLOPHON_MAX_UPLOAD)
    return submission.submit(
        given.source,
        given.name,
        account=visitor.account(request),
        kind=request.POST.get("kind") or None,
        action=request.POST.get("action") or "created",
        explicit=request.POST.get("explicit") or "auto",
        lang=wording.page_lang(),
        by=visitor.actor(request),
        now=clock.now(),
    )


def _read_back(found: Content) -> findings.Sheet | None:
    if found.state != State.RELEASED or (found.labelled_size or 0) > READ_BACK_BYTES:
        return None
    with register.released_file(found) as handle:
        return findings.sheet(verification.inspect_upload(handle, found.name))

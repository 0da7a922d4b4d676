"""A user's own content: submit, watch, read what was written, download."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from colophon.content import download, register, submission, verification
from colophon.content.states import State
from colophon.errors import ColophonError
from colophon.parties import operator
from colophon.portal import contents, findings, upload, visitor, wording
from colophon.portal.views.verify import problem
from colophon.store import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from colophon.content.models import Content

ROWS = 25
READ_BACK_BYTES = 64 * 1024 * 1024
"""Larger files are not read again each time their page is opened."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Submit, and the list of one's own contents."""
    context: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        try:
            taken = _submitted(request)
        except ColophonError as error:
            context, status = {"problem": problem(error)}, error.http_status
        else:
            messages.success(request, _("Received. The labelled file will be here in a moment."))
            return redirect("portal:content", content_id=taken.pk)
    profile = operator.find()
    page = Paginator(register.of(visitor.account(request)), ROWS).get_page(request.GET.get("page"))
    context |= {
        "page": page,
        "rows": [contents.Shown(each, contents.standing(each.state)) for each in page],
        "kinds": wording.kind_choices(),
        "label_words": wording.label_words(profile.wording if profile else ""),
        "chosen": request.POST.get("kind", ""),
        "limit": settings.COLOPHON_MAX_UPLOAD,
        "moving": any(contents.standing(each.state).moving for each in page),
    }
    return render(request, "portal/account.html", context, status=status)


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

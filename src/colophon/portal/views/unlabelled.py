"""A version of one's own content without explicit label: read the duties, accept, download."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from colophon.content import download, duties, unlabelled
from colophon.errors import ColophonError, DutiesNotAccepted
from colophon.parties import throttle
from colophon.portal import asking, visitor, wording
from colophon.portal.views.verify import problem
from colophon.store import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from colophon.content.models import Content
    from colophon.content.unlabelled import Standing

PAGE, REFUSED = "portal/unlabelled.html", "portal/refused.html"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def version(request: HttpRequest, content_id: UUID) -> HttpResponse:
    """The duties to be read and accepted, then the version that was made."""
    try:
        found = unlabelled.own(content_id, visitor.account(request))
    except ColophonError as error:
        return render(request, REFUSED, {"problem": problem(error)}, status=error.http_status)
    refusal: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        try:
            _accepted(request, found)
        except ColophonError as error:
            refusal, status = {"problem": problem(error)}, error.http_status
        else:
            messages.success(request, _("Your acceptance is on record."))
            return redirect("portal:unlabelled", content_id=found.pk)
    shown = _shown(unlabelled.standing(found)) | refusal
    return render(request, PAGE, shown, status=status)


@login_required
@require_safe
def version_file(request: HttpRequest, content_id: UUID) -> HttpResponseBase:
    """The version itself, for its owner alone; each giving is on record."""
    try:
        found = unlabelled.own(content_id, visitor.account(request))
        _limited(request, "unlabelled file")
        by = visitor.actor(request)
        return download.unlabelled_response(request, found, by=by, now=clock.now())
    except ColophonError as error:
        return render(request, REFUSED, {"problem": problem(error)}, status=error.http_status)


def _accepted(request: HttpRequest, found: Content) -> None:
    _limited(request, "unlabelled")
    if request.POST.get("accepted") != "yes":
        raise DutiesNotAccepted
    sha256 = request.POST.get("duties", "")
    unlabelled.accept(found, sha256, by=visitor.actor(request), now=clock.now())


def _limited(request: HttpRequest, purpose: str) -> None:
    limit = settings.COLOPHON_INSPECT_PER_MINUTE
    throttle.admit(visitor.actor(request), purpose, limit, now=clock.now())


def _shown(found: Standing) -> dict[str, object]:
    lang = wording.page_lang()
    other = next(each for each in duties.LANGS if each != lang)
    version = found.version
    agreed = found.duties.lang_of(version.duties_sha256) if version else None
    return {
        "content": found.content,
        "stand": found.stand.value,
        "standing": asking.told(found.stand),
        "version": version,
        "agreed": asking.text_of(found.duties, agreed or lang),
        "duties": found.duties,
        "text": asking.text_of(found.duties, lang),
        "other": asking.text_of(found.duties, other),
        "changed": version is None and unlabelled.earlier(found.content),
    }

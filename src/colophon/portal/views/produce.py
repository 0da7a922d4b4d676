"""The built-in editors: a text template, speech, picture restoration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from colophon.content import production
from colophon.errors import ColophonError, RequestInvalid
from colophon.portal import upload, visitor, wording
from colophon.portal.views.verify import problem
from colophon.store import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from colophon.content.models import Content

Wishes = tuple[dict[str, Any], Mapping[str, BinaryIO]]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def produce(request: HttpRequest) -> HttpResponse:
    """Three forms, one an editor; what they make goes the road of every content."""
    context: dict[str, object] = {"given": _beginning() | request.POST.dict()}
    status = 200
    if request.method == "POST":
        try:
            made = _made(request)
        except ColophonError as error:
            context["problem"], status = problem(error), error.http_status
        else:
            return redirect("portal:content", content_id=made.pk)
    return render(request, "portal/produce.html", context, status=status)


def _beginning() -> dict[str, str]:
    """What stands in the forms before anything is written into them."""
    return {
        "template": _("Dear $name,\n\nthank you for your letter of $day."),
        "values": _("name = Lin\nday = 3 May"),
        "voice": wording.page_lang(),
        "strength": "8",
    }


def _made(request: HttpRequest) -> Content:
    editor = request.POST.get("editor", "")
    if editor not in WISHES:
        raise RequestInvalid(detail=f"editor: {', '.join(WISHES)}")
    instructions, files = WISHES[editor](request)
    return production.synthesise(
        editor,
        instructions,
        account=visitor.account(request),
        by=visitor.actor(request),
        now=clock.now(),
        files=files,
        lang=wording.page_lang(),
    )


def _text(request: HttpRequest) -> Wishes:
    values = {}
    for line in request.POST.get("values", "").splitlines():
        name, equals, value = line.partition("=")
        if equals:
            values[name.strip().removeprefix("$")] = value.strip()
    return {"template": request.POST.get("template", ""), "values": values}, {}


def _speech(request: HttpRequest) -> Wishes:
    post = request.POST
    return {"text": post.get("text", ""), "voice": post.get("voice", "zh")}, {}


def _image(request: HttpRequest) -> Wishes:
    given = upload.received(request, "file", settings.COLOPHON_MAX_UPLOAD)
    strength = request.POST.get("strength", "8")
    wishes = {
        "operation": "denoise",
        "strength": int(strength) if strength.isascii() and strength.isdigit() else strength,
    }
    return wishes, {"file": given.source}


WISHES: dict[str, Callable[[HttpRequest], Wishes]] = {
    "text": _text,
    "speech": _speech,
    "image": _image,
}

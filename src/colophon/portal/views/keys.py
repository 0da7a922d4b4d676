"""API keys: issue one (its secret is shown once), revoke one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from colophon.parties import keys as acts
from colophon.portal import visitor
from colophon.store import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE = "portal/keys.html"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The account's keys; a new one with its secret, this once."""
    context: dict[str, object] = {"now": clock.now()}
    if request.method == "POST":
        key, secret = acts.issue(
            visitor.account(request),
            request.POST.get("name", ""),
            by=visitor.actor(request),
            now=clock.now(),
        )
        context |= {"fresh": key, "secret": secret}
    context["keys"] = acts.held_by(visitor.account(request))
    response = render(request, PAGE, context)
    # The secret stands in this one answer; no cache may keep it.
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    """Ends one of the account's own keys."""
    key = get_object_or_404(acts.held_by(visitor.account(request)), pk=key_id)
    acts.revoke(key, by=visitor.actor(request), now=clock.now())
    messages.success(request, _("The key is revoked; it works nowhere from now on."))
    return redirect("portal:keys")

"""The error pages: what happened, what to do now, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """400."""
    return _page(request, 400, _("The request could not be understood."),
                 _("Go back, reload the page and try again."))  # fmt: skip


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """403."""
    return _page(request, 403, _("This page is not open to you."),
                 _("Sign in with an account that may see it, or ask the operator."))  # fmt: skip


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """403, when a form was sent without its token."""
    return _page(request, 403, _("This form is out of date."),
                 _("Go back, reload the page and send the form again. Cookies must be allowed."))  # fmt: skip


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """404."""
    return _page(request, 404, _("There is nothing at this address."),
                 _("Check it for a slip, or begin at the front page."))  # fmt: skip


def broken(request: HttpRequest) -> HttpResponse:
    """500: written so that it needs neither the database nor a session."""
    return _page(request, 500, _("Something went wrong on our side."),
                 _("Nothing you did caused it. Try again; if it happens again, tell the operator the time."))  # fmt: skip


def _page(request: HttpRequest, status: int, cause: str, remedy: str) -> HttpResponse:
    words = {"cause": cause, "remedy": remedy, "status": status}
    return render(request, "portal/error.html", words, status=status)

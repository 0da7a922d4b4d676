"""Who may sign up, and when staff must show a second factor."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

CONSOLE = "/console/"


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's hooks: sign-up is open unless the operator closed it."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return bool(settings.COLOPHON_SIGN_UP)


class StaffSecondFactor:
    """Middleware: the console opens to staff only once a second factor is set up.

    ``COLOPHON_STAFF_MFA``: ``required``, ``off``, or ``auto``: required unless the operator
    is the demonstration's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(CONSOLE) and _lacks_factor(request) and _required():
            return redirect("mfa_index")
        return self.get_response(request)


def _lacks_factor(request: HttpRequest) -> bool:
    from allauth.mfa.utils import is_mfa_enabled

    user = request.user
    return bool(user.is_authenticated and user.is_staff) and not is_mfa_enabled(user)


def _required() -> bool:
    if settings.COLOPHON_STAFF_MFA != "auto":
        # A word that is none of the three is a slip, and must not open the console.
        return bool(settings.COLOPHON_STAFF_MFA != "off")
    from colophon.parties import operator

    found = operator.find()
    return found is not None and not found.demonstration

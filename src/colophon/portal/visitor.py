"""Who sends a request to the signed-in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colophon.errors import SignInNeeded
from colophon.parties.accounts import Account, pseudonym

if TYPE_CHECKING:
    from django.http import HttpRequest


def account(request: HttpRequest) -> Account:
    """The signed-in account. Raises SignInNeeded when there is none."""
    if not isinstance(request.user, Account):
        raise SignInNeeded
    return request.user


def actor(request: HttpRequest) -> str:
    """The signed-in account as events name it: by its pseudonym."""
    return pseudonym(account(request))

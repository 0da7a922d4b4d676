"""Who calls the API: a key in the header, or a signed-in page with its CSRF token."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyCookie
from ninja.utils import check_csrf

from colophon.errors import PermissionMissing, SignInNeeded
from colophon.parties import keys
from colophon.parties.models import Account


class KeyAuth(HttpBearer):
    """``Authorization: Bearer col_…``"""

    openapi_name = "key"

    def authenticate(self, request: HttpRequest, token: str) -> Account:
        """The key's account, also put on the request.

        Raises SignInNeeded for a key that does not open anything.
        """
        account = keys.account_of(token.strip())
        if account is None:
            raise SignInNeeded
        request.user = account
        return account


class SessionAuth(APIKeyCookie):
    """A browser that signed in here; it must show that the request is its own (CSRF)."""

    param_name = "sessionid"

    def __init__(self) -> None:
        super().__init__(csrf=False)

    def authenticate(self, request: HttpRequest, key: str | None) -> Account | None:
        """The signed-in account, or None.

        Raises PermissionMissing without a valid CSRF token on an unsafe method.
        """
        del key
        if not isinstance(request.user, Account):
            return None
        if check_csrf(request) is not None:
            raise PermissionMissing
        return request.user


CALLER = [KeyAuth(), SessionAuth()]
"""Either opens the door; the key is asked first."""


def caller(request: HttpRequest) -> Account:
    """The account behind a request.

    Raises SignInNeeded when nobody is signed in.
    """
    if not isinstance(request.user, Account):
        raise SignInNeeded
    return request.user

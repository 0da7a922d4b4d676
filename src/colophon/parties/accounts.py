"""Opening the accounts that no sign-up page opens: the first administrator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import transaction

from colophon.errors import AccountExists, PasswordRefused
from colophon.parties.models import Account, pseudonym
from colophon.store import events

__all__ = ["Account", "ensure_administrator", "note_change", "pseudonym"]

CHANGED = events.kind("account.changed", zh="账号信息已变更", en="An account was changed")


@transaction.atomic
def ensure_administrator(name: str, email: str, password: str) -> tuple[Account, bool]:
    """The administrator ``name``, and whether it was opened now. One that is there already
    keeps its password.

    Raises PasswordRefused, or AccountExists when the name belongs to somebody else.
    """
    known = Account.objects.filter(username=name).first()
    if known is not None:
        if not known.is_superuser:
            raise AccountExists(name=name)
        return known, False
    try:
        password_validation.validate_password(password, Account(username=name, email=email))
    except ValidationError as error:
        raise PasswordRefused(detail=" ".join(error.messages)) from error
    return Account.objects.create_superuser(name, email, password), True


def note_change(account: Account, fields: Iterable[str], *, by: str, now: datetime) -> None:
    """Leaves the event of a change by staff: which fields, never their values."""
    events.append(CHANGED, pseudonym(account), {"fields": sorted(fields)}, by=by, now=now)

"""API keys: issued once, known afterwards only by their hash, revoked for good."""

from __future__ import annotations

import hashlib
import secrets
import string
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from colophon.parties.models import Account, ApiKey, pseudonym
from colophon.store import clock, events

ISSUED = events.kind("key.issued", zh="签发 API 密钥", en="An API key was issued")
REVOKED = events.kind("key.revoked", zh="作废 API 密钥", en="An API key was revoked")
PREFIX = "col_"
SECRET_BYTES = 32
SHOWN = 10
"""Characters of a secret that stay visible in lists, enough to tell keys apart."""
USE_NOTED_EVERY = timedelta(minutes=1)
_DIGITS = string.digits + string.ascii_letters


@transaction.atomic
def issue(
    account: Account, name: str, *, by: str, now: datetime, expires: datetime | None = None
) -> tuple[ApiKey, str]:
    """A new key and its secret. The secret is nowhere else: show it now or lose it."""
    secret = PREFIX + _base62(secrets.token_bytes(SECRET_BYTES))
    key = ApiKey.objects.create(
        account=account,
        name=name.strip()[:100] or "key",
        prefix=secret[:SHOWN],
        sha256=_digest(secret),
        created=now,
        expires=expires,
    )
    events.append(ISSUED, pseudonym(account), {"key": key.pk}, by=by, now=now)
    return key, secret


@transaction.atomic
def revoke(key: ApiKey, *, by: str, now: datetime) -> ApiKey:
    """Ends a key; ending it again changes nothing."""
    if key.revoked is None:
        key.revoked = now
        key.save(update_fields=["revoked"])
        events.append(REVOKED, pseudonym(key.account), {"key": key.pk}, by=by, now=now)
    return key


def held_by(account: Account) -> QuerySet[ApiKey]:
    """The account's keys, newest first, revoked ones too."""
    return ApiKey.objects.filter(account=account)


def in_use() -> int:
    """How many keys are neither revoked nor expired."""
    unexpired = Q(expires__isnull=True) | Q(expires__gt=clock.now())
    return ApiKey.objects.filter(unexpired, revoked__isnull=True).count()


def account_of(secret: str, *, now: datetime | None = None) -> Account | None:
    """Whose key this is; None for an unknown, revoked or expired one, or a closed account.

    Notes the use at most once a minute, so that a busy key costs no write a request.
    """
    if not secret.startswith(PREFIX):
        return None
    moment = now or clock.now()
    key = (
        ApiKey.objects.select_related("account")
        .filter(Q(expires__isnull=True) | Q(expires__gt=moment), revoked__isnull=True)
        .filter(sha256=_digest(secret), account__is_active=True)
        .first()
    )
    if key is None:
        return None
    if key.last_used is None or moment - key.last_used >= USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used=moment)
    return key.account


def _digest(secret: str) -> str:
    # The secret has 256 random bits: a plain hash cannot be guessed back, no stretching needed.
    return hashlib.sha256(secret.encode()).hexdigest()


def _base62(data: bytes) -> str:
    number = int.from_bytes(data, "big")
    digits = []
    for _ in range(43):  # 62^43 > 2^256: every secret has the same length
        number, place = divmod(number, 62)
        digits.append(_DIGITS[place])
    return "".join(digits)

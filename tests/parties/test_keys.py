"""API keys: shown once, known by hash, ended by revoking, expiry or a closed account."""

from datetime import timedelta

import pytest
from django.db import connection

from colophon.parties import keys
from colophon.parties.models import Account, ApiKey
from colophon.store import clock
from colophon.store.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return Account.objects.create_user("somebody", "somebody@example.com", "a long password 1")


@pytest.fixture
def issued(account):
    return keys.issue(account, "build server", by="test", now=clock.now())


def test_secret_has_256_bits_and_is_in_no_column(issued):
    key, secret = issued
    assert secret.startswith("col_") and len(secret) == 4 + 43 and secret[4:].isalnum()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            assert secret not in repr(cursor.fetchall())
    assert key.prefix == secret[:10]


def test_two_secrets_differ(account):
    made = {keys.issue(account, "k", by="test", now=clock.now())[1] for _ in range(20)}
    assert len(made) == 20


def test_the_secret_opens_its_account(account, issued):
    assert keys.account_of(issued[1]) == account


@pytest.mark.parametrize("wrong", ["", "col_", "col_" + "0" * 43, "Bearer x", "col_\x00", "col_é"])
def test_a_wrong_secret_opens_nothing(issued, wrong):
    assert keys.account_of(wrong) is None


def test_a_secret_with_one_letter_changed_opens_nothing(issued):
    secret = issued[1]
    other = secret[:-1] + ("a" if secret[-1] != "a" else "b")
    assert keys.account_of(other) is None


def test_a_revoked_key_opens_nothing_and_revoking_again_changes_nothing(issued):
    key, secret = issued
    first = clock.now()
    keys.revoke(key, by="test", now=first)
    keys.revoke(key, by="test", now=first + timedelta(hours=1))
    assert keys.account_of(secret) is None
    assert ApiKey.objects.get().revoked == first
    assert Event.objects.filter(kind="key.revoked").count() == 1


def test_an_expired_key_opens_nothing(account):
    now = clock.now()
    _, secret = keys.issue(account, "k", by="test", now=now, expires=now + timedelta(minutes=5))
    assert keys.account_of(secret, now=now + timedelta(minutes=4)) == account
    assert keys.account_of(secret, now=now + timedelta(minutes=5)) is None


def test_a_closed_account_is_not_opened(account, issued):
    account.is_active = False
    account.save()
    assert keys.account_of(issued[1]) is None


def test_use_is_noted_at_most_once_a_minute(issued, django_assert_num_queries):
    _, secret = issued
    now = clock.now()
    keys.account_of(secret, now=now)
    with django_assert_num_queries(1):
        keys.account_of(secret, now=now + timedelta(seconds=59))
    assert ApiKey.objects.get().last_used == now
    keys.account_of(secret, now=now + timedelta(seconds=60))
    assert ApiKey.objects.get().last_used == now + timedelta(seconds=60)


def test_events_name_the_pseudonym_only(account, issued):
    entries = b"".join(bytes(event.entry) for event in Event.objects.all())
    assert str(account.number).encode() in entries
    assert b"somebody" not in entries and b"example.com" not in entries

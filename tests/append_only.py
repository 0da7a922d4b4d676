"""Lets a transactional test empty the database after itself, which the triggers refuse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def emptying_lifts_triggers() -> Iterator[None]:
    """Take the triggers off for the length of Django's flush after a transactional test."""
    from django.db import connection
    from django.test import TransactionTestCase

    from colophon.content.triggers import KEPT
    from colophon.store.triggers import APPEND_ONLY

    flush = TransactionTestCase._fixture_teardown

    def lifted_flush(case: TransactionTestCase) -> None:
        with APPEND_ONLY.lifted(connection), KEPT.lifted(connection):
            flush(case)

    TransactionTestCase._fixture_teardown = lifted_flush
    yield
    TransactionTestCase._fixture_teardown = flush

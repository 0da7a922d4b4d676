"""Commits that need not reach the disk at once, because their loss does no harm.

A lease or the mark of a finished job may be forgotten in a power cut: the job is then run
again, and its effects, whose commits are always durable, are not repeated. Both databases
write their log in order, so a durable commit carries every earlier light one with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def light() -> Iterator[None]:
    """A transaction whose commit does not wait for the disk; durable inside a durable one."""
    connection = transaction.get_connection()
    if connection.in_atomic_block:
        with transaction.atomic():
            yield
    elif connection.vendor == "sqlite":
        with _sqlite(connection):
            yield
    else:
        with transaction.atomic():
            _execute(connection, "SET LOCAL synchronous_commit = off")
            yield


@contextmanager
def _sqlite(connection: BaseDatabaseWrapper) -> Iterator[None]:
    # SQLite takes the setting only outside a transaction.
    _execute(connection, "PRAGMA synchronous = NORMAL")
    try:
        with transaction.atomic():
            yield
    finally:
        _execute(connection, "PRAGMA synchronous = FULL")


def _execute(connection: BaseDatabaseWrapper, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)

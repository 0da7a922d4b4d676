"""The migrations say what the models say, and leave the log append-only."""

import pytest
from django.core.management import call_command
from django.db import connection

from colophon.store.triggers import APPEND_ONLY


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "store", check=True, dry_run=True, verbosity=0)


def installed():
    question = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(question)
        return {name for (name,) in cursor.fetchall() if name.startswith("store_event")}


@pytest.mark.django_db(transaction=True)
def test_the_triggers_are_there_after_all_migrations():
    # SQLite drops a table's triggers when a migration rebuilds the table.
    before = installed()
    assert len(before) == {"sqlite": 3, "postgresql": 1}[connection.vendor]
    with APPEND_ONLY.lifted(connection):
        assert installed() == set()
    assert installed() == before


def test_a_database_without_triggers_is_refused():
    class Other:
        vendor = "mysql"

        def cursor(self):
            return memoryview(b"")

    with pytest.raises(NotImplementedError):
        APPEND_ONLY.install(Other())

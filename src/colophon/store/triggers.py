"""The triggers that make the event log append-only, for both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

REFUSAL = "the event log is append-only"

# REPLACE deletes without firing a delete trigger, so an insert over a row is refused too.
SQLITE = (
    f"""CREATE TRIGGER store_event_no_update BEFORE UPDATE ON store_event
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"""CREATE TRIGGER store_event_no_delete BEFORE DELETE ON store_event
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    # The refusal is a constant of this file.
    f"""CREATE TRIGGER store_event_no_replace BEFORE INSERT ON store_event
        WHEN EXISTS (SELECT 1 FROM store_event
                     WHERE id = NEW.id OR uuid = NEW.uuid OR sha256 = NEW.sha256)
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",  # noqa: S608
)
SQLITE_LIFT = (
    "DROP TRIGGER IF EXISTS store_event_no_update",
    "DROP TRIGGER IF EXISTS store_event_no_delete",
    "DROP TRIGGER IF EXISTS store_event_no_replace",
)
POSTGRESQL = (
    f"""CREATE FUNCTION store_event_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$""",
    """CREATE TRIGGER store_event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON store_event
       FOR EACH STATEMENT EXECUTE FUNCTION store_event_refuse()""",
)
POSTGRESQL_LIFT = (
    "DROP TRIGGER IF EXISTS store_event_no_change ON store_event",
    "DROP FUNCTION IF EXISTS store_event_refuse()",
)


def _statements(vendor: str, *, lift: bool) -> tuple[str, ...]:
    if vendor == "sqlite":
        return SQLITE_LIFT if lift else SQLITE
    if vendor == "postgresql":
        return POSTGRESQL_LIFT if lift else POSTGRESQL
    raise NotImplementedError(f"no append-only triggers are written for {vendor}")


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers on."""
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor, lift=False):
            cursor.execute(statement)


def lift(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers off: only to undo the migration, or to empty a test's database."""
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor, lift=True):
            cursor.execute(statement)


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Without the triggers for the length of a block."""
    lift(connection)
    try:
        yield
    finally:
        install(connection)


def forwards(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """For RunPython."""
    install(editor.connection)


def backwards(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """For RunPython."""
    lift(editor.connection)

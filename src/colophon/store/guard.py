"""Triggers by which a database itself keeps rows from being changed, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


@dataclass(frozen=True, slots=True)
class Guard:
    """The statements that put triggers on and take them off, a database each.

    ``sqlite``: a trigger's name to what follows it. ``postgresql`` and ``postgresql_lift``: whole
    statements, functions included.
    """

    sqlite: dict[str, str]
    postgresql: tuple[str, ...]
    postgresql_lift: tuple[str, ...]

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """Puts the triggers on."""
        _execute(connection, self._statements(connection.vendor, lift=False))

    def lift(self, connection: BaseDatabaseWrapper) -> None:
        """Takes the triggers off: only to undo the migration, or to empty a test's database."""
        _execute(connection, self._statements(connection.vendor, lift=True))

    @contextmanager
    def lifted(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        """Without the triggers for the length of a block."""
        self.lift(connection)
        try:
            yield
        finally:
            self.install(connection)

    def forwards(self, _apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        """For RunPython."""
        self.install(editor.connection)

    def backwards(self, _apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        """For RunPython."""
        self.lift(editor.connection)

    def _statements(self, vendor: str, *, lift: bool) -> tuple[str, ...]:
        if vendor == "sqlite":
            if lift:
                return tuple(f"DROP TRIGGER IF EXISTS {name}" for name in self.sqlite)
            return tuple(f"CREATE TRIGGER {name} {body}" for name, body in self.sqlite.items())
        if vendor == "postgresql":
            return self.postgresql_lift if lift else self.postgresql
        raise NotImplementedError(f"no triggers are written for {vendor}")


def _execute(connection: BaseDatabaseWrapper, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

"""The triggers that make the event log append-only, for both databases."""

from __future__ import annotations

from colophon.store.guard import Guard

REFUSAL = "the event log is append-only"

APPEND_ONLY = Guard(
    # REPLACE deletes without firing a delete trigger, so an insert over a row is refused too.
    sqlite={
        "store_event_no_update": f"""BEFORE UPDATE ON store_event
            BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
        "store_event_no_delete": f"""BEFORE DELETE ON store_event
            BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
        # The refusal is a constant of this file.
        "store_event_no_replace": f"""BEFORE INSERT ON store_event
            WHEN EXISTS (SELECT 1 FROM store_event
                         WHERE id = NEW.id OR uuid = NEW.uuid OR sha256 = NEW.sha256)
            BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",  # noqa: S608
    },
    postgresql=(
        f"""CREATE FUNCTION store_event_refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$""",
        """CREATE TRIGGER store_event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON store_event
           FOR EACH STATEMENT EXECUTE FUNCTION store_event_refuse()""",
    ),
    postgresql_lift=(
        "DROP TRIGGER IF EXISTS store_event_no_change ON store_event",
        "DROP FUNCTION IF EXISTS store_event_refuse()",
    ),
)

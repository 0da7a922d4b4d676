"""The triggers that keep accepted duties and their texts for their term, on both databases."""

from __future__ import annotations

from colophon.store.guard import Guard

RECORD = "the law asks for this record to be kept"
TEXT = "a text of duties is never changed"
FACTS = (
    "id",
    "content_id",
    "account_id",
    "recipient",
    "duties_id",
    "duties_version",
    "duties_sha256",
    "accepted",
)
"""Who accepted what, and when: written once."""

_VERSION, _TEXT = "content_unlabelledversion", "content_dutiestext"
_NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
"""As Django writes moments into SQLite: UTC, comparable as text."""
_CHANGED_SQLITE = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FACTS)
_CHANGED_POSTGRESQL = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FACTS)

# REPLACE deletes without firing a delete trigger, so an insert over a row is refused too.
SQLITE = {
    "content_unlabelled_no_delete": f"""BEFORE DELETE ON {_VERSION} WHEN OLD.keep_until > {_NOW}
        BEGIN SELECT RAISE(ABORT, '{RECORD}'); END""",
    "content_unlabelled_no_change": f"""BEFORE UPDATE ON {_VERSION}
        WHEN {_CHANGED_SQLITE} OR NEW.keep_until < OLD.keep_until
        BEGIN SELECT RAISE(ABORT, '{RECORD}'); END""",
    "content_unlabelled_no_replace": f"""BEFORE INSERT ON {_VERSION}
        WHEN EXISTS (SELECT 1 FROM {_VERSION} WHERE id = NEW.id OR
                     (content_id = NEW.content_id AND duties_version = NEW.duties_version))
        BEGIN SELECT RAISE(ABORT, '{RECORD}'); END""",  # noqa: S608 - constants of this file
    "content_duties_no_update": f"""BEFORE UPDATE ON {_TEXT}
        BEGIN SELECT RAISE(ABORT, '{TEXT}'); END""",
    "content_duties_no_delete": f"""BEFORE DELETE ON {_TEXT}
        BEGIN SELECT RAISE(ABORT, '{TEXT}'); END""",
    "content_duties_no_replace": f"""BEFORE INSERT ON {_TEXT}
        WHEN EXISTS (SELECT 1 FROM {_TEXT} WHERE id = NEW.id OR
                     (version = NEW.version AND lang = NEW.lang))
        BEGIN SELECT RAISE(ABORT, '{TEXT}'); END""",  # noqa: S608 - constants of this file
}
POSTGRESQL = (
    f"""CREATE FUNCTION content_unlabelled_keep() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' THEN
            IF OLD.keep_until <= clock_timestamp() THEN RETURN OLD; END IF;
          ELSIF NOT ({_CHANGED_POSTGRESQL} OR NEW.keep_until < OLD.keep_until) THEN
            RETURN NEW;
          END IF;
          RAISE EXCEPTION '{RECORD}' USING ERRCODE = 'restrict_violation';
        END $$""",
    f"""CREATE FUNCTION content_duties_keep() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{TEXT}' USING ERRCODE = 'restrict_violation'; END $$""",
    f"""CREATE TRIGGER content_unlabelled_no_change BEFORE UPDATE OR DELETE ON {_VERSION}
        FOR EACH ROW EXECUTE FUNCTION content_unlabelled_keep()""",
    f"""CREATE TRIGGER content_unlabelled_no_truncate BEFORE TRUNCATE ON {_VERSION}
        FOR EACH STATEMENT EXECUTE FUNCTION content_duties_keep()""",
    f"""CREATE TRIGGER content_duties_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {_TEXT}
        FOR EACH STATEMENT EXECUTE FUNCTION content_duties_keep()""",
)
POSTGRESQL_LIFT = (
    f"DROP TRIGGER IF EXISTS content_unlabelled_no_change ON {_VERSION}",
    f"DROP TRIGGER IF EXISTS content_unlabelled_no_truncate ON {_VERSION}",
    f"DROP TRIGGER IF EXISTS content_duties_no_change ON {_TEXT}",
    "DROP FUNCTION IF EXISTS content_unlabelled_keep()",
    "DROP FUNCTION IF EXISTS content_duties_keep()",
)

KEPT = Guard(SQLITE, POSTGRESQL, POSTGRESQL_LIFT)

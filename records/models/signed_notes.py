"""Triggers that keep a signed note as it was signed, with its versions and what was added to it, on SQLite and
PostgreSQL. SQLite forgets the triggers of a table that a migration makes anew, and stumbles over those that name it:
such a migration calls `remove` first and `install` at its end (tests/test_notes_kept.py notices)."""

from typing import Any

from . import guarding

MESSAGE = "this note is signed"
NOTE, VERSION, ADDENDUM = "records_visitnote", "records_noteversion", "records_noteaddendum"
TABLES = (NOTE, VERSION, ADDENDUM)
_SIGNED = f"EXISTS (SELECT 1 FROM {NOTE} WHERE id = OLD.note_id AND status = 'final')"
_RAISE = f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';"
_BEGIN = "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
_REFUSE = f"CREATE OR REPLACE FUNCTION records_note_refuse() {_BEGIN} {_RAISE} END $$"
_REFUSE_VERSION = (
    f"CREATE OR REPLACE FUNCTION records_note_version_refuse() {_BEGIN} IF {_SIGNED} THEN {_RAISE} END IF; "
    "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
)


def triggers(vendor: str) -> dict[str, tuple[str, str]]:
    """Name -> table and definition, for this vendor."""
    found = {}
    for table, when in ((NOTE, "OLD.status = 'final'"), (VERSION, _SIGNED), (ADDENDUM, "")):
        for what in ("UPDATE", "DELETE"):
            if vendor == "postgresql":
                # A condition of PostgreSQL's triggers can't ask another table; its function can.
                function = "records_note_version_refuse" if table == VERSION else "records_note_refuse"
                condition = f"WHEN ({when}) " if table == NOTE else ""
                does = f"{condition}EXECUTE FUNCTION {function}()"
            else:
                condition = f"WHEN {when} " if when else ""
                does = f"{condition}BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            found[f"{table}_kept_{what.lower()}"] = (table, f"BEFORE {what} ON {table} FOR EACH ROW {does}")
        if vendor == "postgresql":
            truncate = f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION records_note_refuse()"
            found[f"{table}_kept_truncate"] = (table, truncate)
        else:
            # INSERT OR REPLACE removes a row without asking the trigger for DELETE.
            same = f"SELECT 1 FROM {table} WHERE id = NEW.id"
            replace = f"BEFORE INSERT ON {table} FOR EACH ROW WHEN EXISTS ({same}) "
            found[f"{table}_kept_replace"] = (
                table,
                f"{replace}BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
            )
    return found


def install(connection: Any) -> None:
    """Guard the tables. A second call changes nothing."""
    guarding.install(connection, triggers(connection.vendor), (_REFUSE, _REFUSE_VERSION))


def remove(connection: Any) -> None:
    """Leave the tables unguarded: for taking the migration back, and for tests that empty a database."""
    guarding.remove(connection, triggers(connection.vendor))


def missing(connection: Any) -> list[str]:
    """The triggers that should guard the tables and don't."""
    return guarding.missing(connection, triggers(connection.vendor))

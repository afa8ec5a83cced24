"""Triggers that keep the rows of the activity trail as they were written, on SQLite and PostgreSQL.

The one change they let pass is sealing: a row without `seq` gets its `seq` and `hash`, once, and nothing else of it
differs. Whoever may drop a trigger can still tamper; that is what the chain of hashes shows (`verify_trail`).
"""

from typing import Any

TABLE = "accounts_activity"
COLUMNS = (
    "id", "at", "actor_id", "role", "verb", "target_type", "target_id", "patient_id", "address", "changed", "reason",
)  # fmt: skip
MESSAGE = "the activity trail is append-only"

_OLD = ", ".join(f"OLD.{name}" for name in COLUMNS)
_NEW = ", ".join(f"NEW.{name}" for name in COLUMNS)
_SAME = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in COLUMNS)
_REFUSE = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"

_SQLITE = {
    "activity_no_update": f"BEFORE UPDATE ON {TABLE} FOR EACH ROW "
    f"WHEN NOT (OLD.seq IS NULL AND NEW.seq IS NOT NULL AND {_SAME}) {_REFUSE}",
    "activity_no_delete": f"BEFORE DELETE ON {TABLE} FOR EACH ROW {_REFUSE}",
    # INSERT OR REPLACE removes a row without asking the trigger for DELETE.
    "activity_no_replace": f"BEFORE INSERT ON {TABLE} FOR EACH ROW "
    f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id OR seq = NEW.seq) {_REFUSE}",
}
_POSTGRESQL = {
    "activity_no_update": f"BEFORE UPDATE ON {TABLE} FOR EACH ROW "
    f"WHEN (NOT (OLD.seq IS NULL AND NEW.seq IS NOT NULL AND ROW({_NEW}) IS NOT DISTINCT FROM ROW({_OLD}))) "
    "EXECUTE FUNCTION activity_refuse()",
    "activity_no_delete": f"BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION activity_refuse()",
    "activity_no_truncate": f"BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION activity_refuse()",
}
_FUNCTION = (
    "CREATE OR REPLACE FUNCTION activity_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
)


def triggers(vendor: str) -> dict[str, str]:
    """Name -> definition, for this vendor."""
    return _POSTGRESQL if vendor == "postgresql" else _SQLITE


def install(connection: Any) -> None:
    """Guard the table. A second call changes nothing."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
    remove(connection)
    with connection.cursor() as cursor:
        for name, definition in triggers(connection.vendor).items():
            cursor.execute(f"CREATE TRIGGER {name} {definition}")


def remove(connection: Any) -> None:
    """Leave the table unguarded: for taking the migration back, and for tests that empty or falsify it."""
    on = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in triggers(connection.vendor):
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: Any) -> list[str]:
    """The triggers that should guard the table and don't."""
    if connection.vendor == "postgresql":
        query = (
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' "
            f"AND tgrelid = '{TABLE}'::regclass"
        )
    else:
        query = f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{TABLE}'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        standing = {row[0] for row in cursor.fetchall()}
    return sorted(set(triggers(connection.vendor)) - standing)

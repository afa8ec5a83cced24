"""Triggers that keep issued documents, their files and the lines of credit as they were written, on SQLite and
PostgreSQL: no row is changed, removed or replaced. SQLite forgets the triggers of a table that a migration makes
anew: such a migration calls `install` at its end (tests/test_documents_kept.py notices)."""

from typing import Any

TABLES = ("billing_billingdocument", "billing_documentfile", "billing_creditentry")
MESSAGE = "this table is append-only"

_FUNCTION = (
    "CREATE OR REPLACE FUNCTION billing_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
)


def triggers(vendor: str, table: str) -> dict[str, str]:
    """Name -> definition, for this vendor."""
    if vendor == "postgresql":
        call = "EXECUTE FUNCTION billing_refuse()"
        return {
            f"{table}_no_update": f"BEFORE UPDATE ON {table} FOR EACH ROW {call}",
            f"{table}_no_delete": f"BEFORE DELETE ON {table} FOR EACH ROW {call}",
            f"{table}_no_truncate": f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}",
        }
    refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    return {
        f"{table}_no_update": f"BEFORE UPDATE ON {table} FOR EACH ROW {refuse}",
        f"{table}_no_delete": f"BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
        # INSERT OR REPLACE removes a row without asking the trigger for DELETE.
        f"{table}_no_replace": f"BEFORE INSERT ON {table} FOR EACH ROW "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) {refuse}",
    }


def install(connection: Any) -> None:
    """Guard the tables. A second call changes nothing."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for table in TABLES:
            for name, definition in triggers(connection.vendor, table).items():
                cursor.execute(f"CREATE TRIGGER {name} {definition}")


def remove(connection: Any) -> None:
    """Leave the tables unguarded: for taking the migration back, and for tests that empty a database."""
    with connection.cursor() as cursor:
        for table in TABLES:
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            for name in triggers(connection.vendor, table):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: Any) -> list[str]:
    """The triggers that should guard the tables and don't."""
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        standing = {row[0] for row in cursor.fetchall()}
    wanted = {name for table in TABLES for name in triggers(connection.vendor, table)}
    return sorted(wanted - standing)

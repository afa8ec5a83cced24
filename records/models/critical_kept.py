"""Triggers that keep to which scan an answered critical alert belongs, and whom somebody told of one, on SQLite and
PostgreSQL. What else is kept of an alert: final_labs. A migration that makes one of these tables anew takes them off
and puts them on again, as 0011 does with those."""

from typing import Any

from . import guarding

MESSAGE = "what was noted of a critical finding does not change"
_ALERT, _TELLING = "records_criticalalert", "records_criticaltelling"
TABLES = (_TELLING,)
_REFUSE = (
    "CREATE OR REPLACE FUNCTION records_critical_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
)


def triggers(vendor: str) -> dict[str, tuple[str, str]]:
    """Name -> table and definition, for this vendor."""
    is_postgresql = vendor == "postgresql"
    differs = "IS DISTINCT FROM" if is_postgresql else "IS NOT"
    refuse = (
        "EXECUTE FUNCTION records_critical_refuse()"
        if is_postgresql
        else f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    )
    moved = f"OLD.acknowledged_at IS NOT NULL AND NEW.imaging_report_id {differs} OLD.imaging_report_id"
    found = {
        "critical_scan_no_update": (
            _ALERT,
            f"BEFORE UPDATE ON {_ALERT} FOR EACH ROW WHEN ({moved}) {refuse}",
        ),
        "critical_telling_no_update": (_TELLING, f"BEFORE UPDATE ON {_TELLING} FOR EACH ROW {refuse}"),
        "critical_telling_no_delete": (_TELLING, f"BEFORE DELETE ON {_TELLING} FOR EACH ROW {refuse}"),
    }
    if is_postgresql:
        name = "critical_telling_no_truncate"
        found[name] = (_TELLING, f"BEFORE TRUNCATE ON {_TELLING} FOR EACH STATEMENT {refuse}")
        return found
    # INSERT OR REPLACE removes a row without asking the trigger for DELETE.
    for name, table, held in (
        ("critical_telling_no_replace", _TELLING, "id = NEW.id"),
        (
            "critical_scan_no_replace",
            _ALERT,
            "imaging_report_id = NEW.imaging_report_id AND acknowledged_at IS NOT NULL",
        ),
    ):
        when = f"EXISTS (SELECT 1 FROM {table} WHERE {held})"
        found[name] = (table, f"BEFORE INSERT ON {table} FOR EACH ROW WHEN ({when}) {refuse}")
    return found


def install(connection: Any) -> None:
    """Guard the tables. A second call changes nothing."""
    guarding.install(connection, triggers(connection.vendor), (_REFUSE,))


def remove(connection: Any) -> None:
    """Leave the tables unguarded: for taking the migration back, and for tests that empty a database."""
    guarding.remove(connection, triggers(connection.vendor))


def missing(connection: Any) -> list[str]:
    """The triggers that should guard the tables and don't."""
    return guarding.missing(connection, triggers(connection.vendor))

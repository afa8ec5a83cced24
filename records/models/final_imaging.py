"""Triggers that keep an authorised imaging report and its addenda as they are, on SQLite and PostgreSQL. What may still
change of a report: the moment of its release, once; and the merge of two accounts of one patient may move it. What was
noted of a critical one: critical_kept. SQLite forgets the triggers of a table that a migration makes anew, and stumbles
over those that name it: such a migration calls `remove` first and `install` at its end (tests/test_imaging_kept.py
notices)."""

from typing import Any

from . import guarding

MESSAGE = "an authorised imaging report does not change"
_HEAD, _ADDENDUM = "records_imagingreport", "records_imagingaddendum"
TABLES = (_HEAD, _ADDENDUM)
_HEAD_COLUMNS = (
    "id", "created_at", "service_id", "referral_id", "appointment_id", "priority", "status", "history_text",
    "technique", "findings", "impression", "recommendation", "is_critical", "version", "ordered_at", "scheduled_at",
    "acquired_at", "reported_at", "authorised_at", "reported_by_id", "authorised_by_id",
)  # fmt: skip
_IN_FORCE = f"EXISTS (SELECT 1 FROM {_HEAD} WHERE id = NEW.report_id AND authorised_at IS NOT NULL)"
_RAISE = f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';"
_BEGIN = "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
_REFUSE = f"CREATE OR REPLACE FUNCTION records_imaging_refuse() {_BEGIN} {_RAISE} END $$"
# A condition of PostgreSQL's triggers can't ask another table; its function can.
_CHECK = (
    f"CREATE OR REPLACE FUNCTION records_imaging_addendum_check() {_BEGIN} "
    f"IF NOT {_IN_FORCE} THEN {_RAISE} END IF; RETURN NEW; END $$"
)


def triggers(vendor: str) -> dict[str, tuple[str, str]]:
    """Name -> table and definition, for this vendor."""
    is_postgresql = vendor == "postgresql"
    differs = "IS DISTINCT FROM" if is_postgresql else "IS NOT"
    changed = " OR ".join(f'NEW."{column}" {differs} OLD."{column}"' for column in _HEAD_COLUMNS)
    released_anew = f"(OLD.released_at IS NOT NULL AND NEW.released_at {differs} OLD.released_at)"
    refuse = (
        "EXECUTE FUNCTION records_imaging_refuse()"
        if is_postgresql
        else f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    )
    found: dict[str, tuple[str, str]] = {}

    def guard(name: str, table: str, event: str, when: str = "", does: str = refuse) -> None:
        condition = f"WHEN ({when}) " if when else ""
        found[f"imaging_{name}"] = (table, f"BEFORE {event} ON {table} FOR EACH ROW {condition}{does}")

    in_force = "OLD.authorised_at IS NOT NULL"
    guard("report_no_update", _HEAD, "UPDATE", f"{in_force} AND ({changed} OR {released_anew})")
    guard("report_no_delete", _HEAD, "DELETE", in_force)
    guard("addendum_no_update", _ADDENDUM, "UPDATE")
    guard("addendum_no_delete", _ADDENDUM, "DELETE")
    if is_postgresql:
        guard(
            "addendum_in_force",
            _ADDENDUM,
            "INSERT",
            does="EXECUTE FUNCTION records_imaging_addendum_check()",
        )
        for table in TABLES:
            found[f"{table}_no_truncate"] = (table, f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}")
        return found
    guard("addendum_in_force", _ADDENDUM, "INSERT", f"NOT {_IN_FORCE}")
    # INSERT OR REPLACE removes a row without asking the trigger for DELETE.
    same = "id = NEW.id OR referral_id = NEW.referral_id OR appointment_id = NEW.appointment_id"
    guard(
        "report_no_replace",
        _HEAD,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {_HEAD} WHERE ({same}) AND authorised_at IS NOT NULL)",
    )
    guard(
        "addendum_no_replace",
        _ADDENDUM,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {_ADDENDUM} WHERE id = NEW.id)",
    )
    return found


def install(connection: Any) -> None:
    """Guard the tables. A second call changes nothing."""
    guarding.install(connection, triggers(connection.vendor), (_REFUSE, _CHECK))


def remove(connection: Any) -> None:
    """Leave the tables unguarded: for taking the migration back, and for tests that empty a database."""
    guarding.remove(connection, triggers(connection.vendor))


def missing(connection: Any) -> list[str]:
    """The triggers that should guard the tables and don't."""
    return guarding.missing(connection, triggers(connection.vendor))

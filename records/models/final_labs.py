"""Triggers that keep a final lab report and its results as they were when it became final, and what was answered to a
critical one, on SQLite and PostgreSQL. What may still change of a report: the status, onwards only; the moment of its
release, once; and the merge of two accounts of one patient may move it. SQLite forgets the triggers of a table that a
migration makes anew, and stumbles over those that name it: such a migration calls `remove` first and `install` at its
end (tests/test_labs_kept.py notices)."""

from typing import Any

from . import guarding

MESSAGE = "a final lab report does not change"
_HEAD, _RESULT, _ALERT = "records_labreport", "records_labresult", "records_criticalalert"
TABLES = (_HEAD, _RESULT, _ALERT)
_HEAD_COLUMNS = (
    "id", "doctor_id", "entered_by_id", "appointment_id", "panel_id", "title", "laboratory", "collected_at", "comment",
    "version", "final_at", "replaces_id",
)  # fmt: skip
_ALERT_COLUMNS = ("id", "report_id", "acknowledged_at", "acknowledged_by_id", "action")

_RAISE = f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';"
_BEGIN = "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
_REFUSE = f"CREATE OR REPLACE FUNCTION records_lab_refuse() {_BEGIN} {_RAISE} END $$"
_IS_FINAL = f"EXISTS (SELECT 1 FROM {_HEAD} WHERE id = %s.report_id AND final_at IS NOT NULL)"
# A condition of PostgreSQL's triggers can't ask another table; its function can.
_CHECK = (
    f"CREATE OR REPLACE FUNCTION records_lab_result_check() {_BEGIN} "
    f"IF TG_OP <> 'INSERT' THEN IF {_IS_FINAL % 'OLD'} THEN {_RAISE} END IF; END IF; "
    f"IF TG_OP <> 'DELETE' THEN IF {_IS_FINAL % 'NEW'} THEN {_RAISE} END IF; RETURN NEW; END IF; "
    "RETURN OLD; END $$"
)


def triggers(vendor: str) -> dict[str, tuple[str, str]]:
    """Name -> table and definition, for this vendor."""
    differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"

    def changed(columns: tuple[str, ...]) -> str:
        return " OR ".join(f'NEW."{column}" {differs} OLD."{column}"' for column in columns)

    rewritten = (
        f"OLD.final_at IS NOT NULL AND ({changed(_HEAD_COLUMNS)} OR NEW.status IN ('preliminary', 'discarded') "
        "OR (OLD.status = 'amended' AND NEW.status <> 'amended') OR (OLD.status = 'released' AND NEW.status = 'final') "
        f"OR (OLD.released_at IS NOT NULL AND NEW.released_at {differs} OLD.released_at))"
    )
    answered = f"OLD.acknowledged_at IS NOT NULL AND ({changed(_ALERT_COLUMNS)})"
    found: dict[str, tuple[str, str]] = {}
    refuse = (
        "EXECUTE FUNCTION records_lab_refuse()"
        if vendor == "postgresql"
        else f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    )

    def guard(name: str, table: str, event: str, when: str, does: str = refuse) -> None:
        condition = f"WHEN ({when}) " if when else ""
        found[f"lab_{name}"] = (table, f"BEFORE {event} ON {table} FOR EACH ROW {condition}{does}")

    guard("report_no_update", _HEAD, "UPDATE", rewritten)
    guard("report_no_delete", _HEAD, "DELETE", "OLD.final_at IS NOT NULL")
    guard("alert_no_update", _ALERT, "UPDATE", answered)
    guard("alert_no_delete", _ALERT, "DELETE", "OLD.acknowledged_at IS NOT NULL")
    if vendor == "postgresql":
        check = "EXECUTE FUNCTION records_lab_result_check()"
        guard("result_no_change", _RESULT, "INSERT OR UPDATE OR DELETE", "", check)
        for table in (_HEAD, _RESULT, _ALERT):
            found[f"{table}_no_truncate"] = (table, f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}")
        return found

    def final(*rows: str) -> str:
        keys = ", ".join(f"{row}.report_id" for row in rows)
        return f"EXISTS (SELECT 1 FROM {_HEAD} WHERE id IN ({keys}) AND final_at IS NOT NULL)"

    guard("result_no_insert", _RESULT, "INSERT", final("NEW"))
    guard("result_no_update", _RESULT, "UPDATE", final("OLD", "NEW"))
    guard("result_no_delete", _RESULT, "DELETE", final("OLD"))
    # INSERT OR REPLACE removes a row without asking the trigger for DELETE.
    guard(
        "report_no_replace",
        _HEAD,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {_HEAD} WHERE (id = NEW.id OR replaces_id = NEW.replaces_id) "
        "AND final_at IS NOT NULL)",
    )
    guard(
        "result_no_replace",
        _RESULT,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {_RESULT} AS held JOIN {_HEAD} AS head ON head.id = held.report_id "
        "WHERE held.id = NEW.id AND head.final_at IS NOT NULL)",
    )
    guard(
        "alert_no_replace",
        _ALERT,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {_ALERT} WHERE (id = NEW.id OR report_id = NEW.report_id) "
        "AND acknowledged_at IS NOT NULL)",
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

"""Triggers that keep a signed prescription, its items and its overrides as they were signed, on SQLite and PostgreSQL.
What may still change: the status, onwards only; an item may be stopped, once; and the merge of two accounts of one
patient may move it. SQLite forgets the triggers of a table that a migration makes anew: such a migration calls
`install` at its end (tests/test_prescription_kept.py notices)."""

from typing import Any

MESSAGE = "a signed prescription does not change"
_HEAD, _ITEM, _WHY = "records_prescription", "records_prescriptionitem", "records_safetyoverride"
TABLES = (_HEAD, _ITEM, _WHY)
_HEAD_COLUMNS = (
    "id", "author_id", "appointment_id", "number", "language", "note", "version", "replaces_id", "signed_at",
    "valid_until", "payload", "signature", "key_id",
)  # fmt: skip
_ITEM_COLUMNS = (
    "id", "prescription_id", "position", "medicine_id", "dose", "route", "frequency", "times", "as_needed", "starts_on",
    "days", "quantity", "instructions",
)  # fmt: skip

_RAISE = f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';"
_IS_SIGNED = f"EXISTS (SELECT 1 FROM {_HEAD} WHERE id = %s.prescription_id AND signed_at IS NOT NULL)"
_REFUSE = (
    "CREATE OR REPLACE FUNCTION records_prescription_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"{_RAISE} END $$"
)
# A condition of PostgreSQL's triggers can't ask another table; its function can.
_CHECK = (
    "CREATE OR REPLACE FUNCTION records_prescription_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF TG_OP <> 'INSERT' THEN IF {_IS_SIGNED % 'OLD'} THEN {_RAISE} END IF; END IF; "
    f"IF TG_OP <> 'DELETE' THEN IF {_IS_SIGNED % 'NEW'} THEN {_RAISE} END IF; RETURN NEW; END IF; "
    "RETURN OLD; END $$"
)


def triggers(vendor: str) -> dict[str, tuple[str, str]]:
    """Name -> (table, definition), for this vendor."""
    differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"

    def changed(columns: tuple[str, ...]) -> str:
        return " OR ".join(f'NEW."{column}" {differs} OLD."{column}"' for column in columns)

    back = "NEW.status IN ('draft', 'discarded')"
    rewritten = f"OLD.signed_at IS NOT NULL AND ({changed(_HEAD_COLUMNS)} OR {back})"
    stopped_again = (
        f"OLD.stopped_at IS NOT NULL AND (NEW.stopped_at {differs} OLD.stopped_at "
        f"OR NEW.stop_reason {differs} OLD.stop_reason)"
    )
    item_rewritten = f"({changed(_ITEM_COLUMNS)} OR {stopped_again})"
    found: dict[str, tuple[str, str]] = {}
    if vendor == "postgresql":
        refuse, check = (
            "EXECUTE FUNCTION records_prescription_refuse()",
            "EXECUTE FUNCTION records_prescription_check()",
        )
        found["signed_no_update"] = (
            _HEAD,
            f"BEFORE UPDATE ON {_HEAD} FOR EACH ROW WHEN ({rewritten}) {refuse}",
        )
        found["signed_no_delete"] = (
            _HEAD,
            f"BEFORE DELETE ON {_HEAD} FOR EACH ROW WHEN (OLD.signed_at IS NOT NULL) {refuse}",
        )
        found["signed_item_no_update"] = (
            _ITEM,
            f"BEFORE UPDATE ON {_ITEM} FOR EACH ROW WHEN ({item_rewritten}) {check}",
        )
        found["signed_item_no_more"] = (_ITEM, f"BEFORE INSERT OR DELETE ON {_ITEM} FOR EACH ROW {check}")
        found["signed_override_no_change"] = (
            _WHY,
            f"BEFORE INSERT OR UPDATE OR DELETE ON {_WHY} FOR EACH ROW {check}",
        )
        return found
    refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"

    def signed(*rows: str) -> str:
        keys = ", ".join(f"{row}.prescription_id" for row in rows)
        return f"EXISTS (SELECT 1 FROM {_HEAD} WHERE id IN ({keys}) AND signed_at IS NOT NULL)"

    def guard(name: str, table: str, event: str, when: str) -> None:
        found[name] = (table, f"BEFORE {event} ON {table} FOR EACH ROW WHEN {when} {refuse}")

    guard("signed_no_update", _HEAD, "UPDATE", rewritten)
    guard("signed_no_delete", _HEAD, "DELETE", "OLD.signed_at IS NOT NULL")
    # INSERT OR REPLACE removes a row without asking the trigger for DELETE.
    guard(
        "signed_no_replace",
        _HEAD,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {_HEAD} WHERE (id = NEW.id OR number = NEW.number OR replaces_id = NEW.replaces_id) "
        "AND signed_at IS NOT NULL)",
    )
    guard("signed_item_no_update", _ITEM, "UPDATE", f"{item_rewritten} AND {signed('OLD', 'NEW')}")
    guard("signed_override_no_update", _WHY, "UPDATE", signed("OLD", "NEW"))
    for table, name in ((_ITEM, "item"), (_WHY, "override")):
        guard(f"signed_{name}_no_insert", table, "INSERT", signed("NEW"))
        guard(f"signed_{name}_no_delete", table, "DELETE", signed("OLD"))
        guard(
            f"signed_{name}_no_replace",
            table,
            "INSERT",
            f"EXISTS (SELECT 1 FROM {table} AS held JOIN {_HEAD} AS head ON head.id = held.prescription_id "
            "WHERE held.id = NEW.id AND head.signed_at IS NOT NULL)",
        )
    return found


def install(connection: Any) -> None:
    """Guard the tables. A second call changes nothing."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_REFUSE)
            cursor.execute(_CHECK)
        for name, (_table, definition) in triggers(connection.vendor).items():
            cursor.execute(f"CREATE TRIGGER {name} {definition}")


def remove(connection: Any) -> None:
    """Leave the tables unguarded: for taking the migration back, and for tests that empty a database."""
    with connection.cursor() as cursor:
        for name, (table, _definition) in triggers(connection.vendor).items():
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
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
    return sorted(triggers(connection.vendor).keys() - standing)

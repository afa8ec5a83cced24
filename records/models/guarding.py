"""What the modules of triggers (signed_notes, final_labs) have in common: putting them up, taking them down, looking
whether they stand. `Triggers`: name -> (table, definition)."""

from collections.abc import Iterable, Mapping
from typing import Any

Triggers = Mapping[str, tuple[str, str]]


def install(connection: Any, triggers: Triggers, functions: Iterable[str]) -> None:
    """Guard the tables; `functions` are PostgreSQL's. A second call changes nothing."""
    remove(connection, triggers)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for function in functions:
                cursor.execute(function)
        for name, (_table, definition) in triggers.items():
            cursor.execute(f"CREATE TRIGGER {name} {definition}")


def remove(connection: Any, triggers: Triggers) -> None:
    with connection.cursor() as cursor:
        for name, (table, _definition) in triggers.items():
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: Any, triggers: Triggers) -> list[str]:
    """Those that should stand and don't."""
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        standing = {row[0] for row in cursor.fetchall()}
    return sorted(set(triggers) - standing)

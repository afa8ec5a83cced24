"""Emptying the tables after a test that commits."""

from collections.abc import Mapping
from typing import Any, Protocol

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

# What Django makes of the models themselves. Its own flush empties these too and makes them anew, after each test.
KEPT = (ContentType._meta.db_table, Permission._meta.db_table)


class Guard(Protocol):
    """Triggers that refuse to let a table be emptied."""

    def install(self, connection: Any) -> None: ...
    def remove(self, connection: Any) -> None: ...


class Emptier:
    """Empties the tables that were written to, which are a few of many. `guards` of a table stand aside meanwhile."""

    def __init__(self, connection: Any, guards: Mapping[str, Guard]) -> None:
        self._connection = connection
        self._guards = guards
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        self._filled = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in set(tables) - set(KEPT)
        )
        self._kept = self._rows_kept()

    def empty(self) -> None:
        """Leave nothing but what is KEPT. Raises AssertionError when a test changed that."""
        with transaction.atomic(), self._connection.cursor() as cursor:
            cursor.execute(self._filled)
            tables = {row[0] for row in cursor.fetchall()}
            guards = {self._guards[table] for table in tables.intersection(self._guards)}
            for guard in guards:
                guard.remove(self._connection)
            # In any order: foreign keys are looked at when the transaction ends.
            for table in tables:
                cursor.execute(f"DELETE FROM {table}")
            if self._connection.vendor == "postgresql":
                # A trigger can't be made on a table that still has some to fire.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for guard in guards:
                guard.install(self._connection)
        assert self._rows_kept() == self._kept, "a test left permissions or content types changed"

    def _rows_kept(self) -> list[Any]:
        rows: list[Any] = []
        with self._connection.cursor() as cursor:
            for table in KEPT:
                cursor.execute(f"SELECT * FROM {table} ORDER BY id")
                rows += cursor.fetchall()
        return rows

"""Replacing a set of rows by another, such that what stays the same keeps its row: others may point at it (a day off
belongs to the disruption that made it)."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model

Value = TypeVar("Value")
Row = TypeVar("Row", bound=Model)


def replace(
    model: type[Row],
    stored: Iterable[tuple[Row, Value]],
    wanted: Sequence[Value],
    build: Callable[[Value], Row],
) -> list[tuple[Row, Value]]:
    """Delete stored rows whose value is not wanted and add what is missing; returns what was added."""
    missing = Counter(wanted)
    gone: list[UUID] = []
    for row, value in stored:
        if missing[value]:
            missing[value] -= 1
        else:
            gone.append(row.pk)
    model._default_manager.filter(pk__in=gone).delete()
    fresh = [(build(value), value) for value in missing.elements()]
    model._default_manager.bulk_create([row for row, _value in fresh])
    return fresh


def link_services(model: Any, fresh: Iterable[tuple[Model, Any]]) -> None:
    """Store the services of the values that `replace` added."""
    through = model.services.through
    name = f"{model._meta.model_name}_id"
    through.objects.bulk_create(
        through(**{name: row.pk, "service_id": service}) for row, value in fresh for service in value.services
    )

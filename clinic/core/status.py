"""One door for every status change: lock, check the table, save the named fields, write history."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import models, transaction

from .errors import InvalidTransition

Transitions = Mapping[str, frozenset[str]]


class StatusChange(models.Model):
    """A history row: who moved it, when, from what to what, and why. Subclasses add the foreign key,
    with `related_name="history"`."""

    from_status = models.CharField(max_length=24, blank=True)
    to_status = models.CharField(max_length=24)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["at", "id"]


class StatusModel(models.Model):
    """A model with a `status`, a table `TRANSITIONS` of its allowed steps and `history` rows."""

    TRANSITIONS: Transitions
    history: Any
    status: Any

    class Meta:
        abstract = True

    def can_become(self, to: str) -> bool:
        return to in self.TRANSITIONS.get(self.status, frozenset())


M = TypeVar("M", bound=models.Model)
S = TypeVar("S", bound=StatusModel)


def lock(model: type[M], pk: UUID | str) -> M:
    """The row, fresh and locked until the surrounding transaction ends.

    On PostgreSQL by SELECT FOR UPDATE; on SQLite the transaction (BEGIN IMMEDIATE) is the only writer.
    Raises `model.DoesNotExist`.
    """
    manager = model._default_manager
    return manager.select_for_update(of=("self",)).get(pk=pk)


def change_status(locked: S, to: str, *, actor: Any = None, reason: str = "", **fields: Any) -> S:
    """Move a row obtained from `lock` to status `to`, together with the named `fields`.

    Raises InvalidTransition when the table does not hold the step. `actor` None means the portal itself.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("change_status needs a transaction and a locked row")
    if not locked.can_become(to):
        raise InvalidTransition(extra={"status": str(locked.status), "wanted": str(to)})
    from_status, locked.status = locked.status, to
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.save(update_fields=["status", "updated_at", *fields])
    locked.history.create(from_status=from_status, to_status=to, actor=actor, reason=reason[:500])
    return locked


def record_start(created: StatusModel, *, actor: Any = None, reason: str = "") -> None:
    """The first history row of a new thing."""
    created.history.create(from_status="", to_status=created.status, actor=actor, reason=reason[:500])

"""The activity trail: writing it down, sealing it, checking it.

A row is inserted in the transaction of what it tells, so that neither stands without the other, and no lock is taken
there: whoever records early in a long transaction keeps nobody waiting and can't end in a ring of locks. Right after
the commit `seal` locks the head of the chain and gives every unsealed row its number and hash. A process that dies in
between leaves rows unsealed; the next sealing takes them along.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Activity, ActivityHead, User, append_only
from accounts.models.activity import REASON_MAX_LENGTH
from clinic.core import address

logger = logging.getLogger(__name__)

SEAL_AT_ONCE = 500


def record(
    verb: str,
    *,
    actor: Any,
    target: Model | None = None,
    patient: User | UUID | None = None,
    changed: Iterable[str] = (),
    request: HttpRequest | None = None,
    reason: str = "",
) -> None:
    """Append one row in the surrounding transaction (in one of its own when there is none).

    `actor`: who did it; None or an anonymous user for the portal itself. `target`: any row, of which only type and
    id are kept. `patient`: whose record it concerns, or their id. `changed`: names of fields, never values. The
    address is that of the present request, or of `request` when given. Raises nothing of its own.
    """
    record_each(verb, actor=actor, about=[(target, patient)], changed=changed, request=request, reason=reason)


def record_each(
    verb: str,
    *,
    actor: Any,
    about: Sequence[tuple[Model | None, User | UUID | None]],
    changed: Iterable[str] = (),
    request: HttpRequest | None = None,
    reason: str = "",
) -> None:
    """As `record`, one row for each (target, patient) in a single insert: for pages that show several."""
    if not about:
        return
    person = actor if isinstance(actor, User) else None
    now = timezone.now()
    rows = [
        Activity(
            at=now,
            actor_id=person.pk if person else None,
            role=str(person.role) if person else "",
            verb=str(verb),
            target_type=target._meta.label_lower if target is not None else "",
            target_id=str(target.pk) if target is not None else "",
            patient_id=patient if patient is None or isinstance(patient, UUID) else patient.pk,
            address=address.of_request(request) if request is not None else address.current(),
            changed=sorted(changed),
            reason=_storable(reason),
        )
        for target, patient in about
    ]
    if connection.in_atomic_block:
        _insert(rows)
        if not any(entry[1] is _seal_quietly for entry in connection.run_on_commit):
            transaction.on_commit(_seal_quietly)
        return
    with transaction.atomic():
        _insert(rows)
        seal()


def seal() -> int:
    """Number and chain the rows that are not yet; returns how many. Waits for whoever is at it already."""
    count = 0
    with transaction.atomic():
        head = locked_head()
        while rows := list(Activity.objects.filter(seq=None).order_by("id")[:SEAL_AT_ONCE]):
            for row in rows:
                row.seq = head.seq + 1
                row.hash = digest(row, head.hash)
                Activity.objects.filter(pk=row.pk).update(seq=row.seq, hash=row.hash)
                head.seq, head.hash = row.seq, row.hash
            count += len(rows)
        if count:
            head.save(update_fields=["seq", "hash"])
    return count


def locked_head() -> ActivityHead:
    """The end of the chain, locked until the transaction ends."""
    heads = ActivityHead.objects.select_for_update()
    head = heads.filter(pk=1).first()
    if head is None:
        ActivityHead.objects.get_or_create(pk=1)
        head = heads.get(pk=1)
    return head


def digest(row: Activity, before: str) -> str:
    """SHA-256 of the hash before and the row's own content, as JSON with sorted keys and no spaces."""
    content = {
        "seq": row.seq,
        "id": row.pk,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(row.actor_id) if row.actor_id else None,
        "role": row.role,
        "verb": row.verb,
        "target_type": row.target_type,
        "target_id": row.target_id,
        "patient": str(row.patient_id) if row.patient_id else None,
        "address": row.address,
        "changed": row.changed,
        "reason": row.reason,
        "before": before,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """`broken` is the first number whose row is missing or not what was sealed; None when the chain holds."""

    checked: int
    broken: int | None
    unguarded: list[str]

    @property
    def holds(self) -> bool:
        return self.broken is None and not self.unguarded


def verify() -> Verdict:
    """Seal what is left, walk the whole chain, and keep on its head how far it held."""
    seal()
    head = ActivityHead.objects.get(pk=1)
    before, expected, broken = "", 0, None
    sealed = Activity.objects.filter(seq__lte=head.seq).order_by("seq")
    for row in sealed.iterator(chunk_size=2000):
        expected += 1
        if row.seq != expected or row.hash != digest(row, before):
            broken = expected
            break
        before = row.hash
    if broken is None and (expected != head.seq or before != head.hash):
        broken = expected + 1 if expected < head.seq else expected
    checked = head.seq if broken is None else broken - 1
    with transaction.atomic():
        head = locked_head()
        if broken is None and Activity.objects.filter(seq__gt=head.seq).exists():
            broken = head.seq + 1  # a row with a number that was never given
        head.checked_at, head.checked_seq, head.broken_seq = timezone.now(), checked, broken
        head.save(update_fields=["checked_at", "checked_seq", "broken_seq"])
    return Verdict(checked, broken, append_only.missing(connection))


def _insert(rows: list[Activity]) -> None:
    if len(rows) == 1:
        rows[0].save(force_insert=True)
    else:
        Activity.objects.bulk_create(rows)


def _seal_quietly() -> None:
    """What was recorded stands; a sealing that fails now (a busy database) is made up for by the next one."""
    try:
        seal()
    except Exception:
        logger.exception("the activity trail could not be sealed; the next sealing makes up for it")


def _storable(text: str) -> str:
    text = " ".join(str(text).replace("\x00", "").split())
    return text.encode(errors="replace").decode()[:REASON_MAX_LENGTH]

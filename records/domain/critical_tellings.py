"""Whom somebody told of a critical finding: noted beside the alert, which goes on until it is acknowledged."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.status import lock
from records import critical_rules
from records.enums import TellingWay
from records.models import CriticalAlert, CriticalTelling

from . import critical

TOLD_MAX_LENGTH = 120
NOTE_MAX_LENGTH = 300
# Clocks differ a little.
AHEAD = timedelta(minutes=2)
# Somebody may telephone while the report is still being written.
BEFORE = timedelta(days=1)


@dataclass(frozen=True)
class Telling:
    told: str
    told_at: datetime
    way: str
    note: str = ""


def note(alert_id: UUID, *, actor: User, telling: Telling) -> CriticalTelling:
    """Write down who was told, when and how; the same once more gives what is stored. It ends no escalation.

    Raises NotAllowed, and Invalid with the fields that are wrong.
    """
    with transaction.atomic():
        try:
            alert = lock(CriticalAlert, alert_id)
        except CriticalAlert.DoesNotExist:
            raise NotAllowed from None
        if not critical_rules.can_note_telling(actor, alert):
            raise NotAllowed
        clean = _clean(alert, telling)
        stored, is_new = CriticalTelling.objects.get_or_create(
            alert=alert,
            told=clean.told,
            told_at=clean.told_at,
            way=clean.way,
            told_by=actor,
            defaults={"note": clean.note},
        )
        if is_new:
            trail.record(
                ActivityVerb.CRITICAL_TOLD,
                actor=actor,
                target=alert.subject,
                patient=alert.subject.patient_id,
            )
            critical.publish(alert)
    return stored


def _clean(alert: CriticalAlert, telling: Telling) -> Telling:
    told, words = " ".join(telling.told.split()), telling.note.strip()
    wrong: dict[str, list[str]] = {}
    if not 2 <= len(told) <= TOLD_MAX_LENGTH or "\x00" in told:
        wrong["told"] = [_("Please write the name of who was told.")]
    if telling.way not in TellingWay.values:
        wrong["way"] = [_("Please choose how they were told.")]
    if telling.told_at > timezone.now() + AHEAD:
        wrong["told_at"] = [_("This is in the future. Please write when they were told.")]
    elif telling.told_at < alert.created_at - BEFORE:
        wrong["told_at"] = [_("This is long before the finding. Please look at the day again.")]
    if len(words) > NOTE_MAX_LENGTH or "\x00" in words:
        wrong["note"] = [_("Please write this in fewer words.")]
    if wrong:
        raise Invalid(fields=wrong)
    return Telling(told, telling.told_at, telling.way, words)

"""Reminding patients of their doses, each once.

Each patient with doses ahead has a row that knows until when they were reminded and when the next dose comes. A round
takes the rows that are due, one transaction for each: under the row's lock the reminders are stored and the row moves
on, so that of any number of workers one tells, and a worker that dies has either told and moved on or neither. The key
of the notification is the second guard.

Rounds come by a task for the next dose of all, and at least hourly. The next one is queued before a round begins, so
that no crash ends the chain; the portal's sweep begins it anew. A round also looks again at whose zone or prescriptions
have changed: nobody has to remember to tell it, though who signs or stops calls `plan` so that it is known at once.
"""

import logging
from datetime import datetime, time, timedelta
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.enums import Role
from accounts.models import User
from clinic.core.status import lock
from messaging.domain.notifications import notify, settle
from messaging.domain.preferences import zone_of
from records import events
from records.domain import dose_plan, doses
from records.domain.doses import Dose
from records.models import DoseReminder, Intake, Prescription

logger = logging.getLogger(__name__)

OCCASION = "dose.due"
# A worker that was down reminds of doses not older than this; the patient's page shows the others as missed.
STILL_WORTH = timedelta(hours=1)
AT_LEAST = timedelta(hours=1)


def key_of(day: object, clock: time) -> str:
    """Of the reminder for all doses of one time: unique for the patient."""
    return f"dose:{day}:{clock:%H%M}"


@transaction.atomic
def plan(patient: User, *, now: datetime | None = None) -> DoseReminder:
    """What the patient is prescribed has changed (signed, stopped, replaced): note when their next dose comes, be there
    then, and let their open pages know. To be called in the transaction of the change; may be called again."""
    now = now or timezone.now()
    row, _created = DoseReminder.objects.get_or_create(
        patient=patient, defaults={"told_until": now, "zone": patient.time_zone}
    )
    row = lock(DoseReminder, row.pk)
    _move_on(row, patient, max(row.told_until, now - STILL_WORTH))
    if row.next_at:
        _be_there(row.next_at)
    events.doses_changed(patient.pk, now.astimezone(zone_of(patient)).date())
    return row


def remind_due(*, now: datetime | None = None) -> int:
    """The round: remind of all doses that are due. Returns how many reminders were told. What one patient's data break
    keeps nobody else."""
    now = now or timezone.now()
    if not DoseReminder.objects.filter(~Q(next_at=None)).exists():
        return 0
    _be_there(now + AT_LEAST)
    changed = Prescription.objects.filter(
        patient=OuterRef("patient"), updated_at__gt=OuterRef("updated_at"), signed_at__isnull=False
    )
    due = DoseReminder.objects.filter(
        Q(next_at__lte=now) | ~Q(zone=F("patient__time_zone")) | Q(Exists(changed))
    )
    told = 0
    for pk in list(due.order_by("next_at").values_list("pk", flat=True)):
        try:
            told += _remind(pk, now)
        except Exception:
            logger.exception("reminders %s broke", pk)
    ahead = DoseReminder.objects.filter(next_at__gt=now).aggregate(Min("next_at"))["next_at__min"]
    if ahead:
        _be_there(ahead)
    return told


def make_good(*, now: datetime | None = None) -> int:
    """For the sweep: patients with a prescription whom no row stands for yet, and a chain of rounds that was lost.
    Returns for how many a row was made."""
    forgotten = User.objects.filter(
        role=Role.PATIENT,
        is_active=True,
        dose_reminder=None,
        prescriptions__status__in=dose_plan.SIGNED_ONCE,
    ).distinct()
    for patient in forgotten:
        plan(patient, now=now)
    ahead = DoseReminder.objects.aggregate(Min("next_at"))["next_at__min"]
    if ahead:
        _be_there(max(ahead, now or timezone.now()))
    return len(forgotten)


def answered(patient: User, dose: Dose) -> None:
    """Something was told of a dose: its reminder is done with once nothing of that time is left to tell."""
    lines = dose_plan.lines_of(
        dose_plan.prescribed_to([patient], dose.day), (dose.day, dose.day), zone_of(patient), timezone.now()
    )
    if all(line.intake for line in lines if line.dose.time == dose.time):
        settle(patient, occasion=OCCASION, keys=[key_of(dose.day, dose.time)])


@transaction.atomic
def _remind(pk: UUID, now: datetime) -> int:
    row = lock(DoseReminder, pk)
    patient = User.objects.get(pk=row.patient_id)
    since = max(row.told_until, now - STILL_WORTH)
    # Of a deactivated account the row goes on: nobody has to remember it when the account is let in again.
    due = _due(patient, since, now) if patient.is_active else []
    told = sum(_tell(patient, list(together)) for _at, together in groupby(due, _moment))
    _move_on(row, patient, max(row.told_until, now))
    return told


def _due(patient: User, since: datetime, now: datetime) -> list[Dose]:
    """Doses planned after `since` until now of which nothing was told yet, in order."""
    zone = zone_of(patient)
    first, last = since.astimezone(zone).date() - timedelta(days=1), now.astimezone(zone).date()
    prescribed = dose_plan.prescribed_to([patient], first)
    planned = doses.due_between([each.course for each in prescribed], first, last, zone)
    due = [dose for dose in planned if since < dose.at <= now]
    intakes = Intake.objects.filter(item__in={dose.item for dose in due}, day__gte=first)
    told = set(intakes.values_list("item", "day", "time")) if due else set()
    return [dose for dose in due if (dose.item, dose.day, dose.time) not in told]


def _moment(dose: Dose) -> datetime:
    return dose.at


def _tell(patient: User, together: list[Dose]) -> bool:
    """One reminder for all doses of one moment. Older ones make room: what was missed stands on the page."""
    dose = together[0]
    settle(patient, occasion=OCCASION)
    notice = notify(
        patient,
        occasion="dose.due",
        variables={"time": f"{dose.time:%H:%M}"},
        url=reverse("medicines"),
        key=key_of(dose.day, dose.time),
        until=dose.at + doses.LATE_AFTER,
    )
    return notice is not None


def _move_on(row: DoseReminder, patient: User, until: datetime) -> None:
    courses = [each.course for each in dose_plan.prescribed_to([patient], until.date() - timedelta(days=1))]
    following = doses.next_after(courses, until, zone_of(patient))
    row.told_until, row.zone = until, patient.time_zone
    row.next_at = following.at if following else None
    row.save(update_fields=["told_until", "zone", "next_at", "updated_at"])


def _be_there(at: datetime) -> None:
    """Queue a round for then, unless one is queued that comes no later: the next one is queued from there. Two at once
    do no harm."""
    from records.tasks import remind_of_doses

    queued = DBTaskResult.objects.filter(
        task_path=remind_of_doses.module_path, status=TaskResultStatus.READY, run_after__lte=at
    )
    if not queued.exists():
        remind_of_doses.using(run_after=at).enqueue()

"""What a patient tells of their doses: taken, late, left out; and taking it back. Only they themselves do.

Every dose has at most one row (a constraint), so the same said twice, from two tabs or by a repeated request, is said
once. Where two tabs say different things the first one holds, and the other is told so.
"""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Conflict, Invalid, NotAllowed
from clinic.core.status import lock
from messaging.domain.preferences import zone_of
from records import events
from records.domain import dose_lines, dose_plan, doses, reminders
from records.domain.doses import Dose
from records.enums import IntakeOutcome
from records.models import Intake, PrescriptionItem

REASON_MAX_LENGTH = 160
# Doses of other days can't be told; so far from now a day can't even be reckoned with.
_NEAR = timedelta(days=366)
# A browser's clock may run ahead of ours.
_CLOCKS_DIFFER = timedelta(minutes=2)


def no_such_dose() -> Invalid:
    return Invalid(_("No dose of this medicine is planned for that time. Please look at your plan again."))


class AlreadyTold(Conflict):
    """409: something else was told of this dose."""

    code = "already_told"
    message = gettext_lazy("Something else was told of this dose already. Take that back first.")


def take(
    item_id: UUID,
    day: date,
    clock: time,
    *,
    patient: User,
    taken_at: datetime | None = None,
    on_time: bool = False,
    now: datetime | None = None,
) -> tuple[Intake, bool]:
    """The planned dose was taken: just now, at `taken_at`, or when it was planned (`on_time`). Returns what is stored
    and whether it is new: of a dose told as taken before, the first time stays.

    Raises NotAllowed for anyone else's item, Invalid for a dose that is not planned or a time that can't be,
    AlreadyTold when it was told as left out.
    """
    now = now or timezone.now()
    dose = _dose(item_id, day, clock, patient, now)
    taken_at = taken_at or (dose.at if on_time else now)
    if not dose.at - doses.EARLY <= taken_at <= now + _CLOCKS_DIFFER:
        said = _("Choose a time around the planned one that is not ahead of now.")
        raise Invalid(said, fields={"taken_at": [said]})
    return _tell(dose, patient, outcome=IntakeOutcome.TAKEN, taken_at=min(taken_at, now))


def skip(
    item_id: UUID,
    day: date,
    clock: time,
    *,
    patient: User,
    reason: str = "",
    now: datetime | None = None,
) -> tuple[Intake, bool]:
    """The planned dose was left out; `reason` is a SkipReason or their own words. Returns and raises as take."""
    reason = " ".join(reason.split())
    if len(reason) > REASON_MAX_LENGTH:
        said = _("Use at most %(count)s letters.") % {"count": REASON_MAX_LENGTH}
        raise Invalid(said, fields={"reason": [said]})
    dose = _dose(item_id, day, clock, patient, now or timezone.now())
    return _tell(dose, patient, outcome=IntakeOutcome.SKIPPED, reason=reason)


@transaction.atomic
def take_together(day: date, clock: time, *, patient: User, now: datetime | None = None) -> int:
    """All doses of this time that nothing was told of, and that are not late, were taken just now. Returns how many:
    none for a second tab. Raises Invalid for a day far from now."""
    now = now or timezone.now()
    _check_near(day, now)
    (plan,) = dose_plan.days_of(patient, day, day, now=now)
    lines = [line for moment in plan.moments if moment.time == clock for line in moment.untold]
    return sum(take(line.item.pk, day, clock, patient=patient, now=now)[1] for line in lines)


@transaction.atomic
def take_as_needed(
    item_id: UUID,
    *,
    patient: User,
    seen: UUID | None = None,
    is_first: bool = False,
    now: datetime | None = None,
) -> tuple[Intake, bool]:
    """A dose of a medicine for when it is needed was taken just now. Returns what is stored and whether it is new.

    `seen` is the last one of today that the page showed (`is_first`: it showed none): when another tab told of one
    since, that one is returned. So are two of the same minute one. Raises NotAllowed for anyone else's item, Invalid
    when this is no such medicine, or not to be taken any more.
    """
    now = now or timezone.now()
    each = _own(item_id, patient)
    lock(PrescriptionItem, item_id)
    zone = zone_of(patient)
    if not doses.is_open_as_needed(each.course, now, zone):
        raise Invalid(_("This medicine is not to be taken now. Please look at your plan again."))
    last = Intake.objects.filter(item=item_id, day=now.astimezone(zone).date()).order_by("-time").first()
    if last and (is_first or (seen and seen != last.pk)):
        return last, False
    clock = now.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None)
    return _tell(
        Dose(now, item_id, clock.date(), clock.time()), patient, outcome=IntakeOutcome.TAKEN, taken_at=now
    )


@transaction.atomic
def undo(item_id: UUID, day: date, clock: time, *, patient: User, now: datetime | None = None) -> bool:
    """Nothing was told of this dose after all. Returns whether there was something to take back: a second tab finds
    nothing. Raises NotAllowed for anyone else's item, Invalid when it is too long ago."""
    now = now or timezone.now()
    _own(item_id, patient)
    intake = Intake.objects.filter(item=item_id, day=day, time=clock).select_for_update().first()
    if intake is None:
        return False
    if now >= doses.moment(day, clock, zone_of(patient)) + timedelta(days=doses.DAYS_TO_TELL):
        raise Invalid(_("This dose is too long ago to be changed."))
    trail.record(ActivityVerb.INTAKE_UNDONE, actor=patient, target=intake, patient=patient)
    intake.delete()
    events.doses_changed(patient.pk, day)
    return True


def _check_near(day: date, now: datetime) -> None:
    if abs(day - now.date()) > _NEAR:
        raise no_such_dose()


def _own(item_id: UUID, patient: User) -> dose_plan.Prescribed:
    found = dose_plan.prescribed_to([patient], item=item_id) if patient.is_active else []
    if not found or not patient.is_patient:
        raise NotAllowed(_("Only the patient tells which doses they took."))
    return found[0]


def _dose(item_id: UUID, day: date, clock: time, patient: User, now: datetime) -> Dose:
    """The planned dose, when it may be told now."""
    _check_near(day, now)
    each = _own(item_id, patient)
    zone = zone_of(patient)
    dose = dose_plan.planned_dose(each, day, clock, zone)
    if dose is None:
        # What was told before may be said again, though its dose is planned no more.
        if not Intake.objects.filter(item=item_id, day=day, time=clock).exists() or each.course.is_as_needed:
            raise no_such_dose()
        dose = Dose(doses.moment(day, clock, zone), item_id, day, clock)
    if now < dose.at - doses.EARLY:
        opens = (dose.at - doses.EARLY).astimezone(zone)
        raise Invalid(
            _("It is too early for this dose. You can tell of it from %(time)s on.")
            % {"time": date_format(opens, "j M, H:i")}
        )
    if not dose_lines.is_tellable(dose, now):
        raise Invalid(_("This dose is too long ago to be told of now."))
    return dose


@transaction.atomic
def _tell(
    dose: Dose,
    patient: User,
    *,
    outcome: IntakeOutcome,
    taken_at: datetime | None = None,
    reason: str = "",
) -> tuple[Intake, bool]:
    intake, created = Intake.objects.get_or_create(
        item_id=dose.item,
        day=dose.day,
        time=dose.time,
        defaults={"outcome": outcome, "taken_at": taken_at, "reason": reason, "planned_at": dose.at},
    )
    if not created:
        if intake.outcome != outcome:
            raise AlreadyTold(extra={"outcome": str(intake.outcome)})
        return intake, False
    trail.record(ActivityVerb.INTAKE_TOLD, actor=patient, target=intake, patient=patient)
    events.doses_changed(patient.pk, dose.day)
    reminders.answered(patient, dose)
    return intake, True

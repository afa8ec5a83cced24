"""All that has to be read to say when doctors are free on some days, and the answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from scheduling.models import Appointment, WaitingOffer

from . import calendars, slots
from . import needs as resources
from .calendars import Taken, Wish
from .needs import Needs
from .slots import Rules, Slot


@dataclass
class Sheet:
    """All that is read to answer about these days: what is asked of each doctor, their rules, what is in the way."""

    first_day: date
    last_day: date
    now: datetime
    wishes: dict[UUID, Wish]
    rules: dict[UUID, Rules]
    taken: dict[UUID, Taken] = field(default_factory=dict)
    busy: Taken = field(default_factory=list)
    needs: Needs = field(default_factory=Needs)

    def free(self, doctor_id: UUID) -> Iterator[Slot]:
        """The doctor's free slots in any mode of the wish, in order of time."""
        wish = self.wishes[doctor_id]
        if len(wish.modes) > 1 and self.needs.differ_by_mode(wish.service_id):
            found = {
                slot.starts_at: slot for mode in wish.modes for slot in self._free(doctor_id, wish, mode)
            }
            return iter([found[starts_at] for starts_at in sorted(found)])
        return self._free(doctor_id, wish, next(iter(wish.modes)) if len(wish.modes) == 1 else None)

    def _free(self, doctor_id: UUID, wish: Wish, mode: str | None) -> Iterator[Slot]:
        return slots.free_slots(
            self.rules[doctor_id],
            minutes=wish.minutes,
            first_day=self.first_day,
            last_day=self.last_day,
            now=self.now,
            taken=self.taken.get(doctor_id, ()),
            busy=self.busy,
            needs=self.needs.of(wish.service_id, mode),
            mode=mode,
        )


def read(
    wishes: Mapping[UUID, Wish],
    first_day: date,
    last_day: date,
    *,
    now: datetime | None = None,
    patient: User | None = None,
    ignoring: Appointment | None = None,
    offer: WaitingOffer | None = None,
    by_staff: bool = False,
) -> Sheet:
    """Everything about these days of these doctors, in a constant number of queries."""
    now = now or timezone.now()
    wishes = {pk: wish for pk, wish in wishes.items() if wish.modes}
    rules = calendars.rules_of(wishes, first_day, last_day, by_staff=by_staff)
    # Nobody's horizon is longer, so nothing further off has to be read.
    today = timezone.localdate(now, timezone.get_default_timezone())
    horizon = max((rule.horizon_days for rule in rules.values()), default=0)
    last_day = min(last_day, today + timedelta(days=horizon))
    first_day = max(first_day, today)
    sheet = Sheet(first_day, last_day, now, wishes, rules)
    if first_day <= last_day:
        span = calendars.around(first_day, last_day)
        sheet.taken = calendars.taken_from(wishes, span, now=now, ignoring=ignoring, offer=offer)
        sheet.needs = resources.of_services(
            {wish.service_id for wish in wishes.values()}, span, now=now, ignoring=ignoring
        )
        if patient is not None:
            sheet.busy = calendars.taken_from_patient(patient.pk, span, now=now, ignoring=ignoring)
    return sheet

"""Booking a time with whichever doctor is free."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clinic.core.errors import Conflict
from scheduling.models import Appointment, Service

from .availability import choose_doctor
from .booking import book
from .errors import SlotTaken
from .pricing import charge


class AnotherFee(Conflict):
    """409: the doctor who was shown is taken; who is free instead costs something else, so the person is asked."""

    code = "another_fee"
    message = _("That doctor's time has just been taken. Another one is free then, at another fee.")


def book_with_any(
    doctors: Sequence[User],
    *,
    shown: User | None,
    patient: User,
    service: Service,
    starts_at: datetime,
    mode: str,
    by_staff: bool = False,
    **details: Any,
) -> Appointment:
    """An appointment with `shown` if they are still free, else with another of `doctors` who costs the same.

    Raises AnotherFee when only doctors at another price are free, and whatever booking.book raises; SlotTaken only
    when nobody is free any more (or the patient holds this very slot).
    """

    def free_of(people: Sequence[User]) -> User | None:
        return choose_doctor(people, service, starts_at, mode=mode, patient=patient, by_staff=by_staff)

    left = list(doctors)
    doctor = shown or free_of(left)
    fee = charge(doctor, service) if doctor else None
    while doctor is not None:
        try:
            return book(
                patient=patient, doctor=doctor, service=service, starts_at=starts_at, mode=mode, **details
            )
        except SlotTaken as taken:
            left = [other for other in left if other.pk != getattr(doctor, "pk", None)]
            if "appointment" in taken.extra:
                raise
            doctor = free_of([other for other in left if charge(other, service) == fee])
            if doctor is None:
                if free_of(left):
                    raise AnotherFee from taken
                raise
    raise SlotTaken

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
    **details: Any,
) -> Appointment:
    """An appointment with `shown` if they are still free, else with another of `doctors` who costs the same.

    Raises AnotherFee when only doctors at another price are free, and whatever booking.book raises; SlotTaken only
    when nobody is free any more (or the patient holds this very slot).
    """
    left = list(doctors)
    doctor = shown or choose_doctor(left, service, starts_at, mode=mode, patient=patient)
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
            same = [other for other in left if charge(other, service) == fee]
            doctor = choose_doctor(same, service, starts_at, mode=mode, patient=patient)
            if doctor is None:
                if choose_doctor(left, service, starts_at, mode=mode, patient=patient):
                    raise AnotherFee from taken
                raise
    raise SlotTaken

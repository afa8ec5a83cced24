"""Whatever happens in whatever order on the waiting list, its promises hold."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import time_machine
from hypothesis import given, settings
from hypothesis.extra.django import TestCase

from accounts.enums import Mode
from accounts.tests.factories import make_doctor, make_patient
from clinic.core.errors import DomainError
from scheduling.domain import booking, offers, progress, waiting
from scheduling.enums import OfferStatus, WaitingStatus
from scheduling.models import Appointment, CalendarCell, WaitingEntry, WaitingOffer
from scheduling.tests.factories import clinic_time, make_service

PATIENTS, DOCTORS = 3, 2
HOURS = (10, 11)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["join", "join any", "leave", "claim", "claim", "pass", "book", "cancel", "cancel", "wait"]
        ),
        st.integers(0, PATIENTS - 1),
        st.integers(0, DOCTORS - 1),
        st.sampled_from(HOURS),
    ),
    min_size=4,
    max_size=14,
)


class Waiting(TestCase):
    def setUp(self) -> None:
        self.patients = [make_patient(f"p{n}@test.clinic") for n in range(PATIENTS)]
        self.doctors = [make_doctor(f"d{n}@test.clinic") for n in range(DOCTORS)]
        self.service = make_service(price_from_doctor=False, price=0)
        self.day = clinic_time(3, 0).date()

    @settings(max_examples=12)
    @given(STEPS)
    def test_promises_hold(self, steps: list[tuple[str, int, int, int]]) -> None:
        with time_machine.travel(datetime.now().astimezone(), tick=False) as clock:
            for name, who, whom, hour in steps:
                with suppress(
                    DomainError
                ):  # refused, which is fine; it may not have changed half of anything
                    self._do(name, who, whom, hour, clock)
                self._promises()

    def _do(self, name: str, who: int, whom: int, hour: int, clock: Any) -> None:
        patient, doctor = self.patients[who], self.doctors[whom]
        entry = WaitingEntry.objects.filter(patient=patient, status__in=offers.ACTIVE).first()
        offer = WaitingOffer.objects.filter(entry__patient=patient, status=OfferStatus.OPEN).first()
        match name:
            case "join" | "join any":
                waiting.join(
                    patient=patient,
                    actor=patient,
                    doctor=doctor if name == "join" else None,
                    specialty=doctor.doctor_profile.specialty,
                    service=self.service,
                    mode=Mode.VIDEO,
                    first_day=self.day,
                    last_day=self.day,
                )
            case "leave" if entry:
                waiting.leave(entry.pk, actor=patient)
            case "claim" if offer:
                waiting.claim(offer.pk, actor=patient)
            case "pass" if offer:
                waiting.pass_on(offer.pk, actor=patient)
            case "book":
                booking.book(
                    patient=patient,
                    doctor=doctor,
                    service=self.service,
                    starts_at=clinic_time(3, hour),
                    mode=Mode.VIDEO,
                    booked_by=patient,
                )
            case "cancel":
                visit = Appointment.objects.filter(doctor=doctor).exclude(status="cancelled").first()
                if visit:
                    progress.cancel(visit.pk, actor=doctor)
            case "wait":
                clock.shift(timedelta(minutes=16))
                offers.lapse_due()

    def _promises(self) -> None:
        open_offers = list(WaitingOffer.objects.filter(status=OfferStatus.OPEN).select_related("entry"))
        offered = WaitingEntry.objects.filter(status=WaitingStatus.OFFERED)
        assert {offer.entry_id for offer in open_offers} == set(offered.values_list("pk", flat=True))
        people = [offer.entry.patient_id for offer in open_offers]
        assert len(people) == len(set(people)), "nobody has two"
        kept = set(CalendarCell.objects.exclude(offer=None).values_list("offer", flat=True))
        assert kept == {offer.pk for offer in open_offers}
        for offer in open_offers:
            entry = offer.entry
            assert entry.doctor_id in (None, offer.doctor_id)
            earlier = offer.entry.offers.exclude(pk=offer.pk).filter(
                doctor=offer.doctor_id, starts_at=offer.starts_at
            )
            assert not earlier.exists(), "nobody is asked twice about one time"
        for entry in WaitingEntry.objects.filter(status=WaitingStatus.BOOKED):
            assert entry.offers.get(status=OfferStatus.CLAIMED).appointment

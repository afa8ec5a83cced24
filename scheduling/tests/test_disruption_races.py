"""Two managers and two workers at once over the same days, on SQLite and on PostgreSQL alike."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_patient
from clinic.core.errors import Conflict
from messaging.models import Notification
from scheduling.domain import carrying_out, disruptions
from scheduling.domain.disruptions import Closing
from scheduling.enums import DisruptionAction, DisruptionStatus
from scheduling.models import Appointment, AppointmentStatusChange, DayOff, Disruption, Service
from scheduling.tests.factories import clinic_time, make_appointment
from scheduling.tests.test_booking_races import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visits(doctor: User, service: Service) -> list[Appointment]:
    return [
        make_appointment(make_patient(f"p{n}@test.clinic"), doctor, service, starts_at=clinic_time(2, 9 + n))
        for n in range(3)
    ]


def decide(doctor: User, actor: User) -> Disruption:
    day = timezone.localdate() + timedelta(days=2)
    return disruptions.decide(
        doctor, Closing(day, day), for_all=DisruptionAction.ASK, choices={}, message="", actor=actor
    )


def test_two_managers_decide_at_the_same_moment(
    doctor: User, manager: User, visits: list[Appointment]
) -> None:
    results = race(*(partial(decide, doctor, person) for person in (manager, doctor, manager)))
    assert sum(isinstance(result, Conflict) for result in results) == 2
    assert (Disruption.objects.count(), DayOff.objects.count()) == (1, 1)


def test_two_workers_tell_each_patient_once(doctor: User, visits: list[Appointment]) -> None:
    made = decide(doctor, doctor)
    with time_machine.travel(made.runs_at, tick=False):
        done = race(*(partial(carrying_out.carry_out, made.pk) for _worker in range(3)))
        carrying_out.carry_out(made.pk)  # a worker that met locked rows may have left the end to this one
    assert sum(done) == 3
    made.refresh_from_db()
    assert made.status == DisruptionStatus.DONE
    for visit in visits:
        assert Notification.objects.filter(user=visit.patient).count() == 1
        assert AppointmentStatusChange.objects.filter(appointment=visit).count() == 2

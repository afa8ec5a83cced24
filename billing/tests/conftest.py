"""A held appointment and its payment in any status."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.tests.factories import make_patient
from billing.enums import PaymentStatus
from billing.models import Payment
from billing.tests.factories import APPOINTMENT_STATUS, make_payment
from billing.tests.fake_esewa import PRODUCT_CODE, SECRET_KEY, FakeEsewa, running
from scheduling.tests.factories import clinic_time, make_appointment


@pytest.fixture
def payment_in(patient: Any, doctor: Any, service: Any) -> Callable[..., Payment]:
    """`payment_in(status, appointment_status=…)`: each of another day, so that none overlap."""
    made: list[Payment] = []

    def make(status: str = PaymentStatus.DUE, appointment_status: str = "", **fields: Any) -> Payment:
        appointment = make_appointment(
            fields.pop("patient", patient),
            doctor,
            service,
            starts_at=clinic_time(2 + len(made), 10),
            status=appointment_status or APPOINTMENT_STATUS[PaymentStatus(status)],
            **fields.pop("appointment", {}),
        )
        made.append(make_payment(appointment, status, **fields))
        return made[-1]

    return make


@pytest.fixture
def due(payment_in: Callable[..., Payment]) -> Payment:
    return payment_in(PaymentStatus.DUE)


@pytest.fixture
def submitted(payment_in: Callable[..., Payment]) -> Payment:
    return payment_in(PaymentStatus.SUBMITTED)


@pytest.fixture
def many_payments(doctor: Any, service: Any) -> Callable[[int], None]:
    """`many_payments(30)`: so many submitted payments in all, each of a patient of their own."""

    def until(number: int) -> None:
        for at in range(Payment.objects.count(), number):
            someone = make_patient(f"many{at}@test.clinic", first_name=f"Number {at}", last_name="Lama")
            appointment = make_appointment(
                someone,
                doctor,
                service,
                starts_at=clinic_time(2 + at, 10),
                status=APPOINTMENT_STATUS[PaymentStatus.SUBMITTED],
            )
            make_payment(appointment, PaymentStatus.SUBMITTED)

    return until


@pytest.fixture
def esewa(settings: Any) -> Iterator[FakeEsewa]:
    """eSewa on this machine, set up for the clinic."""
    with running() as fake:
        settings.ESEWA_PRODUCT_CODE, settings.ESEWA_SECRET_KEY = PRODUCT_CODE, SECRET_KEY
        settings.ESEWA_FORM_URL = settings.ESEWA_STATUS_URL = fake.url
        yield fake

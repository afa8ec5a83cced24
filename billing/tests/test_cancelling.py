"""What a cancelled visit gives back, and what is said before it is cancelled."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.tests.factories import make_user
from billing.domain import cancelling, cancelling_words, payments
from billing.domain.cancellation import Term
from billing.enums import PaymentStatus
from billing.models import BillingDocument, Payment
from billing.tests.factories import make_attempt
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.testing.tasks import run_due_tasks
from scheduling.domain import progress
from scheduling.models import Appointment

pytestmark = pytest.mark.django_db

S = PaymentStatus
MakePayment = Callable[..., Payment]
HALF = [Term(72, 100), Term(24, 50), Term(0, 0)]


@pytest.fixture
def paid(payment_in: MakePayment) -> Payment:
    """The visit is confirmed, and paid with 800."""
    return payment_in(S.CONFIRMED)


@pytest.fixture
def half(manager: Any) -> None:
    cancelling.save_terms(HALF, actor=manager)


def hours_before(payment: Payment, hours: float) -> Any:
    return time_machine.travel(payment.appointment.starts_at - timedelta(hours=hours), tick=False)


def stands(payment: Payment) -> tuple[str, D, D]:
    payment.refresh_from_db()
    return payment.status, payment.refund_owed, payment.kept


def test_the_default_terms_come_with_the_database() -> None:
    assert cancelling.terms() == [Term(24, 100), Term(0, 0)]


@pytest.mark.parametrize(
    ("hours", "expected"), [(73, (S.REFUND_DUE, 800, 0)), (30, (S.REFUND_DUE, 400, 400))]
)
def test_a_patient_gets_back_what_the_terms_say(
    paid: Payment, half: None, patient: Any, hours: int, expected: Any
) -> None:
    with hours_before(paid, hours):
        progress.cancel(paid.appointment_id, actor=patient)
    assert stands(paid) == expected


@pytest.mark.django_db(transaction=True)
def test_nothing_back_leaves_it_paid_and_tells_the_patient(
    paid: Payment, half: None, patient: Any, manager: Any
) -> None:
    payments.documents.invoice_for(paid, actor=None)
    with hours_before(paid, 2):
        progress.cancel(paid.appointment_id, actor=manager, at_patients_wish=True)
        run_due_tasks()
    assert stands(paid) == (S.CONFIRMED, 0, 800)
    said = patient.notifications.get(kind="payment")
    letter = next(one for one in mail.outbox if one.subject == said.title)
    assert "800" not in f"{letter.subject} {letter.body} {said.title}"
    # The invoice stands: it is for the fee now.
    assert not BillingDocument.objects.filter(kind="credit_note").exists()


@pytest.mark.parametrize("call_off", [progress.cancel, progress.decline])
def test_the_clinic_gives_all_back_however_late(
    paid: Payment, manager: Any, doctor: Any, call_off: Any
) -> None:
    with hours_before(paid, 1):
        call_off(paid.appointment_id, actor=doctor if call_off is progress.decline else manager, reason="Ill")
    assert stands(paid) == (S.REFUND_DUE, 800, 0)


def test_what_nobody_confirmed_can_be_let_go_for_nothing(payment_in: MakePayment, patient: Any) -> None:
    payment = payment_in(S.CONFIRMED, "pending_confirmation")
    with hours_before(payment, 2):
        progress.cancel(payment.appointment_id, actor=patient)
    assert stands(payment) == (S.REFUND_DUE, 800, 0)


def test_a_time_that_the_clinic_could_not_keep_costs_nothing(paid: Payment, patient: Any) -> None:
    Appointment.objects.filter(pk=paid.appointment_id).update(displaced_at=paid.created_at)
    with hours_before(paid, 2):
        progress.cancel(paid.appointment_id, actor=patient)
    assert stands(paid) == (S.REFUND_DUE, 800, 0)


def test_a_part_that_was_paid_is_shared_in_the_same_way(
    payment_in: MakePayment, half: None, patient: Any, manager: Any
) -> None:
    for hours, expected in ((30, (S.REFUND_DUE, 150, 150)), (2, (S.EXPIRED, 0, 300))):
        payment = payment_in(S.DUE, "confirmed", received=300)
        with hours_before(payment, hours):
            progress.cancel(payment.appointment_id, actor=manager, at_patients_wish=True)
        assert stands(payment) == expected


def test_money_that_comes_later_does_not_bring_the_fee_back(
    paid: Payment, half: None, patient: Any, manager: Any
) -> None:
    make_attempt(paid, "FT LATER 1")
    with hours_before(paid, 30):
        progress.cancel(paid.appointment_id, actor=patient)
        payments.confirm(paid.pk, actor=manager, amount=D(800))
    assert stands(paid) == (S.REFUND_DUE, 1200, 400)


@pytest.mark.parametrize(
    "case",
    [
        (73, 800, (S.REFUND_DUE, 800, 0), "all of it comes back"),
        (30, 800, (S.REFUND_DUE, 400, 400), "50% of it comes back"),
        (30, 300, (S.REFUND_DUE, 150, 150), "50% of it comes back"),
        # The fee is of what the visit costs.
        (30, 1000, (S.REFUND_DUE, 600, 400), "50% of it comes back"),
        (2, 800, (S.CONFIRMED, 0, 800), "nothing of it comes back"),
        (2, 300, (S.EXPIRED, 0, 300), "nothing of it comes back"),
    ],
)
def test_a_transfer_that_was_being_checked_does_not_escape_the_terms(
    payment_in: MakePayment, half: None, patient: Any, manager: Any, case: Any
) -> None:
    hours, arrived, expected, said = case
    payment = payment_in(S.SUBMITTED, "confirmed")
    invoice = payments.documents.invoice_for(payment, actor=None)
    assert invoice is not None
    with hours_before(payment, hours):
        assert said in " ".join(cancelling_words.before_cancelling(payment.appointment, patient))
        progress.cancel(payment.appointment_id, actor=manager, at_patients_wish=True)
    # When it turns out does not matter any more.
    with hours_before(payment, 1):
        payments.confirm(payment.pk, actor=manager, amount=D(arrived))
    assert stands(payment) == expected
    if payment.kept:
        # What is left of the invoice is the fee, once the refund is sent.
        assert payments.documents.not_credited(invoice) == min(arrived, 800)


def test_of_a_part_the_fee_is_kept_too_when_the_rest_never_came(
    payment_in: MakePayment, half: None, patient: Any, manager: Any
) -> None:
    for hours, expected in ((30, (S.REFUND_DUE, 150, 150)), (2, (S.EXPIRED, 0, 300))):
        payment = payment_in(S.SUBMITTED, "confirmed", received=300)
        with hours_before(payment, hours):
            progress.cancel(payment.appointment_id, actor=manager, at_patients_wish=True)
        payments.reject(payment.pk, reason="No such transfer", actor=manager)
        assert stands(payment) == expected


def test_a_part_is_not_lost_when_the_rest_turns_out_not_to_be_there(
    payment_in: MakePayment, patient: Any, manager: Any
) -> None:
    payment = payment_in(S.SUBMITTED, received=300)
    progress.cancel(payment.appointment_id, actor=patient)
    payments.reject(payment.pk, reason="No such transfer", actor=manager)
    assert stands(payment) == (S.REFUND_DUE, 300, 0)


BAD = {
    "none": [],
    "no last moment": [Term(24, 50)],
    "twice": [Term(0, 10), Term(0, 20)],
    "earlier gets less": [Term(48, 20), Term(24, 50), Term(0, 0)],
    "more than all": [Term(0, 101)],
    "below nothing": [Term(0, -1)],
    "hours": [Term(0, 0), Term(9000, 100)],
    "many": [Term(hours, 50) for hours in range(13)],
}


@pytest.mark.parametrize("wrong", BAD)
def test_terms_that_make_no_sense_change_nothing(manager: Any, wrong: str) -> None:
    with pytest.raises(Invalid):
        cancelling.save_terms(BAD[wrong], actor=manager)
    assert cancelling.terms() == [Term(24, 100), Term(0, 0)]


def test_only_management_sets_the_terms(patient: Any, doctor: Any) -> None:
    for person in (patient, doctor):
        with pytest.raises(NotAllowed):
            cancelling.save_terms(HALF, actor=person)


# --- what the pages say before ---


def asked(client: Client, payment: Payment, person: Any, **headers: Any) -> str:
    client.force_login(person)
    address = reverse("appointment_action", args=[payment.appointment_id, "cancel"])
    return client.get(address, **headers).content.decode()


def test_the_patient_reads_what_comes_back_and_why(
    client: Client, paid: Payment, half: None, patient: Any
) -> None:
    with hours_before(paid, 30):
        page = asked(client, paid, patient, headers={"HX-Request": "true"})
    assert "NPR 400.00 of the NPR 800.00 that you paid comes back" in page
    assert "at least 24 hours before the visit gets 50% back" in page
    # Patients speak for themselves.
    assert "at_patients_wish" not in page


def test_the_terms_as_sentences() -> None:
    assert cancelling_words.written(HALF) == [
        "Who cancels at least 72 hours before the visit gets all of it back.",
        "Who cancels at least 24 hours before the visit gets 50% back.",
        "Who cancels less than 24 hours before the visit gets nothing back.",
    ]
    assert cancelling_words.written([Term(0, 30)]) == ["Who cancels gets 30% back, whenever it is."]
    assert cancelling_words.in_force(HALF, timedelta(hours=2)) == cancelling_words.written(HALF)[2]
    assert cancelling_words.in_force(HALF, timedelta(hours=80)) == cancelling_words.written(HALF)[0]


def test_an_unpaid_visit_says_nothing_of_money(client: Client, payment_in: MakePayment, patient: Any) -> None:
    assert "data-consequences" not in asked(client, payment_in(), patient)


def test_doctors_read_no_amounts(client: Client, paid: Payment, doctor: Any) -> None:
    page = asked(client, paid, doctor)
    assert "NPR" not in page
    assert "at_patients_wish" in page


def test_management_chooses_on_whose_account(client: Client, paid: Payment, half: None, manager: Any) -> None:
    address = reverse("appointment_action", args=[paid.appointment_id, "cancel"])
    with hours_before(paid, 30):
        page = asked(client, paid, manager)
        assert "NPR 800.00" in page
        assert "NPR 400.00 goes back and NPR 400.00 is the cancellation fee" in page
        client.post(address, {"reason": "Called us", "at_patients_wish": "on"})
    assert stands(paid) == (S.REFUND_DUE, 400, 400)


def test_without_the_tick_the_clinic_cancels(client: Client, paid: Payment, half: None, manager: Any) -> None:
    with hours_before(paid, 30):
        client.force_login(manager)
        address = reverse("appointment_action", args=[paid.appointment_id, "cancel"])
        client.post(address, {"reason": "The doctor is ill"})
    assert stands(paid) == (S.REFUND_DUE, 800, 0)


def test_a_patient_cannot_say_who_cancels(client: Client, paid: Payment, half: None, patient: Any) -> None:
    client.force_login(patient)
    with hours_before(paid, 30):
        address = reverse("appointment_action", args=[paid.appointment_id, "cancel"])
        client.post(address, {"reason": "", "at_patients_wish": ""})
    assert stands(paid) == (S.REFUND_DUE, 400, 400)


def test_programs_ask_what_comes_back(paid: Payment, half: None, patient: Any) -> None:
    api = APIClient()
    api.force_authenticate(patient)
    address = reverse("api-cancellation", args=[paid.appointment_id])
    with hours_before(paid, 30):
        found = api.get(address).json()
    assert (found["received"], found["back"], found["kept"]) == ("800.00", "400.00", "400.00")
    assert len(found["sentences"]) == 2


def lines(*rows: tuple[Any, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": 0}
    for number, (hours, percent) in enumerate(rows):
        data |= {f"form-{number}-hours_before": hours, f"form-{number}-percent": percent}
    return data


def test_the_page_of_the_terms(client: Client, manager: Any, patient: Any) -> None:
    address = reverse("cancellation_terms")
    client.force_login(manager)
    answer = client.post(address, lines((72, 100), (24, 50), (0, 0), ("", "")))
    assert answer.status_code == 302
    assert cancelling.terms() == HALF
    wrong = client.post(address, lines((72, 10), (0, 50)))
    assert wrong.status_code == 422
    # What was typed is still there.
    assert 'value="72"' in wrong.content.decode()
    assert client.post(address, lines((24, ""), (0, "x"))).status_code == 422
    assert cancelling.terms() == HALF
    client.force_login(patient)
    page = client.get(address).content.decode()
    assert "at least 24 hours before the visit gets 50% back" in page
    assert "<form" not in page.split("<main")[1]
    assert client.post(address, lines((0, 100))).status_code == 403
    client.force_login(make_user("it@test.clinic", role="admin"))
    assert client.post(address, lines((0, 100))).status_code == 403
    assert cancelling.terms() == HALF

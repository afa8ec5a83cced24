"""The pages of the cash desk: taking money, counting, credit; who may open them; and flat lists."""

import re
from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_patient, make_user
from billing.domain import credit, desk, shifts
from billing.enums import PaymentStatus
from billing.models import CashShift, Payment
from billing.tests.factories import make_payment
from billing.tests.test_desk import fresh, give_credit, take
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db

S = PaymentStatus
MakePayment = Callable[..., Payment]


def client_of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def till(manager: Any) -> Client:
    return client_of(manager)


@pytest.fixture
def shift(manager: Any) -> CashShift:
    return shifts.open_for(manager, opening_float=D(1000))


def url_of(payment: Payment) -> str:
    return reverse("desk_payment", args=[payment.pk])


def send(till: Client, payment: Payment, **fields: str) -> Any:
    """The form as the page shows it now, with `fields`."""
    shown = till.get(url_of(payment)).content.decode()
    found = re.search(r'name="client_id" value="([^"]+)"', shown)
    page = {"client_id": found[1]} if found else {}
    return till.post(url_of(payment), {"method": "cash", **page, **fields}, follow=True)


def words(response: Any) -> str:
    return str(response.content.decode())


def test_five_hundred_in_cash_and_the_rest_by_card(due: Payment, till: Client, shift: CashShift) -> None:
    answer = words(send(till, due, amount="500", given="1,000"))
    assert "Give NPR 500.00 change." in answer
    assert "Still to pay: NPR 300.00." in answer
    answer = words(send(till, due, method="card", amount="३००", bank_reference="RRN 55 66 77"))
    assert fresh(due).appointment.status == "confirmed"
    assert "Nothing is due any more." in answer
    assert all(reverse("billing_document", args=[one.receipt.pk]) in answer for one in due.attempts.all())


def test_a_second_click_is_told_so_and_takes_nothing(due: Payment, till: Client, shift: CashShift) -> None:
    form = {"method": "cash", "amount": "800", "client_id": desk.client_id(due)}
    till.post(url_of(due), form)
    again = words(till.post(url_of(due), form, follow=True))
    assert "Nothing was added." in again
    assert fresh(due).received == 800


def test_a_slip_of_the_finger_is_asked_about(due: Payment, till: Client, shift: CashShift) -> None:
    answer: Any = send(till, due, amount="8000", given="8000")
    assert answer.status_code == 422
    assert "Only NPR 800.00 is due." in words(answer)
    assert 'value="8000"' in words(answer)
    assert fresh(due).received == 0
    answer = words(send(till, due, amount="1000", keep_rest="on"))
    assert "NPR 200.00 of it is now the patient&#x27;s credit." in answer


def test_a_colleague_took_it_meanwhile(due: Payment, till: Client, shift: CashShift) -> None:
    old_page = desk.client_id(due)
    colleague = make_user("colleague@test.clinic", role="management")
    take(due, "800", colleague, "card")
    answer = till.post(url_of(due), {"method": "cash", "amount": "800", "client_id": old_page})
    assert answer.status_code == 422
    assert "Nothing is due any more. Give the money back" in words(answer)
    assert credit.balance(due.appointment.patient_id) == 0


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"amount": "-5"}, "above nothing"),
        ({"amount": "12.345"}, "2 decimal places at most"),
        ({"amount": "lots"}, "Enter the amount in figures"),
        ({"amount": "500", "given": "400"}, "less than the amount taken"),
        ({"amount": "500", "method": "card"}, "Enter the reference"),
        ({"amount": "500", "method": "cheque"}, "Select a valid choice"),
        ({"amount": "500", "client_id": ""}, "This field is required"),
    ],
)
def test_mistakes_keep_what_was_typed(
    fields: dict[str, str], told: str, due: Payment, till: Client, shift: CashShift
) -> None:
    answer = send(till, due, **fields)
    assert answer.status_code in (400, 422)
    assert told in words(answer)
    assert f'value="{fields["amount"]}"' in words(answer)
    assert fresh(due).received == 0


def test_without_a_shift_the_page_says_what_to_do(due: Payment, till: Client) -> None:
    answer = send(till, due, amount="800")
    assert answer.status_code == 409
    assert "You have no open shift." in words(answer)
    till.post(reverse("shift_open"), {"opening_float": "1000"})
    assert send(till, due, amount="800").status_code == 200
    assert fresh(due).status == S.CONFIRMED


def test_what_is_being_checked_leads_to_the_check(submitted: Payment, till: Client, shift: CashShift) -> None:
    shown = words(till.get(url_of(submitted)))
    assert reverse("payment", args=[submitted.pk]) in shown
    assert "data-take-form" not in shown


def test_counting_shows_a_difference_and_asks_for_a_note(
    due: Payment, till: Client, shift: CashShift, manager: Any
) -> None:
    take(due, "800", manager)
    page = reverse("shift", args=[shift.pk])
    assert 'data-expected="1800.00"' in words(till.get(page))
    # n0: 1000, n1: 500, n2: 100
    answer: Any = till.post(page, {"n0": "1", "n1": "1", "n2": "2", "seen": "1800.00"})
    assert answer.status_code == 400
    assert "write what is known about it" in words(answer)
    assert 'name="n2" value="2"' in words(answer)
    form = {"n0": "1", "n1": "1", "n2": "2", "seen": "1800.00", "note": "हिसाब मिलेन, खोज्दै"}
    answer = words(till.post(page, form, follow=True))
    assert "NPR -100.00" in answer
    listed = words(till.get(reverse("shifts")))
    assert "हिसाब मिलेन" in listed


def test_cash_that_came_meanwhile_keeps_the_count(
    due: Payment, till: Client, shift: CashShift, manager: Any
) -> None:
    take(due, "800", manager)
    page = reverse("shift", args=[shift.pk])
    answer = till.post(page, {"n0": "1", "seen": "1000.00"})
    assert answer.status_code == 409
    assert "NPR 1,800.00 is expected now" in words(answer)
    assert 'name="n0" value="1"' in words(answer)
    assert till.post(page, {"n0": "1", "n1": "1", "n2": "3", "seen": "1800.00"}).status_code == 302


@pytest.mark.parametrize("typed", ["-1", "x", "1.5", "100000"])
def test_a_number_of_notes_is_a_whole_number(typed: str, till: Client, shift: CashShift) -> None:
    answer = till.post(reverse("shift", args=[shift.pk]), {"n0": typed, "seen": "1000"})
    assert answer.status_code == 422
    assert f'value="{typed}"' in words(answer)
    assert shifts.drawer(shift).expected == 1000


def test_the_patient_pays_with_credit_and_sees_the_lines(due: Payment, patient: Any) -> None:
    give_credit(patient, "300")
    own = client_of(patient)
    assert "Pay NPR 300.00 with it" in words(own.get(reverse("payment", args=[due.pk])))
    answer = words(own.post(reverse("payment_credit", args=[due.pk]), follow=True))
    assert "NPR 300.00 of the credit was used." in answer
    assert fresh(due).outstanding == 500
    lines = words(own.get(reverse("credit")))
    assert "Paid too much" in lines
    assert "Used for a payment" in lines
    assert "Pay out" not in lines


def test_paying_out_again_from_an_old_page(patient: Any, till: Client, shift: CashShift) -> None:
    give_credit(patient, "300")
    page = reverse("patient_credit", args=[patient.pk])
    form = {"amount": "300", "method": "cash", "seen": "1"}
    assert "Paid out: NPR 300.00." in words(till.post(page, form, follow=True))
    till.post(page, form)
    assert (credit.balance(patient.pk), shifts.drawer(shift).paid_out) == (0, 300)
    give_credit(patient, "90")
    answer = till.post(page, {"amount": "90", "method": "cash", "seen": "1"})
    assert answer.status_code == 409
    assert 'name="seen" value="3"' in words(answer)


@pytest.mark.parametrize("who", ["patient", "other_patient", "doctor", "other_doctor", "admin"])
def test_nobody_else_works_at_the_desk(
    who: str, due: Payment, shift: CashShift, patient: Any, request: pytest.FixtureRequest
) -> None:
    give_credit(patient, "300")
    stranger = client_of(request.getfixturevalue(who))
    for name, args in (
        ("desk", []),
        ("desk_payment", [due.pk]),
        ("shifts", []),
        ("shift", [shift.pk]),
        ("patient_credit", [patient.pk]),
    ):
        assert stranger.get(reverse(name, args=args)).status_code == 403
    form = {"method": "card", "amount": "800", "bank_reference": "RRN123456", "client_id": "x", "seen": "1"}
    for name, args in (
        ("desk_payment", [due.pk]),
        ("shift_open", []),
        ("shift", [shift.pk]),
        ("patient_credit", [patient.pk]),
    ):
        assert stranger.post(reverse(name, args=args), form).status_code == 403
    if who != "patient":
        assert stranger.post(reverse("payment_credit", args=[due.pk])).status_code == 404
    assert "Cash desk" not in words(stranger.get(reverse("home")))
    assert (fresh(due).received, credit.balance(patient.pk)) == (0, 300)


def test_the_desk_finds_who_has_to_pay(
    payment_in: MakePayment, till: Client, doctor: Any, service: Any
) -> None:
    tomorrow = payment_in(S.DUE, "confirmed")
    someone = make_patient("long@test.clinic", first_name="पेमा <b>डोल्मा</b>", last_name="शेर्पा")
    today = make_payment(
        make_appointment(someone, doctor, service, starts_at=clinic_time(0, 23), status="confirmed")
    )
    lapsed = payment_in(appointment={"hold_expires_at": timezone.now()})
    payment_in(S.CONFIRMED)

    def listed(**query: str) -> list[str]:
        return re.findall(r'id="payment-([0-9a-f-]{36})"', words(till.get(reverse("desk"), query)))

    assert listed() == [str(today.pk)]
    assert listed(show="all") == [str(today.pk), str(tomorrow.pk)]
    assert listed(q="gurung") == [str(tomorrow.pk)]
    assert listed(q=tomorrow.reference.lower()) == [str(tomorrow.pk)]
    assert listed(q="nobody\x00") == []
    assert str(lapsed.pk) not in listed(show="all")
    assert "<b>" not in words(till.get(reverse("desk")))


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as made:
        assert client.get(url).status_code == 200
    return len(made)


def test_lists_ask_as_much_for_thirty_as_for_one(
    many_payments: Callable[[int], None], till: Client, shift: CashShift, manager: Any, patient: Any
) -> None:
    pages = [
        reverse("desk") + "?show=all",
        reverse("shifts"),
        reverse("shift", args=[shift.pk]),
        reverse("patient_credit", args=[patient.pk]),
    ]

    def grow(number: int) -> None:
        many_payments(number)
        for at, payment in enumerate(Payment.objects.filter(attempts__shift=None)[:number]):
            payment.attempts.create(  # type: ignore[attr-defined]
                method="cash", amount=1, outcome="accepted", submitted_by=manager, shift=shift,
                decided_by=make_user(f"c{number}-{at}@test.clinic", role="management"),
                decided_at=timezone.now(),
            )  # fmt: skip
        for at in range(number):
            give_credit(patient, "1")
            shifts.open_for(make_user(f"s{number}-{at}@test.clinic", role="management"), opening_float=D(1))

    grow(1)
    for page in pages:  # what is fetched once in a process
        queries_of(till, page)
    few = [queries_of(till, page) for page in pages]
    grow(30)
    assert [queries_of(till, page) for page in pages] == few

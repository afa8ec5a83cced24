"""A statement's file: the same twice, overlapping ones, long ones, taken back; and lines that are confirmed."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.tests.factories import make_user
from billing.domain import payments, reviewing
from billing.domain.statements import candidates, confirming, importing, preview
from billing.domain.statements.confirming import Choice, Result
from billing.enums import AttemptOutcome, LineState, PaymentStatus, StatementState
from billing.models import Attempt, Payment, Statement, StatementLayout, StatementLine
from billing.tests.statement_files import csv_of, read, upload
from clinic.core.errors import Conflict, DomainError, Invalid, NotAllowed
from clinic.core.testing.tasks import run_due_tasks

pytestmark = pytest.mark.django_db

S = PaymentStatus
MakePayment = Callable[..., Payment]


@pytest.fixture
def second(db: Any) -> Any:
    return make_user("second.manager@test.clinic", "management")


def choices() -> list[Choice]:
    """All that fits exactly."""
    return [
        Choice(one.line.id, one.candidate.payment, one.candidate.attempt)
        for one in candidates.proposals(StatementLine.objects.all())
        if one.exact
    ]


def key_of(payment: Payment) -> str:
    return payment.attempts.get().reference_key


# --- files


def test_the_same_file_twice_changes_nothing(manager: Any) -> None:
    content = csv_of((800, "FT1"), (800, "FT1"), (-5, "FEE"))
    statement = read(content, manager)
    again, is_new = importing.upload(upload(content, "other name.csv"), actor=manager)
    assert (again, is_new) == (statement, False)
    importing.begin(again.pk, preview.suggest(again)[1], actor=manager)
    assert (statement.credits, statement.debits, statement.known) == (2, 1, 0)
    assert StatementLine.objects.count() == 2


def test_overlapping_files_bring_each_line_once(manager: Any) -> None:
    read(csv_of((800, "FT1"), (800, ""), (800, "")), manager)
    # The bank's other export has another order, spelling and one line more.
    later = read(csv_of((900, "FT3"), (800, ""), ("800.00", "ft-1"), (800, "")), manager)
    assert (later.credits, later.known) == (4, 3)
    assert StatementLine.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_taken_back_its_lines_come_by_the_other_file(manager: Any) -> None:
    first = read(csv_of((800, "FT1"), (700, "FT2")), manager)
    other = read(csv_of((800, "FT1"), (900, "FT3")), manager)
    path = first.file.path
    importing.take_back(first.pk, actor=manager)
    run_due_tasks()
    assert sorted(other.lines.values_list("amount", flat=True)) == [800, 900]
    other.refresh_from_db()
    assert (other.state, other.known) == (StatementState.READ, 0)
    assert not Statement.objects.filter(pk=first.pk).exists()
    assert path != other.file.path


@pytest.mark.django_db(transaction=True)
def test_a_long_file_is_read_by_a_worker_once(manager: Any) -> None:
    rows = [(number + 1, f"FT{number}") for number in range(importing.SMALL + 1)]
    statement = read(csv_of(*rows), manager)
    assert statement.state == StatementState.READING
    run_due_tasks()
    importing.read(statement.pk)
    statement.refresh_from_db()
    assert (statement.state, statement.lines.count()) == (StatementState.READ, len(rows))


@pytest.mark.django_db(transaction=True)
def test_what_fails_in_the_worker_can_be_tried_again(manager: Any) -> None:
    statement = read(csv_of(*((at + 1, "") for at in range(importing.SMALL + 1))), manager)
    Statement.objects.filter(pk=statement.pk).update(mapping={"nonsense": 1})
    with pytest.raises(TypeError):
        importing.read(statement.pk)
    statement.refresh_from_db()
    assert statement.state == StatementState.FAILED
    importing.begin(statement.pk, preview.suggest(statement)[1], actor=manager)
    run_due_tasks()
    statement.refresh_from_db()
    assert statement.state == StatementState.READ


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 a workbook named .csv", b"x" * (5 * 1024 * 1024 + 1), b"a,b\n" * 20_001],
    ids=["empty", "workbook", "5 MB", "20,000 rows"],
)
def test_what_is_refused(manager: Any, content: bytes) -> None:
    with pytest.raises(DomainError) as refusal:
        importing.upload(SimpleUploadedFile("s.csv", content), actor=manager)
    assert "file" in refusal.value.fields
    assert not Statement.objects.exists()


def test_a_mapping_that_reads_nothing_is_refused(manager: Any) -> None:
    statement, _new = importing.upload(upload(csv_of((800, "FT1"))), actor=manager)
    _layout, mapping = preview.suggest(statement)
    wrong = preview.Mapping(**{**mapping.as_json(), "columns": {"booked_on": 2, "amount": 0}})
    with pytest.raises(Invalid):
        importing.begin(statement.pk, wrong, actor=manager)
    with pytest.raises(Invalid) as refusal:
        importing.begin(statement.pk, preview.Mapping(columns={"reference": 1}), actor=manager)
    assert set(refusal.value.fields) == {"booked_on", "credit"}
    statement.refresh_from_db()
    assert statement.state == StatementState.UPLOADED


def test_a_layout_is_kept_and_known_again(manager: Any) -> None:
    day = timezone.localdate().strftime("%d.%m.%Y")
    head = "Buchung;Umsatz;Zweck\n"
    statement, _new = importing.upload(upload(f"{head}{day};1.234,50;FT1\n".encode()), actor=manager)
    mapping = preview.Mapping("utf-8", ";", 1, "dmy", ",", {"booked_on": 0, "amount": 1, "reference": 2})
    importing.begin(statement.pk, mapping, actor=manager, keep_as="Sparkasse")
    assert StatementLayout.objects.get().columns["amount"] == "Umsatz"
    other, _new = importing.upload(upload(f"{head}{day};99,00;FT2\n".encode()), actor=manager)
    layout, suggested = preview.suggest(other)
    assert (layout.name, suggested) == ("Sparkasse", mapping)


# --- confirming


def test_exact_ones_are_confirmed_once(payment_in: MakePayment, manager: Any) -> None:
    claimed, unclaimed = payment_in(S.SUBMITTED), payment_in(S.DUE)
    read(csv_of((800, key_of(claimed)), (800, "NEW12345", f"pay {unclaimed.reference}")), manager)
    chosen = choices()
    outcome = confirming.confirm_chosen(chosen, actor=manager)
    assert len(outcome.done[Result.CONFIRMED]) == 2
    for payment in (claimed, unclaimed):
        payment.refresh_from_db()
        assert (payment.status, payment.received, payment.appointment.status) == (
            S.CONFIRMED,
            800,
            "confirmed",
        )
    made = unclaimed.attempts.get()
    assert (made.method, made.reference_key, made.submitted_by) == ("bank_transfer", "NEW12345", manager)
    assert made.statement_line.state == LineState.CONFIRMED
    again = confirming.confirm_chosen(chosen, actor=manager)
    assert len(again.done[Result.BEFORE]) == 2
    assert Attempt.objects.filter(outcome=AttemptOutcome.ACCEPTED).count() == 2
    assert choices() == []


def test_confirmed_in_the_queue_meanwhile_no_money_comes_twice(submitted: Payment, manager: Any) -> None:
    read(csv_of((800, key_of(submitted))), manager)
    chosen = choices()
    payments.confirm(submitted.pk, actor=manager)
    outcome = confirming.confirm_chosen(chosen, actor=manager)
    assert len(outcome.done[Result.PROVED]) == 1
    submitted.refresh_from_db()
    assert (submitted.received, submitted.attempts.count()) == (800, 1)
    assert StatementLine.objects.get().attempt == submitted.attempts.get()


def test_confirmed_before_the_file_came_it_is_proved(submitted: Payment, manager: Any) -> None:
    payments.confirm(submitted.pk, actor=manager)
    read(csv_of((800, key_of(submitted))), manager)
    assert confirming.confirm(choices()[0], actor=manager) == Result.PROVED


def test_what_changed_meanwhile_is_refused(payment_in: MakePayment, manager: Any) -> None:
    rejected, sent, other_amount = payment_in(S.SUBMITTED), payment_in(S.DUE), payment_in(S.SUBMITTED)
    read(
        csv_of((800, key_of(rejected)), (800, "", sent.reference), (800, key_of(other_amount))),
        manager,
    )
    chosen = choices()
    assert len(chosen) == 3
    payments.reject(rejected.pk, reason="Not there", actor=manager)
    payments.submit(sent.pk, bank_reference="FT777777", actor=sent.appointment.patient)
    payments.confirm(other_amount.pk, actor=manager, amount=Decimal(500))
    outcome = confirming.confirm_chosen(chosen, actor=manager)
    assert len(outcome.refused) == 3
    assert not any(outcome.done.values())
    assert not StatementLine.objects.exclude(state=LineState.OPEN).exists()
    for payment, received in ((rejected, 0), (sent, 0), (other_amount, 500)):
        payment.refresh_from_db()
        assert payment.received == received


def test_who_checks_it_keeps_it(submitted: Payment, manager: Any, second: Any) -> None:
    read(csv_of((800, key_of(submitted))), manager)
    reviewing.claim(submitted.pk, actor=second)
    outcome = confirming.confirm_chosen(choices(), actor=manager)
    assert second.name in outcome.refused[0][1]
    submitted.refresh_from_db()
    assert submitted.status == S.SUBMITTED


@pytest.mark.parametrize("status", [S.SUBMITTED, S.DUE])
def test_much_money_needs_two(
    payment_in: MakePayment, manager: Any, second: Any, settings: Any, status: str
) -> None:
    settings.SECOND_APPROVAL_FROM = Decimal(800)
    payment = payment_in(status)
    read(csv_of((800, "BANK1234", payment.reference)), manager)
    assert confirming.confirm(choices()[0], actor=manager) == Result.APPROVED
    payment.refresh_from_db()
    assert (payment.status, payment.received, payment.appointment.status) == (
        S.SUBMITTED,
        0,
        "pending_confirmation",
    )
    refused = confirming.confirm_chosen(choices(), actor=manager).refused
    assert len(refused) == 1
    assert confirming.confirm(choices()[0], actor=second) == Result.CONFIRMED
    payment.refresh_from_db()
    assert (payment.status, payment.received) == (S.CONFIRMED, 800)
    assert payment.attempts.count() == 1


def test_less_more_and_too_late(payment_in: MakePayment, manager: Any) -> None:
    less, more, late = payment_in(S.SUBMITTED), payment_in(S.DUE), payment_in(S.EXPIRED)
    read(
        csv_of((500, key_of(less)), (900, "", more.reference), (800, "LATE1234", late.reference)),
        manager,
    )
    assert choices() == []
    for one in candidates.proposals(StatementLine.objects.all()):
        confirming.confirm(Choice(one.line.id, one.candidate.payment, one.candidate.attempt), actor=manager)
    found = [(one.status, one.received) for one in Payment.objects.filter(pk__in=[less.pk, more.pk, late.pk])]
    assert sorted(found) == [(S.CONFIRMED, 800), (S.DUE, 500), (S.REFUND_DUE, 800)]
    assert more.appointment.patient.credit_entries.get().amount == 100


def test_another_currency_is_listed_and_never_matched(due: Payment, manager: Any) -> None:
    read(csv_of(("USD 800", "", due.reference)), manager)
    line = StatementLine.objects.get()
    assert line.currency == "USD"
    assert candidates.proposals(StatementLine.objects.all()) == []
    with pytest.raises(Invalid):
        confirming.confirm(Choice(line.pk, due.pk, None), actor=manager)
    due.refresh_from_db()
    assert due.received == 0


def test_one_bank_reference_pays_once(payment_in: MakePayment, manager: Any) -> None:
    paid, due = payment_in(S.CONFIRMED), payment_in(S.DUE)
    read(csv_of((800, key_of(paid), due.reference)), manager)
    # The line names both; a person who chose the unpaid one is refused by the reference.
    outcome = confirming.confirm_chosen([Choice(StatementLine.objects.get().pk, due.pk, None)], actor=manager)
    assert len(outcome.refused) == 1
    due.refresh_from_db()
    assert (due.status, due.attempts.count()) == (S.DUE, 0)


def test_set_aside_and_back(submitted: Payment, manager: Any) -> None:
    statement = read(csv_of((800, key_of(submitted)), (5, "X")), manager)
    chosen = choices()
    confirming.set_aside(chosen[0].line, actor=manager)
    assert choices() == []
    with pytest.raises(Conflict):
        confirming.confirm(chosen[0], actor=manager)
    confirming.bring_back(chosen[0].line, actor=manager)
    confirming.confirm(chosen[0], actor=manager)
    with pytest.raises(Conflict):
        confirming.set_aside(chosen[0].line, actor=manager)
    with pytest.raises(Conflict):
        importing.take_back(statement.pk, actor=manager)


def test_only_management(submitted: Payment, manager: Any, doctor: Any, patient: Any) -> None:
    statement = read(csv_of((800, key_of(submitted))), manager)
    (choice,) = choices()
    for person in (doctor, patient):
        for refused in (
            lambda person=person: confirming.confirm_chosen([choice], actor=person),  # type: ignore[misc]
            lambda person=person: confirming.set_aside(choice.line, actor=person),  # type: ignore[misc]
            lambda person=person: importing.upload(upload(b"a"), actor=person),  # type: ignore[misc]
            lambda person=person: importing.take_back(statement.pk, actor=person),  # type: ignore[misc]
        ):
            with pytest.raises(NotAllowed):
                refused()


def test_old_lines_are_left_to_people(submitted: Payment, manager: Any) -> None:
    day = timezone.localdate() - candidates.LOOKS_BACK - timedelta(days=1)
    read(csv_of((800, key_of(submitted), "", "", day)), manager)
    assert choices() == []

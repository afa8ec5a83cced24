"""Credit given back in money, and what two accounts of one patient had."""

from decimal import Decimal as D
from typing import Any

import pytest

from accounts.domain.merging import merge
from billing.domain import credit, shifts
from billing.domain.paying_out import CreditChanged, pay_out
from billing.domain.shifts import NoShift
from billing.models import CreditEntry
from billing.tests.test_desk import give_credit
from clinic.core.errors import Invalid, NotAllowed

pytestmark = pytest.mark.django_db


def test_cash_leaves_the_drawer(patient: Any, manager: Any) -> None:
    shift = shifts.open_for(manager, opening_float=D(1000))
    give_credit(patient, "300")
    entry = pay_out(patient, amount=D(200), method="cash", seen=1, actor=manager)
    assert (entry.amount, entry.balance, entry.shift) == (-200, 100, shift)
    assert (shifts.drawer(shift).paid_out, shifts.drawer(shift).expected) == (200, 800)


def test_cash_needs_a_shift_with_so_much_in_it(patient: Any, manager: Any) -> None:
    give_credit(patient, "300")
    with pytest.raises(NoShift):
        pay_out(patient, amount=D(200), method="cash", seen=1, actor=manager)
    shifts.open_for(manager, opening_float=D(100))
    with pytest.raises(Invalid) as refusal:
        pay_out(patient, amount=D(200), method="cash", seen=1, actor=manager)
    assert "amount" in refusal.value.fields
    sent = pay_out(
        patient, amount=D(200), method="bank_transfer", seen=1, actor=manager, reference="ft 77 88"
    )
    assert (sent.shift, sent.reference) == (None, "ft 77 88")


def test_the_same_order_again_changes_nothing_and_another_one_is_refused(patient: Any, manager: Any) -> None:
    shifts.open_for(manager, opening_float=D(1000))
    give_credit(patient, "300")
    first = pay_out(patient, amount=D(300), method="cash", seen=1, actor=manager)
    assert pay_out(patient, amount=D(300), method="cash", seen=1, actor=manager) == first
    give_credit(patient, "50")
    for seen in (1, 2):
        with pytest.raises(CreditChanged):
            pay_out(patient, amount=D(50), method="cash", seen=seen, actor=manager)
    assert credit.balance(patient.pk) == 50


def test_not_more_than_there_is_and_only_by_management(patient: Any, doctor: Any, manager: Any) -> None:
    give_credit(patient, "300")
    for amount in ("300.01", "0", "-1"):
        with pytest.raises(Invalid):
            pay_out(
                patient, amount=D(amount), method="bank_transfer", seen=1, actor=manager, reference="FT7788"
            )
    for actor in (patient, doctor):
        with pytest.raises(NotAllowed):
            pay_out(patient, amount=D(300), method="bank_transfer", seen=1, actor=actor, reference="FT7788")
    assert credit.balance(patient.pk) == 300


def test_merged_accounts_have_one_credit(patient: Any, other_patient: Any, manager: Any) -> None:
    give_credit(patient, "300")
    give_credit(other_patient, "120.50")
    merge(patient.pk, other_patient.pk, keep={}, actor=manager)
    assert (credit.balance(patient.pk), credit.balance(other_patient.pk)) == (D("420.50"), 0)
    assert CreditEntry.objects.filter(reason="moved").count() == 2


@pytest.mark.parametrize("seen", [3, 2_147_483_647, 10**30])
def test_no_line_is_left_out(patient: Any, manager: Any, seen: int) -> None:
    """A line beyond the next one would not count what is written into the gap."""
    give_credit(patient, "300")
    with pytest.raises(CreditChanged):
        pay_out(
            patient, amount=D(200), method="bank_transfer", seen=seen, actor=manager, reference="ft 77 88"
        )
    assert credit.balance(patient.pk) == 300

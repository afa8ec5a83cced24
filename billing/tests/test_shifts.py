"""A cashier's drawer: opened, counted, closed; and what management sees of all of them."""

from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.tests.factories import make_user
from billing.domain import denominations, desk_queries, shifts
from billing.domain.currencies import NUMBER_OF
from billing.domain.shifts import DrawerChanged, ShiftClosed, ShiftOpen
from billing.enums import RefundOutcome
from billing.models import CashShift, Payment
from billing.tests.test_desk import take
from clinic.core.errors import Invalid, NotAllowed

pytestmark = pytest.mark.django_db

THOUSAND = {"1000": 1}


@pytest.fixture
def shift(manager: Any) -> CashShift:
    return shifts.open_for(manager, opening_float=D(1000))


def test_every_currency_can_be_counted() -> None:
    for currency in NUMBER_OF:
        values = [D(value) for value in denominations.of(currency)]
        assert values == sorted(set(values), reverse=True)
        assert values[-1] > 0


@given(st.dictionaries(st.sampled_from(denominations.of("NPR")), st.integers(0, 999)))
def test_a_count_is_the_sum_of_its_notes(counts: dict[str, int]) -> None:
    assert denominations.total(counts) == sum(int(value) * number for value, number in counts.items())


def test_one_open_shift_each(manager: Any, shift: CashShift) -> None:
    assert shifts.open_for(manager, opening_float=D(1000)) == shift
    with pytest.raises(ShiftOpen):
        shifts.open_for(manager, opening_float=D(500))
    colleague = make_user("colleague@test.clinic", role="management")
    assert shifts.open_for(colleague, opening_float=D(0)) != shift


@pytest.mark.parametrize("opening", ["-1", "0.001", "10000000"])
def test_no_opening(opening: str, manager: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        shifts.open_for(manager, opening_float=D(opening))
    assert "opening_float" in refusal.value.fields


def test_counted_right_and_closed(due: Payment, manager: Any, shift: CashShift) -> None:
    take(due, "800", manager)
    counts = {"1000": 1, "500": 1, "100": 3, "50": 0}
    closed = shifts.close(shift.pk, counts=counts, seen=D(1800), actor=manager)
    assert (closed.expected, closed.counted, closed.note) == (1800, 1800, "")
    assert closed.denominations == {"1000": 1, "500": 1, "100": 3}
    # A double click; then somebody who counts anew.
    assert shifts.close(shift.pk, counts=counts, seen=D(1800), actor=manager).closed_at == closed.closed_at
    with pytest.raises(ShiftClosed):
        shifts.close(shift.pk, counts=THOUSAND, seen=D(1800), note="Again", actor=manager)
    assert CashShift.objects.get(pk=shift.pk).counted == 1800
    assert shifts.current(manager) is None


def test_a_difference_needs_a_note(manager: Any, shift: CashShift) -> None:
    for note in ("", "ab", "x" * 241):
        with pytest.raises(Invalid) as refusal:
            shifts.close(shift.pk, counts={"500": 1}, seen=D(1000), note=note, actor=manager)
        assert "note" in refusal.value.fields
    shifts.close(shift.pk, counts={"500": 1}, seen=D(1000), note="A note fell out", actor=manager)
    assert [getattr(row, "difference", None) for row in desk_queries.shifts()] == [-500]


def test_cash_that_came_while_counting_is_told(due: Payment, manager: Any, shift: CashShift) -> None:
    take(due, "800", manager)
    with pytest.raises(DrawerChanged, match=r"1,800\.00"):
        shifts.close(shift.pk, counts=THOUSAND, seen=D(1000), note="As counted", actor=manager)
    assert CashShift.objects.get(pk=shift.pk).closed_at is None


def test_a_colleagues_drawer_needs_a_note_and_keeps_who_closed_it(manager: Any, shift: CashShift) -> None:
    colleague = make_user("colleague@test.clinic", role="management")
    with pytest.raises(Invalid):
        shifts.close(shift.pk, counts=THOUSAND, seen=D(1000), actor=colleague)
    closed = shifts.close(shift.pk, counts=THOUSAND, seen=D(1000), note="Maya is ill", actor=colleague)
    assert (closed.cashier, closed.closed_by) == (manager, colleague)


@pytest.mark.parametrize("counts", [{"3": 1}, {"1000": -1}, {"1000": 100_000}])
def test_no_count(counts: dict[str, int], manager: Any, shift: CashShift) -> None:
    with pytest.raises(Invalid):
        shifts.close(shift.pk, counts=counts, seen=D(1000), note="Strange notes", actor=manager)


@pytest.mark.parametrize("who", ["patient", "doctor", "admin"])
def test_only_management_has_a_drawer(who: str, shift: CashShift, request: pytest.FixtureRequest) -> None:
    actor = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        shifts.open_for(actor, opening_float=D(0))
    with pytest.raises(NotAllowed):
        shifts.close(shift.pk, counts=THOUSAND, seen=D(1000), note="Not mine", actor=actor)


def test_only_refunds_in_cash_that_were_given_leave_the_drawer(
    due: Payment, manager: Any, shift: CashShift
) -> None:
    for method, outcome in (
        ("cash", RefundOutcome.SENT),
        ("cash", RefundOutcome.FAILED),
        ("bank_transfer", RefundOutcome.SENT),
    ):
        due.refunds.create(  # type: ignore[attr-defined]
            amount=100, method=method, outcome=outcome, actor=manager, shift=shift
        )
    assert shifts.drawer(shift).expected == 900


def test_takings_of_a_day_by_person_and_method(due: Payment, manager: Any, shift: CashShift) -> None:
    take(due, "500", manager)
    take(due, "0.10", manager)
    take(due, "299.90", manager, "card")
    today = timezone.localdate()
    (mine,) = desk_queries.takings_on(today)
    assert (mine.by, mine.sums, mine.total) == (manager, {"cash": D("500.10"), "card": D("299.90")}, 800)
    assert list(desk_queries.totals([mine])) == ["cash", "card"]
    assert desk_queries.methods_in(shift) == {"cash": D("500.10"), "card": D("299.90")}

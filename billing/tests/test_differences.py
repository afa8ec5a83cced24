"""What is left to pay, or paid too much, after any answers of the insurer in any order: pure, without a database."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.domain.differences import Difference, between

AMOUNTS = st.integers(0, 2_000_00).map(lambda hundredths: Decimal(hundredths) / 100)
D = Decimal


def test_the_plain_cases() -> None:
    nothing = {"own": D(400), "asked": D(0), "credited": D(0), "received": D(400)}
    assert between(D(600), D(600), **nothing) == Difference()
    assert between(D(600), D(450), **nothing) == Difference(shortfall=D(150))
    assert between(D(600), D(0), **nothing) == Difference(shortfall=D(600))
    assert between(D(600), D(700), **nothing) == Difference(credit=D(100))
    # Never more than was paid.
    assert between(D(600), D(1000), **{**nothing, "received": D(250)}) == Difference(credit=D(250))
    # Paid the whole shortfall of a rejection; the appeal brings 500.
    assert between(D(600), D(500), own=D(400), asked=D(600), credited=D(0), received=D(1000)) == Difference(
        credit=D(500)
    )
    # Asked for the same and paid nothing of it: nothing comes back.
    assert between(D(600), D(500), own=D(400), asked=D(600), credited=D(0), received=D(400)) == Difference()


@given(AMOUNTS, st.lists(AMOUNTS, min_size=1, max_size=6))
def test_after_any_answers_the_patient_bears_what_the_insurer_does_not(
    expected: Decimal, answers: list[Decimal]
) -> None:
    """Everything asked is paid before the next answer: in the end nobody has paid a paisa too much or too little."""
    own = D(2500)
    asked, credited, received = D(0), D(0), own
    for actual in answers:
        due = between(expected, actual, own=own, asked=asked, credited=credited, received=received)
        assert due.shortfall >= 0
        assert due.credit >= 0
        assert not (due.shortfall and due.credit)
        asked, received, credited = asked + due.shortfall, received + due.shortfall, credited + due.credit
        assert received - credited + actual == own + expected
        assert (
            between(expected, actual, own=own, asked=asked, credited=credited, received=received)
            == Difference()
        )


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_a_credit_is_never_more_than_what_was_paid(
    own: Decimal, expected: Decimal, actual: Decimal, asked: Decimal, received: Decimal
) -> None:
    due = between(expected, actual, own=own, asked=asked, credited=D(0), received=received)
    assert due.credit <= received

"""How much comes back: the pure part."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.cancellation import Term, comes_back, grows, percent_back, term_that_counts
from clinic.core import money

TABLE = [Term(72, 100), Term(24, 50), Term(0, 10)]
tables = st.lists(
    st.builds(Term, st.integers(0, 8760), st.integers(0, 100)), max_size=8, unique_by=lambda t: t.hours_before
)
lefts = st.timedeltas(timedelta(days=-30), timedelta(days=400))
sums = st.decimals(0, 9_999_999, places=2)
percents = st.integers(0, 100)


@pytest.mark.parametrize(
    ("hours", "percent"), [(72, 100), (71.99, 50), (24, 50), (23.99, 10), (0, 10), (-0.01, 0)]
)
def test_the_term_that_fits(hours: float, percent: int) -> None:
    assert percent_back(TABLE, timedelta(hours=hours)) == percent


def test_without_terms_nothing_is_kept() -> None:
    assert percent_back([], timedelta(0)) == 100


@given(tables, lefts, lefts)
def test_who_calls_off_earlier_never_gets_less(table: list[Term], one: timedelta, other: timedelta) -> None:
    assert percent_back(table, min(one, other)) <= percent_back(table, max(one, other))


@given(tables, lefts)
def test_the_named_term_is_the_one_that_counts(table: list[Term], left: timedelta) -> None:
    term = term_that_counts(table, left)
    if table:
        assert percent_back(table, left) == (term.percent if term else 0)


@given(sums, percents, st.sampled_from(["NPR", "JPY", "KWD"]))
def test_neither_below_nothing_nor_above_what_was_paid(received: D, percent: int, currency: str) -> None:
    back = comes_back(received, percent, currency)
    assert 0 <= back <= received
    # Within half of the smallest coin of the exact share, and in the places that a column keeps.
    smallest = D(1).scaleb(-min(money.places(currency), 2))
    assert abs(back - received * percent / 100) <= smallest / 2 or back == received
    assert back == back.quantize(D("0.01"))


@given(sums, percents, percents)
def test_more_per_cent_is_never_less_money(received: D, one: int, other: int) -> None:
    assert comes_back(received, min(one, other), "NPR") <= comes_back(received, max(one, other), "NPR")


@given(sums)
def test_all_and_nothing(received: D) -> None:
    assert comes_back(received, 100, "NPR") == received
    assert comes_back(received, 0, "NPR") == 0


def test_a_table_that_gives_less_for_coming_earlier_is_known() -> None:
    assert grows(TABLE)
    assert grows([Term(0, 50), Term(24, 50)])
    assert not grows([Term(48, 20), Term(24, 50), Term(0, 0)])

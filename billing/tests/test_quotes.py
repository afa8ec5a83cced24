"""The parts of a charge, as a pure function."""

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billing.domain.quotes import Parts, Terms, divide
from billing.enums import CoPaymentKind
from clinic.core import money

amounts = st.decimals(min_value=0, max_value="99999999.99", places=2)
percents = st.decimals(min_value=0, max_value=100, places=2)
currencies = st.sampled_from(["NPR", "USD", "JPY", "BHD"])
# As far as the stored amounts go, and beyond: what has no business there must not break the sums.
wild = st.decimals(min_value="-1000", max_value="99999999.99", places=5)
terms = st.builds(
    Terms,
    cover_percent=percents | wild,
    scheme_rate=st.none() | amounts | wild,
    co_payment_kind=st.sampled_from(CoPaymentKind.values),
    co_payment=percents | amounts | wild,
    remaining=st.none() | amounts | wild,
    granted=st.none() | amounts | wild,
)


def d(text: str) -> Decimal:
    return Decimal(text)


@given(charge=amounts | wild, terms=st.none() | terms, currency=currencies)
@example(d("0.50"), Terms(cover_percent=d("100")), "JPY")
@example(d("101.50"), Terms(cover_percent=d("100"), remaining=d("101.50")), "JPY")
@example(d("10.01"), Terms(d("33.35"), None, CoPaymentKind.PERCENT, d("33.35")), "BHD")
def test_the_parts_sum_to_the_charge_and_none_is_below_nothing(
    charge: Decimal, terms: Terms | None, currency: str
) -> None:
    parts = divide(charge, terms, currency)
    assert parts.covered + parts.co_payment + parts.shortfall == parts.charge
    assert min(parts.charge, parts.covered, parts.co_payment, parts.shortfall) >= 0
    assert parts.to_pay == parts.charge - parts.covered
    unit = Decimal(1).scaleb(-min(2, money.places(currency)))
    assert parts.charge == max(Decimal(0), charge.quantize(unit, rounding=ROUND_HALF_EVEN))
    for part in (parts.covered, parts.co_payment, parts.shortfall):
        assert part == part.quantize(unit)
    for limit in (terms.remaining, terms.granted) if terms else ():
        assert limit is None or parts.covered <= max(limit, Decimal(0))


@given(charge=amounts, terms=terms, currency=currencies, more=amounts, percent=percents)
def test_more_cover_never_costs_the_patient_more(
    charge: Decimal, terms: Terms, currency: str, more: Decimal, percent: Decimal
) -> None:
    covered = divide(charge, terms, currency).covered
    better = [replace(terms, cover_percent=terms.cover_percent + percent)]
    for name in ("scheme_rate", "remaining", "granted"):
        value = getattr(terms, name)
        better += [replace(terms, **{name: value + more})] if value is not None else []
    better += [replace(terms, remaining=None), replace(terms, granted=None)]
    better += [replace(terms, co_payment=terms.co_payment - more)]
    for term in better:
        parts = divide(charge, term, currency)
        assert parts.covered >= covered
        assert parts.to_pay <= charge.quantize(Decimal(1) if currency == "JPY" else d("0.01")) - covered


@given(charge=amounts, terms=terms)
def test_the_formula(charge: Decimal, terms: Terms) -> None:
    """As the issue states it, in exact arithmetic, for two places and no authorisation."""
    terms = replace(
        terms,
        cover_percent=terms.cover_percent.quantize(d("1")),
        scheme_rate=None if terms.scheme_rate is None else terms.scheme_rate.quantize(d("0.01")),
        co_payment_kind=CoPaymentKind.FIXED,
        co_payment=abs(terms.co_payment.quantize(d("0.01"))),
        remaining=None if terms.remaining is None else terms.remaining.quantize(d("0.01")),
        granted=None,
    )
    benefit = charge * terms.cover_percent / 100 if terms.scheme_rate is None else terms.scheme_rate
    limits = [charge, benefit.quantize(d("0.01"), rounding=ROUND_HALF_EVEN)]
    limits += [terms.remaining] if terms.remaining is not None else []
    parts = divide(charge, terms, "NPR")
    assert parts.covered == max(d("0"), min(limits) - terms.co_payment)
    assert parts.co_payment == min(terms.co_payment, charge - parts.covered)


@pytest.mark.parametrize(
    ("charge", "terms", "expected"),
    [
        ("1000", None, ("0", "0", "1000")),
        ("1000", Terms(d("80")), ("800", "0", "200")),
        ("1000", Terms(d("80"), None, "fixed", d("100")), ("700", "100", "200")),
        ("1000", Terms(d("80"), None, "percent", d("10")), ("700", "100", "200")),
        ("1000", Terms(d("80"), d("1200")), ("1000", "0", "0")),
        ("1000", Terms(d("80"), d("0")), ("0", "0", "1000")),
        ("1000", Terms(d("100"), remaining=d("300")), ("300", "0", "700")),
        ("1000", Terms(d("100"), None, "fixed", d("100"), d("300")), ("200", "100", "700")),
        ("1000", Terms(d("100"), remaining=d("0")), ("0", "0", "1000")),
        ("1000", Terms(d("100"), granted=d("400")), ("400", "0", "600")),
        # A co-payment above the charge is no more than the charge.
        ("50", Terms(d("100"), None, "fixed", d("100")), ("0", "50", "0")),
        # Half a unit goes to the even one.
        ("0.05", Terms(d("50")), ("0.02", "0", "0.03")),
        ("0.15", Terms(d("50")), ("0.08", "0", "0.07")),
    ],
)
def test_examples(charge: str, terms: Terms | None, expected: tuple[str, str, str]) -> None:
    parts = divide(d(charge), terms, "NPR")
    assert parts == Parts(d(charge), *map(d, expected))


def test_half_a_yen_is_no_yen_and_no_limit_is_passed_by_rounding() -> None:
    assert divide(d("3"), Terms(d("50")), "JPY").covered == 2
    assert divide(d("150"), Terms(d("100"), remaining=d("101.50")), "JPY").covered == 101


@pytest.mark.parametrize("wrong", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("name", ["cover_percent", "scheme_rate", "remaining", "granted"])
def test_what_is_no_number(wrong: str, name: str) -> None:
    values: dict[str, Any] = {name: d(wrong)}
    with pytest.raises(ValueError, match="no amount"):
        divide(d("10"), Terms(**values), "NPR")
    with pytest.raises(ValueError, match="no amount"):
        divide(d(wrong), None, "NPR")

"""Amounts as people write them."""

from decimal import Decimal

import pytest
from django import forms

from billing.forms.fields import AmountField


@pytest.mark.parametrize(
    "typed", ["1,200.50", " 1 200.5", "1\N{NO-BREAK SPACE}200.50", "NPR 1,200.50", "१,२००.५०"]
)
def test_an_amount_is_read_as_people_write_it(typed: str) -> None:
    assert AmountField().clean(typed) == Decimal("1200.50")


@pytest.mark.parametrize(
    ("typed", "told"), [("lots", "in figures"), ("NPR", "required"), ("1.23456", "4 decimal")]
)
def test_what_is_no_amount_is_told(typed: str, told: str) -> None:
    with pytest.raises(forms.ValidationError, match=told):
        AmountField().clean(typed)

"""The cash desk is sent what nobody types."""

from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.domain import desk, shifts
from billing.models import Payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(client: Client, manager: Any) -> Client:
    client.force_login(manager)
    return client


@pytest.mark.parametrize("given", ["1e300", "NaN", "Infinity", "-5", "0." + "1" * 60])
def test_cash_that_nobody_hands_over(till: Client, due: Payment, manager: Any, given: str) -> None:
    shifts.open_for(manager, opening_float=D(0))
    wanted = {"amount": "800", "given": given, "method": "cash", "client_id": desk.client_id(due)}
    assert till.post(reverse("desk_payment", args=[due.pk]), wanted).status_code == 422
    assert not due.attempts.exists()


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_days_where_calendars_end(till: Client, day: str) -> None:
    assert till.get(reverse("shifts"), {"day": day}).status_code == 200


def test_a_page_name_that_no_database_takes(till: Client, due: Payment) -> None:
    wanted = {"amount": "800", "method": "card", "bank_reference": "RRN 12345678", "client_id": "a\x00b"}
    assert till.post(reverse("desk_payment", args=[due.pk]), wanted).status_code == 422

"""Management keeps the plans and their rates."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Activity
from billing.domain import plans
from billing.models import Plan, PlanRate
from billing.tests.aid import make_plan, make_rate
from clinic.core.errors import Invalid, NotAllowed

pytestmark = pytest.mark.django_db

GOOD = {
    "insurer": "Himal Health",
    "name": "Gold",
    "cover_percent": "80",
    "co_payment_kind": "fixed",
    "co_payment": "100",
    "annual_limit": "",
    "is_active": "on",
}


@pytest.fixture
def desk(client: Any, manager: Any) -> Any:
    client.force_login(manager)
    return client


def test_a_plan_from_beginning_to_end(desk: Any, service: Any) -> None:
    desk.post("/plans/new/", GOOD)
    plan = Plan.objects.get()
    assert (plan.cover_percent, plan.co_payment, plan.annual_limit) == (80, 100, None)
    desk.post(f"/plans/{plan.pk}/", {**GOOD, "annual_limit": "5000", "co_payment_kind": "none"})
    plan.refresh_from_db()
    assert (plan.annual_limit, plan.co_payment) == (5000, 0)
    desk.post(f"/plans/{plan.pk}/rates/new/", {"service": service.pk, "scheme_rate": "650"})
    rate = plan.rates.get()
    desk.post(f"/plans/{plan.pk}/rates/{rate.pk}/", {"cover_percent": "0", "needs_authorisation": "yes"})
    rate.refresh_from_db()
    assert (rate.scheme_rate, rate.cover_percent, rate.needs_authorisation) == (None, 0, True)
    assert "0%" in desk.get(f"/plans/{plan.pk}/").content.decode()
    assert "80% of the price" in desk.get("/plans/").content.decode()
    desk.post(f"/plans/{plan.pk}/rates/{rate.pk}/remove/")
    assert not PlanRate.objects.exists()
    assert Activity.objects.filter(verb="plan.change").count() == 5


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"cover_percent": "-1"}, "cover_percent"),
        ({"cover_percent": "100.01"}, "cover_percent"),
        ({"cover_percent": "33.333"}, "cover_percent"),
        ({"cover_percent": "NaN"}, "cover_percent"),
        ({"co_payment": "-5"}, "co_payment"),
        ({"co_payment": "99999999999999"}, "co_payment"),
        ({"co_payment": "12.345"}, "co_payment"),
        ({"co_payment_kind": "percent", "co_payment": "101"}, "co_payment"),
        ({"annual_limit": "-0.01"}, "annual_limit"),
        ({"annual_limit": "1e30"}, "annual_limit"),
        ({"annual_limit": "USD 500"}, "annual_limit"),
        ({"valid_from": "2026-05-01", "valid_until": "2026-04-01"}, "valid_until"),
        ({"name": " "}, "name"),
        ({"name": "SILVER"}, ""),
        ({"name": "Silver"}, "name"),
    ],
)
def test_bad_input(desk: Any, change: dict[str, str], field: str) -> None:
    make_plan("Silver")
    answer = desk.post("/plans/new/", {**GOOD, **change})
    if not field:
        assert answer.status_code == 302
        return
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert Plan.objects.count() == 1
    assert 'value="Himal Health"' in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, "scheme_rate"),
        ({"scheme_rate": "500", "cover_percent": "50"}, "cover_percent"),
        ({"scheme_rate": "-1"}, "scheme_rate"),
        ({"cover_percent": "101"}, "cover_percent"),
        ({"service": "nonsense", "scheme_rate": "5"}, "service"),
    ],
)
def test_a_bad_rate(desk: Any, service: Any, change: dict[str, str], field: str) -> None:
    plan = make_plan()
    answer = desk.post(f"/plans/{plan.pk}/rates/new/", {"service": service.pk, **change})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not PlanRate.objects.exists()


def test_the_currencys_own_places_count(manager: Any, settings: Any) -> None:
    settings.CLINIC_CURRENCY = "JPY"
    fields = dict.fromkeys(plans.FIELDS)
    fields |= {"insurer": "A", "name": "B", "cover_percent": Decimal(50), "co_payment_kind": "fixed"}
    fields |= {"needs_authorisation": False, "is_active": True}
    with pytest.raises(Invalid) as refused:
        plans.create(actor=manager, **{**fields, "co_payment": Decimal("0.50")})
    assert "co_payment" in refused.value.fields


def test_only_management(patient: Any, doctor: Any, admin: Any, service: Any) -> None:
    plan = make_plan()
    make_rate(plan, service, scheme_rate=5)
    for person in (patient, doctor, admin):
        with pytest.raises(NotAllowed):
            plans.set_rate(plan.pk, service, actor=person, scheme_rate=Decimal(9))
        with pytest.raises(NotAllowed):
            plans.remove_rate(plan.pk, service, actor=person)
        with pytest.raises(NotAllowed):
            plans.change(plan.pk, actor=person)

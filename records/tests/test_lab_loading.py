"""The laboratory's catalogue that the portal brings along."""

from decimal import Decimal
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import call_command

from records.domain.labs import grid, loading, units
from records.domain.labs.flags import FOREVER
from records.models import LabPanel, LabParameter, ReferenceRange

pytestmark = pytest.mark.django_db


def test_loading_twice_adds_once_and_leaves_what_management_changed() -> None:
    first = loading.load()
    assert first.parameters >= 25
    assert first.panels >= 8
    LabParameter.objects.filter(short_name="Hb").update(unit="g/L")
    ReferenceRange.objects.filter(parameter__short_name="K").delete()
    LabPanel.objects.filter(name="Lipids").update(is_active=False)
    out = StringIO()
    call_command("load_labs", stdout=out)
    assert out.getvalue().strip() == "added: parameters 0, ranges 0, panels 0"
    assert LabParameter.objects.get(short_name="Hb").unit == "g/L"
    assert not ReferenceRange.objects.filter(parameter__short_name="K").exists()


def test_the_data_hold_together() -> None:
    loading.load()
    for limits in ReferenceRange.objects.select_related("parameter"):
        steps = [
            value
            for value in (limits.critical_low, limits.low, limits.high, limits.critical_high)
            if value is not None
        ]
        assert steps, limits.parameter
        assert steps == sorted(steps), limits.parameter
        assert limits.source, limits.parameter
        assert limits.age_to_days <= FOREVER
        possible = limits.parameter.possible_low or Decimal("-Infinity"), limits.parameter.possible_high
        assert possible[1] is not None
        assert possible[0] <= steps[0], limits.parameter
        assert steps[-1] <= possible[1], limits.parameter
    for parameter in LabParameter.objects.all():
        assert (parameter.kind == "choice") == bool(parameter.choices), parameter
        if parameter.kind == "number":
            assert parameter.possible_high is not None, parameter
            assert units.is_same(units.shown(parameter.unit), parameter.unit), parameter
    assert all(grid.parameters_of([panel.pk]) for panel in LabPanel.objects.all())


def test_ranges_of_one_sex_leave_no_gap_and_do_not_overlap() -> None:
    loading.load()
    for parameter in LabParameter.objects.filter(kind="number"):
        rows = list(parameter.ranges.values_list("gender", "age_from_days", "age_to_days"))  # type: ignore[attr-defined]
        for gender in ("female", "male"):
            own = sorted((first, last) for sex, first, last in rows if sex in ("", gender))
            assert all(one[1] == two[0] for one, two in pairwise(own)), (parameter, gender)


@pytest.mark.parametrize(
    ("code", "holds"), [("718-7", True), ("2823-3", True), ("6690-2", True), ("718-8", False)]
)
def test_loinc_codes_end_in_their_check_digit(code: str, holds: bool) -> None:
    assert _checks(code) is holds


def test_every_loinc_code_checks() -> None:
    loading.load()
    codes = [
        *LabParameter.objects.values_list("loinc", flat=True),
        *LabPanel.objects.values_list("loinc", flat=True),
    ]
    assert [code for code in codes if code and not _checks(code)] == []
    assert sum(map(bool, codes)) >= 60


def _checks(code: str) -> bool:
    """Mod 10, as LOINC's manual gives it."""
    number, _, check = code.partition("-")
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (1 if place % 2 else 2)
        total += doubled - 9 if doubled > 9 else doubled
    return (10 - total % 10) % 10 == int(check)

"""What the laboratory measures, for management: parameters, their ranges, panels. Nothing that was ever used is
deleted; what is retired is offered no more. A change holds for what is entered from now on, for results keep the unit,
range and flag they were entered with."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Prefetch, QuerySet
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.status import lock
from records import lab_rules
from records.enums import ParameterKind
from records.models import LabPanel, LabParameter, LabResult, PanelParameter, ReferenceRange

from .flags import FOREVER
from .parse import LARGEST

PARAMETER_FIELDS = (
    "name", "short_name", "loinc", "kind", "unit", "decimals", "possible_low", "possible_high", "choices",
)  # fmt: skip
LIMITS = ("critical_low", "low", "high", "critical_high")
_LOINC = re.compile(r"^\d{1,7}-\d$")


def parameters() -> QuerySet[LabParameter]:
    """All of them, those in use first, with their ranges and how many ranges there are."""
    return LabParameter.objects.annotate(range_count=Count("ranges")).order_by("-is_active", "name")


def panels() -> QuerySet[LabPanel]:
    """All of them, those in use first, with their parameters in two queries more."""
    rows = PanelParameter.objects.select_related("parameter").order_by("position")
    return LabPanel.objects.prefetch_related(Prefetch("rows", rows)).order_by("-is_active", "name")


def save_parameter(pk: UUID | None, *, actor: User, values: Mapping[str, Any]) -> LabParameter:
    """A new one, or a changed one. Raises NotAllowed and Invalid (fields)."""
    _only_management(actor)
    clean = {name: values.get(name) for name in PARAMETER_FIELDS}
    wrong = _wrong_parameter(clean)
    with transaction.atomic():
        parameter = lock(LabParameter, pk) if pk else LabParameter()
        measured = bool(pk) and LabResult.objects.filter(parameter=parameter).exists()
        if measured and (clean["kind"], clean["unit"]) != (parameter.kind, parameter.unit):
            wrong.setdefault("unit" if clean["kind"] == parameter.kind else "kind", []).append(
                _("There are results of it already. Retire it and add a new parameter.")
            )
        taken = LabParameter.objects.filter(name__iexact=clean["name"]).exclude(pk=parameter.pk)
        if clean["name"] and taken.exists():
            wrong.setdefault("name", []).append(_("There is a parameter of this name."))
        if wrong:
            raise Invalid(fields=wrong)
        for name, value in clean.items():
            setattr(parameter, name, value)
        _save(parameter)
        trail.record(
            ActivityVerb.LAB_CATALOGUE_CHANGED, actor=actor, target=parameter, changed=list(PARAMETER_FIELDS)
        )
    return parameter


def save_range(
    parameter_id: UUID, range_id: UUID | None, *, actor: User, values: Mapping[str, Any]
) -> ReferenceRange:
    """Raises NotAllowed and Invalid (fields), also where another range holds for the same people."""
    _only_management(actor)
    limits: dict[str, Decimal | None] = {name: values.get(name) for name in LIMITS}
    age_from = values.get("age_from_days") or 0
    age_to = values.get("age_to_days") or FOREVER
    gender = values.get("gender") or ""
    wrong: dict[str, list[str]] = {}
    given = [(name, value) for name, value in limits.items() if value is not None]
    if not given:
        wrong["low"] = [_("Give at least one limit.")]
    for (_lower, smaller), (name, larger) in pairwise(given):
        if larger < smaller:
            wrong.setdefault(name, [_("From critically low to critically high the limits must rise.")])
    if any(abs(value) >= LARGEST for _name, value in given):
        wrong["high"] = [_("This number is too large.")]
    if not 0 <= age_from < age_to <= FOREVER:
        wrong["age_to_days"] = [_("The range must end at a higher age than it begins.")]
    with transaction.atomic():
        parameter = lock(LabParameter, parameter_id)
        if parameter.kind != ParameterKind.NUMBER:
            wrong["low"] = [_("Only numbers have ranges.")]
        found = lock(ReferenceRange, range_id) if range_id else ReferenceRange(parameter=parameter)
        others = ReferenceRange.objects.filter(parameter=parameter, gender=gender).exclude(pk=found.pk)
        if not wrong and others.filter(age_from_days__lt=age_to, age_to_days__gt=age_from).exists():
            wrong["age_from_days"] = [_("Another range holds for some of these ages already.")]
        if wrong:
            raise Invalid(fields=wrong)
        found.gender, found.age_from_days, found.age_to_days = gender, age_from, age_to
        found.source = (values.get("source") or "").strip()
        for name, value in limits.items():
            setattr(found, name, value)
        found.save()
        trail.record(ActivityVerb.LAB_CATALOGUE_CHANGED, actor=actor, target=found, changed=["range"])
    return found


def remove_range(parameter_id: UUID, range_id: UUID, *, actor: User) -> None:
    """Results keep the range they were entered with. Removing it twice changes nothing. Raises NotAllowed."""
    _only_management(actor)
    with transaction.atomic():
        parameter = lock(LabParameter, parameter_id)
        deleted, _by_model = ReferenceRange.objects.filter(pk=range_id, parameter=parameter).delete()
        if deleted:
            trail.record(ActivityVerb.LAB_CATALOGUE_CHANGED, actor=actor, target=parameter, changed=["range"])


def save_panel(
    pk: UUID | None, *, actor: User, name: str, loinc: str, chosen: Sequence[LabParameter]
) -> LabPanel:
    """A panel with these parameters in this order. Raises NotAllowed and Invalid (fields)."""
    _only_management(actor)
    name, loinc = " ".join(name.split()), loinc.strip()
    wrong: dict[str, list[str]] = {}
    if not name or len(name) > 80 or "\x00" in name:
        wrong["name"] = [_("Give it a name of at most 80 characters.")]
    elif any(
        other != pk for other in LabPanel.objects.filter(name__iexact=name).values_list("pk", flat=True)
    ):
        wrong["name"] = [_("There is a panel of this name.")]
    if loinc and not is_loinc(loinc):
        wrong["loinc"] = [_("This is no LOINC code: look at the digits again.")]
    if not chosen:
        wrong["parameters"] = [_("Choose at least one parameter.")]
    if wrong:
        raise Invalid(fields=wrong)
    with transaction.atomic():
        panel = lock(LabPanel, pk) if pk else LabPanel()
        panel.name, panel.loinc = name, loinc
        _save(panel)
        panel.rows.all().delete()  # type: ignore[attr-defined]
        PanelParameter.objects.bulk_create(
            PanelParameter(panel=panel, parameter=parameter, position=number)
            for number, parameter in enumerate(dict.fromkeys(chosen), start=1)
        )
        trail.record(
            ActivityVerb.LAB_CATALOGUE_CHANGED,
            actor=actor,
            target=panel,
            changed=["name", "loinc", "parameters"],
        )
    return panel


def move_row(panel_id: UUID, parameter_id: UUID, *, up: bool, actor: User) -> None:
    """One place up or down in the grid; beyond the ends nothing changes. Raises NotAllowed."""
    _only_management(actor)
    with transaction.atomic():
        panel = lock(LabPanel, panel_id)
        rows = list(panel.rows.order_by("position"))  # type: ignore[attr-defined]
        at = next((number for number, row in enumerate(rows) if row.parameter_id == parameter_id), None)
        if at is None or not 0 <= (to := at - 1 if up else at + 1) < len(rows):
            return
        rows.insert(to, rows.pop(at))
        for position, row in enumerate(rows, start=1):
            row.position = position
        PanelParameter.objects.bulk_update(rows, ["position"])
        trail.record(ActivityVerb.LAB_CATALOGUE_CHANGED, actor=actor, target=panel, changed=["parameters"])


def offer(what: LabPanel | LabParameter, in_use: bool, *, actor: User) -> None:
    """Retire it, or take it into use again. Raises NotAllowed."""
    _only_management(actor)
    with transaction.atomic():
        row = lock(type(what), what.pk)
        if row.is_active != in_use:
            row.is_active = in_use
            row.save(update_fields=["is_active", "updated_at"])
            trail.record(ActivityVerb.LAB_CATALOGUE_CHANGED, actor=actor, target=row, changed=["is_active"])


def is_loinc(code: str) -> bool:
    """Digits, a hyphen and the check digit (mod 10) that belongs to them."""
    if not code.isascii() or not _LOINC.match(code):
        return False
    number, _hyphen, check = code.partition("-")
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (1 if place % 2 else 2)
        total += doubled - 9 if doubled > 9 else doubled
    return (10 - total % 10) % 10 == int(check)


def _wrong_parameter(clean: dict[str, Any]) -> dict[str, list[str]]:
    """What is wrong with it; puts `clean` in order on the way."""
    wrong: dict[str, list[str]] = {}
    for name in ("name", "short_name", "loinc", "unit"):
        clean[name] = " ".join(str(clean[name] or "").replace("\x00", "").split())
    clean["decimals"] = clean["decimals"] or 0
    choices = [" ".join(str(choice).split()) for choice in clean["choices"] or []]
    clean["choices"] = list(dict.fromkeys(choice for choice in choices if choice))
    if not clean["name"]:
        wrong["name"] = [_("Give it a name.")]
    if clean["loinc"] and not is_loinc(clean["loinc"]):
        wrong["loinc"] = [_("This is no LOINC code: look at the digits again.")]
    if clean["kind"] == ParameterKind.CHOICE and len(clean["choices"]) < 2:
        wrong["choices"] = [_("Give at least two answers, one a line, the normal one first.")]
    if clean["kind"] != ParameterKind.CHOICE:
        clean["choices"] = []
    if any(len(choice) > 40 for choice in clean["choices"]):
        wrong["choices"] = [_("At most 40 characters in an answer, please.")]
    low, high = clean["possible_low"], clean["possible_high"]
    if low is not None and high is not None and low >= high:
        wrong["possible_high"] = [_("This must be more than the lowest possible value.")]
    return wrong


def _save(row: LabParameter | LabPanel) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Invalid(fields={"name": [_("This name is taken.")]}) from None


def _only_management(actor: User) -> None:
    if not lab_rules.can_change_catalogue(actor):
        raise NotAllowed

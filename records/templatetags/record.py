"""The frame around every page of a record: its sections, and the tabs of the panel beside a call.

A room joins in by naming an address: `record_<section>` (patient's id) for a section, `visit_panel_<tab>` (id of the
visit) for a tab. What has no address yet is left out.
"""

from typing import Any, NamedTuple

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from accounts.domain import break_glass
from accounts.models import BreakGlass, User
from records.domain import dosing_words
from records.domain.fact_values import MEASURED
from records.domain.vitals import body_mass_index
from records.forms.facts import UNITS
from records.models import PrescriptionItem, VitalSigns

register = template.Library()


class Part(NamedTuple):
    name: str
    label: str
    icon: str
    url: str


@register.simple_tag
def record_sections(reader: User, patient: User) -> list[Part]:
    """The sections of this patient's record that `reader` finds in its navigation."""
    named = [
        ("overview", _("Overview"), "activity", "patient_record"),
        ("history", _("History"), "clipboard-list", "record_history"),
        ("vitals", _("Vital signs"), "heart-pulse", "record_vitals"),
        ("prescriptions", _("Prescriptions"), "pill", "record_prescriptions"),
        ("adherence", _("Doses taken"), "calendar-check", "record_adherence"),
        ("labs", _("Lab results"), "flask-conical", "record_labs"),
        ("imaging", _("Imaging"), "scan", "record_imaging"),
        ("notes", _("Notes"), "notebook-pen", "record_notes"),
        ("documents", _("Documents"), "folder", "record_documents"),
        ("explanations", _("Explanations"), "message-circle-question-mark", "record_explanations"),
        *([("requests", _("Requests"), "clipboard-check", "record_requests")] if reader.is_doctor else []),
        ("export", _("Export"), "download", "record_export"),
    ]
    return _with_address(named, patient.pk)


@register.simple_tag
def visit_tabs(appointment: Any) -> list[Part]:
    """The tabs beside the video that load themselves; the note's stands in the panel itself."""
    named = [
        ("history", _("History"), "clipboard-list", "visit_panel_history"),
        ("prescribe", _("Prescribe"), "pill", "visit_panel_prescribe"),
        ("labs", _("Labs"), "flask-conical", "visit_panel_labs"),
        ("imaging", _("Imaging"), "scan", "visit_panel_imaging"),
        ("documents", _("Documents"), "folder", "visit_panel_documents"),
        ("requests", _("Requests"), "clipboard-check", "visit_panel_requests"),
    ]
    return _with_address(named, appointment.pk)


@register.simple_tag
def opened_by_break_glass(reader: User, patient: User) -> BreakGlass | None:
    return break_glass.live_access(reader, patient) if reader.is_doctor else None


def _with_address(named: list[tuple[str, str, str, str]], pk: Any) -> list[Part]:
    found = []
    for name, label, icon, address in named:
        try:
            found.append(Part(name, label, icon, reverse(address, args=[pk])))
        except NoReverseMatch:
            continue
    return found


@register.filter
def vital_label(name: str) -> str:
    """The words for a vital sign; both numbers of a blood pressure go by one name."""
    if name == "systolic":
        return _("Blood pressure")
    label = str(VitalSigns._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]


@register.filter
def vital_unit(name: str) -> str:
    return str(UNITS[name])


@register.filter
def readings(row: VitalSigns) -> list[tuple[str, str]]:
    """What was measured, as (label, value with unit), a blood pressure as one."""
    found = []
    for name in MEASURED:
        value = getattr(row, name)
        if value is None or name == "diastolic":
            continue
        shown = f"{value}/{row.diastolic}" if name == "systolic" and row.diastolic is not None else f"{value}"
        found.append((vital_label(name), f"{shown} {UNITS[name]}"))
    index = body_mass_index(row.weight, row.height)
    return [*found, (_("Body mass index"), f"{index} kg/m²")] if index else found


@register.filter
def fact_label(kind: str) -> str:
    """The name of a kind of fact, for one of it."""
    return {
        "condition": _("Condition"),
        "allergy": _("Allergy"),
        "immunisation": _("Immunisation"),
        "family": _("Family history"),
        "social": _("Way of life"),
        "vitals": _("Vital signs"),
    }[kind]


@register.filter
def facts_label(kind: str) -> str:
    """The name of a kind of fact, for all of it."""
    return {
        "condition": _("Conditions"),
        "allergy": _("Allergies"),
        "immunisation": _("Immunisations"),
        "family": _("Family history"),
        "social": _("Way of life"),
        "vitals": _("Vital signs"),
    }[kind]


@register.filter
def fact_icon(kind: str) -> str:
    return {
        "condition": "activity",
        "allergy": "triangle-alert",
        "immunisation": "syringe",
        "family": "users",
        "social": "house",
        "vitals": "heart-pulse",
    }[kind]


@register.filter
def dosage(item: PrescriptionItem) -> str:
    """1 tablet, twice a day."""
    often = dosing_words.how_often(item.frequency, as_needed=item.as_needed, times=item.times)
    return f"{dosing_words.amount(item.dose, item.medicine.unit)}, {often}"

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
        ("notes", _("Notes"), "notebook-pen", "record_notes"),
        ("documents", _("Documents"), "folder", "record_documents"),
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

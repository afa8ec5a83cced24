"""Adherence as the pages show it: tables, and the same figures for the chart."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from records.domain import adherence_report
from records.domain.adherence import Share
from scheduling.views.guards import uuid_or_none

SPANS = (4, 8, 26)


def figures_of(request: HttpRequest, patient: User) -> dict[str, Any]:
    """Context of records/parts/adherence.html. `?weeks=` one of SPANS, `?medicine=` narrows the weeks to one."""
    asked = request.GET.get("weeks", "")
    weeks = int(asked) if asked in map(str, SPANS) else adherence_report.WEEKS
    report = adherence_report.of_patient(patient, weeks=weeks)
    wanted = uuid_or_none(request.GET.get("medicine"))
    narrowed = next((each for each in report.medicines if each.item.medicine_id == wanted), None)
    by_week = narrowed.by_week if narrowed else report.by_week
    shown = [(week, week + timedelta(days=6), by_week[week]) for week in report.weeks]
    return {
        "report": report,
        "narrowed": narrowed,
        "total": narrowed.total if narrowed else report.total,
        "shown_weeks": shown,
        "spans": SPANS,
        "weeks": weeks,
        "chart": _chart([(date_format(first, "j M"), share) for first, _last, share in shown]),
    }


def _chart(weeks: list[tuple[str, Share]]) -> dict[str, Any]:
    parts = [
        (_("On time"), "--success", "on_time"),
        (_("Late"), "--info", "late"),
        (_("Left out"), "--warning", "skipped"),
        (_("Missed"), "--danger", "missed"),
    ]
    return {
        "labels": [label for label, _share in weeks],
        "unit": _("doses"),
        "series": [
            {"label": label, "colour": colour, "values": [getattr(share, name) for _label, share in weeks]}
            for label, colour, name in parts
        ],
    }

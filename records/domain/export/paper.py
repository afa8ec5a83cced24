"""A record as PDF: a first page about the person, then one section after another, made in pieces of some pages."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.core import pdf
from records.domain.dose_lines import said_reason
from records.domain.imaging import writing
from records.enums import IntakeOutcome
from records.models import (
    ImagingAddendum,
    ImagingReport,
    LabReport,
    LabResult,
    NoteAddendum,
    Prescription,
    PrescriptionItem,
    VisitNote,
    VitalSigns,
)

from .collect import Record, parts_of

# Rows of one piece: memory and time of one rendering grow faster than its pages.
PIECE_ROWS = 120
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Section:
    """`rows` of as many cells as `columns`; without columns a row is a heading and paragraphs."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def make(record: Record, progress: Progress) -> bytes:
    """The whole as one file; `progress` hears how many percent are done. Raises pdf.PdfMissing."""
    sections = [section for section in _sections(record) if section.rows]
    pieces = list(_pieces(sections))
    made = []
    context = {"record": record, "clinic": settings.CLINIC_NAME, "blood_group": _blood_group(record)}
    for number, (section, rows, is_first) in enumerate([(None, [], True), *pieces]):
        shown = {"section": section, "rows": rows, "is_first": is_first}
        contents = [(each.title, len(each.rows)) for each in sections] if section is None else []
        made.append(pdf.render("pdf/record.html", {**context, **shown, "contents": contents}, "record.css"))
        progress(90 * (number + 1) // (len(pieces) + 1))
    return pdf.joined(made, title=f"{settings.CLINIC_NAME}: {record.patient.name}")


def _pieces(sections: Sequence[Section]) -> Iterator[tuple[Section, list[Sequence[str]], bool]]:
    for section in sections:
        rows, is_first = iter(section.rows), True
        while piece := list(islice(rows, PIECE_ROWS)):
            yield section, piece, is_first
            is_first = False


def _sections(record: Record) -> Iterator[Section]:
    yield Section(
        _("Allergies"),
        [_("Substance"), _("Reaction"), _("Severity"), _("Noticed"), _("Note")],
        [
            [row.substance, row.reaction, row.get_severity_display(), _day(row.noticed_on), row.note]
            for row in record.allergies
        ],
    )
    yield Section(
        _("Conditions"),
        [_("Condition"), _("ICD-10"), _("Status"), _("Since"), _("Until"), _("Note")],
        [
            [row.name, row.icd10, row.get_status_display(), _day(row.began_on), _day(row.ended_on), row.note]
            for row in record.conditions
        ],
    )
    yield Section(
        _("Prescriptions"),
        [_("Signed"), _("Medicine"), _("Dose"), _("How long"), _("Status"), _("Prescribed by")],
        [_prescribed(each, item) for each in record.prescriptions for item in each.items.all()],  # type: ignore[attr-defined]
    )
    yield Section(
        _("Vaccinations"),
        [_("Vaccine"), _("Given"), _("Dose"), _("Lot"), _("Where or by whom")],
        [
            [row.vaccine, _day(row.given_on), str(row.dose_number or ""), row.lot, row.given_by]
            for row in record.immunisations
        ],
    )
    yield Section(
        _("Family"),
        [_("Relative"), _("Condition"), _("Age when it began"), _("Note")],
        [
            [
                row.get_relation_display(),
                row.condition,
                "" if row.age_at_onset is None else str(row.age_at_onset),
                row.note,
            ]
            for row in record.family
        ],
    )
    yield Section(
        _("Way of life"),
        [_("Topic"), _("What they say"), _("Said on")],
        [[row.get_topic_display(), row.text, _day(row.said_on)] for row in record.social],
    )
    yield Section(
        _("Vital signs"),
        [_("Measured"), _("mmHg"), _("Pulse"), "°C", _("Breaths"), "SpO₂ %", "kg", "cm", "mmol/L"],
        [_measured(row) for row in record.vitals],
    )
    yield Section(
        _("Lab results"),
        [_("Sample taken"), _("Report"), _("Parameter"), _("Result"), _("Normal"), _("Flag")],
        [_result(report, result) for report in record.labs for result in report.results.all()],  # type: ignore[attr-defined]
    )
    yield Section(_("Imaging reports"), [], [_scan(report) for report in record.imaging])
    yield Section(
        _("Visits"),
        [_("When"), _("What"), _("Doctor"), _("Status"), _("Reason")],
        [
            [_time(row.starts_at), row.service.name, row.doctor.name, row.get_status_display(), row.reason]
            for row in record.visits
        ],
    )
    yield Section(_("Visit notes"), [], [_note(note) for note in record.notes])
    yield Section(
        _("Documents"),
        [_("Dated"), _("Kind"), _("Title"), _("File"), _("Added by")],
        [
            [_day(row.dated_on), row.get_category_display(), row.title, row.name, row.recorded_by.name]
            for row in record.documents
        ],
    )
    yield Section(
        _("Doses taken"),
        [_("Month"), _("Medicine"), *(str(outcome.label) for outcome in IntakeOutcome), _("Reasons")],
        _doses(record),
    )


def _prescribed(prescription: Prescription, item: PrescriptionItem) -> list[str]:
    dose = f"{_number(item.dose)} {item.medicine.unit}, {item.get_frequency_display()}"
    if item.times:
        dose = f"{dose} ({', '.join(item.times)})"
    days = _("%(count)s days") % {"count": item.days} if item.days else ""
    return [
        _day(prescription.signed_at),
        f"{item.medicine}" + (f"\n{item.instructions}" if item.instructions else ""),
        f"{dose}, {item.get_route_display()}",
        _("from %(day)s") % {"day": _day(item.starts_on)} + (f", {days}" if days else ""),
        _("Stopped") if item.stopped_at else prescription.get_status_display(),
        prescription.author.name,
    ]


def _doses(record: Record) -> list[list[str]]:
    """Of each month and medicine how often what was told. Of ten years each single dose would be a hundred pages; the
    FHIR file has them."""
    told: dict[tuple[date, str], Counter[str]] = {}
    reasons: dict[tuple[date, str], dict[str, None]] = {}
    for intake in record.intakes:
        month = (intake.day.replace(day=1), str(intake.item.medicine))
        told.setdefault(month, Counter())[intake.outcome] += 1
        if intake.reason:
            reasons.setdefault(month, {})[said_reason(intake.reason)] = None
    return [
        [
            date_format(first, "F Y"),
            medicine,
            *(str(counts[outcome]) for outcome in IntakeOutcome),
            "\n".join(reasons.get((first, medicine), [])),
        ]
        for (first, medicine), counts in told.items()
    ]


def _measured(row: VitalSigns) -> list[str]:
    pressure = f"{row.systolic or '–'}/{row.diastolic or '–'}" if row.systolic or row.diastolic else ""
    others = (row.pulse, row.temperature, row.breaths, row.oxygen, row.weight, row.height, row.glucose)
    return [_time(row.measured_at), pressure, *("" if value is None else _number(value) for value in others)]


def _result(report: LabReport, result: LabResult) -> list[str]:
    if result.value is None:
        said = result.text
    else:
        said = f"{result.get_comparator_display()}{_number(result.value)} {result.unit} {result.text}".strip()
    limits = [_number(value) if value is not None else "" for value in (result.low, result.high)]
    return [
        _time(report.collected_at),
        report.title,
        result.parameter.name,
        said,
        "–".join(limits) if any(limits) else "",
        result.get_flag_display() if result.flag and result.flag != "normal" else "",
    ]


def _scan(report: ImagingReport) -> list[str]:
    """A heading and paragraphs."""
    by = report.reported_by.name if report.reported_by else ""
    told = [f"{label}: {text}" for _name, label, text in writing.parts(report)]
    added = [_added(each) for each in report.addenda.all()]  # type: ignore[attr-defined]
    return [f"{_day(report.acquired_at)} · {report.service.name} · {by}", *told, *added]


def _added(addendum: NoteAddendum | ImagingAddendum) -> str:
    said = {"day": _day(addendum.created_at), "name": addendum.author.name}
    return _("Addendum of %(day)s, %(name)s:") % said + f" {addendum.text}"


def _note(note: VisitNote) -> list[str]:
    """A heading and paragraphs."""
    visit = note.appointment
    heading = f"{_day(visit.starts_at)} · {visit.service.name} · {note.author.name}"
    told = [f"{title}: {text}" if title else text for title, text in parts_of(note)]
    added = [_added(each) for each in note.addenda.all()]  # type: ignore[attr-defined]
    return [heading, *told, *added]


def _blood_group(record: Record) -> str:
    profile = record.profile
    return str(profile.get_blood_group_display()) if profile is not None and profile.blood_group else ""


def _number(value: Any) -> str:
    text = f"{value}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "hour"):
        value = timezone.localtime(value)
    return date_format(value, "j M Y")


def _time(value: Any) -> str:
    return date_format(timezone.localtime(value), "j M Y, H:i")

"""What can be explained, and reading it: findings and lines, in a number of queries that does not grow with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from clinic.core import file_text
from records.domain import safety_facts
from records.domain.document_queries import documents_visible_to
from records.domain.imaging import queries as imaging_queries
from records.domain.labs import queries as lab_queries
from records.domain.labs.trends import Row
from records.domain.prescription_payload import lines_of, sheet_of
from records.domain.prescription_queries import prescriptions_visible_to
from records.enums import Frequency, ImagingStatus, LabReportStatus, PrescriptionStatus
from records.models import (
    Allergy,
    Document,
    Explanation,
    ImagingReport,
    LabReport,
    Prescription,
)

from . import findings
from .facts import Allergic, Found, Measured, Prescribed, Reported, Scanned, Taken, Warned, Written
from .prompt import MOST_CHARACTERS, MOST_LINES

_P, _L = PrescriptionStatus, LabReportStatus
SECTIONS = ("history_text", "technique", "findings", "impression", "recommendation")


@dataclass(frozen=True)
class Material:
    """What a source holds."""

    findings: list[Found] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Kind:
    """A kind of source. `visible_to`: those a person sees and that can be explained; `of_patient`: what a patient may
    read in it now."""

    name: str
    label: Any
    icon: str
    visible_to: Callable[[User], QuerySet[Any]]
    read: Callable[[Any, User], Material]
    title: Callable[[Any], str]
    is_released: Callable[[Any], bool]
    # Of those that do not hold any more as they were explained.
    is_outdated: Callable[[Any], bool]
    teller: Callable[[Any], UUID | None]

    def address(self, pk: UUID) -> str:
        return reverse(self.name, args=[pk])


def _prescriptions(user: User) -> QuerySet[Prescription]:
    return prescriptions_visible_to(user).filter(signed_at__isnull=False)


def _lab_reports(user: User) -> QuerySet[LabReport]:
    return lab_queries.visible_to(user).filter(status__in=(_L.FINAL, _L.RELEASED, _L.AMENDED))


def _imaging_reports(user: User) -> QuerySet[ImagingReport]:
    return imaging_queries.visible_to(user).filter(status=ImagingStatus.AUTHORISED)


def _documents(user: User) -> QuerySet[Document]:
    return documents_visible_to(user)


def _of_prescription(rx: Prescription, reader: User) -> Material:
    """Checked as it would be if it were written today, without its own medicines among those that are taken."""
    sheet, rows = sheet_of(rx), lines_of(rx)
    found = safety_facts.findings_for(
        rx.patient,
        [safety_facts.planned(item) for item, _words in rows if not item.stopped_at],
        replacing=rx.pk,
    )
    taken = [
        Taken(
            id=str(item.pk),
            medicine=words.medicine,
            sentence=words.sentence,
            dose=words.dose,
            unit=words.unit,
            times=words.times,
            as_needed=words.as_needed or words.frequency == Frequency.AS_NEEDED,
            once=words.frequency == Frequency.ONCE,
            days=words.days,
            instructions=words.instructions,
            is_stopped=item.stopped_at is not None,
        )
        for item, words in rows
    ]
    told = [
        Warned(one.key, str(one.grade), safety_facts.say(one), one.source, tuple(one.items)) for one in found
    ]
    lines = [" ".join(f"{one.medicine}: {one.sentence}. {one.instructions}".split()) for one in taken]
    facts = Prescribed(
        id=str(rx.pk),
        number=rx.number,
        items=taken,
        warnings=told,
        status=rx.status,
        valid_until=rx.valid_until,
        today=timezone.localdate(),
        allergies_known=_allergies_known(rx.patient),
    )
    return Material(findings.of_prescription(facts), [*lines, *_lines(sheet.note)])


def _of_lab_report(report: LabReport, reader: User) -> Material:
    rows = [Row(result) for result in report.results.select_related("parameter").order_by("position")]  # type: ignore[attr-defined]
    measured = [
        Measured(
            id=str(row.result.pk),
            name=row.name,
            said=row.said,
            unit=row.unit,
            normal=row.range,
            flag=row.flag,
            is_number=row.result.value is not None,
        )
        for row in rows
    ]
    facts = Reported(str(report.pk), report.title, measured, str(report.status), report.comment)
    # Outside the f-string: gettext does not look into those.
    normal = _("normal")
    lines = [
        f"{row.name}: {row.said} {row.unit}".strip()
        + (f" ({normal} {row.range})" if row.range else "")
        + (f", {row.flag_label}" if row.flag_label else "")
        for row in rows
    ]
    return Material(findings.of_lab_report(facts), [*lines, *_lines(report.comment)])


def _of_imaging_report(report: ImagingReport, reader: User) -> Material:
    sections = [(name, getattr(report, name)) for name in SECTIONS]
    addenda = list(report.addenda.values_list("text", flat=True))  # type: ignore[attr-defined]
    facts = Scanned(str(report.pk), _scan_title(report), sections, report.is_critical, len(addenda))
    lines = [line for _name, text in sections for line in _lines(text)]
    return Material(
        findings.of_imaging_report(facts), [*lines, *(line for text in addenda for line in _lines(text))]
    )


def _of_document(document: Document, reader: User) -> Material:
    words = None
    if document.file and document.is_pdf:
        words = file_text.of_pdf(document.file.path)
    elif document.file and document.is_picture:
        words = file_text.of_picture(document.file.path)
    lines = None if words is None else _lines(words.text)
    is_cut = words is not None and words.is_cut
    if lines is not None:
        kept, length = [], 0
        for line in lines[:MOST_LINES]:
            length += len(line)
            if length > MOST_CHARACTERS:
                break
            kept.append(line)
        lines, is_cut = kept, is_cut or len(kept) < len(lines)
    allergies = Allergy.objects.filter(patient=document.patient_id, voided_at=None)
    facts = Written(
        id=str(document.pk),
        title=document.title,
        category=document.category,
        lines=lines,
        is_picture=document.is_picture,
        is_cut=is_cut,
        allergies=[Allergic(str(pk), name) for pk, name in allergies.values_list("pk", "substance")],
    )
    return Material(findings.of_document(facts), lines or [])


def _lines(text: str) -> list[str]:
    """What is not empty, long ones in pieces at the end of a sentence."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _allergies_known(patient: User) -> bool:
    profile = getattr(patient, "patient_profile", None)
    return (
        bool(profile and profile.allergies.strip())
        or Allergy.objects.filter(patient=patient, voided_at=None).exists()
    )


def _scan_title(report: ImagingReport) -> str:
    return report.service.name


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "prescription",
            gettext_lazy("Prescription"),
            "pill",
            _prescriptions,
            _of_prescription,
            lambda rx: rx.number,
            lambda rx: rx.signed_at is not None,
            lambda one: one.prescription.status in (_P.STOPPED, _P.REPLACED),
            lambda rx: rx.author_id,
        ),
        Kind(
            "lab_report",
            gettext_lazy("Lab report"),
            "flask-conical",
            _lab_reports,
            _of_lab_report,
            lambda report: report.title,
            lambda report: report.released_at is not None,
            lambda one: one.lab_report.status == _L.AMENDED,
            lambda report: report.doctor_id,
        ),
        Kind(
            "imaging_report",
            gettext_lazy("Imaging report"),
            "scan",
            _imaging_reports,
            _of_imaging_report,
            _scan_title,
            lambda report: report.released_at is not None,
            lambda one: one.imaging_report.addenda.filter(created_at__gt=one.created_at).exists(),
            lambda report: report.referral.referrer_id if report.referral else report.authorised_by_id,
        ),
        Kind(
            "document",
            gettext_lazy("Document"),
            "folder",
            _documents,
            _of_document,
            lambda document: document.title,
            lambda document: document.released_at is not None and document.voided_at is None,
            lambda one: False,
            lambda document: document.recorded_by_id,
        ),
    )
}


def kind_of(explanation: Explanation) -> Kind:
    return next(kind for kind in KINDS.values() if getattr(explanation, f"{kind.name}_id"))


def source_of(explanation: Explanation) -> Any:
    return getattr(explanation, kind_of(explanation).name)


def readable(reader: User) -> Q:
    """Explanations whose source this person sees."""
    found = Q(pk__in=[])
    for kind in KINDS.values():
        found |= Q(**{f"{kind.name}__in": kind.visible_to(reader).order_by().values("pk")})
    return found

"""All that happened to a patient as one list, the newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import Count, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from records.domain import keyset, queries
from records.domain.document_queries import documents_visible_to
from records.domain.imaging.queries import visible_to as imaging_visible_to
from records.enums import ImagingStatus, LabReportStatus, PrescriptionStatus, ResultFlag
from records.models import Immunisation, LabReport, Prescription, PrescriptionItem, VisitNote, VitalSigns
from scheduling.domain.queries import visits_on_record

PER_PAGE = 20
_WRITTEN = {PrescriptionStatus.DRAFT, PrescriptionStatus.DISCARDED}
_NO_REPORT = {LabReportStatus.PRELIMINARY, LabReportStatus.DISCARDED}


class EntryKind(models.TextChoices):
    """What a timeline holds, as it stands in addresses. Of the same moment, what stands further down comes first."""

    VITALS = "vitals", _("Vital signs")
    IMMUNISATION = "immunisation", _("Immunisations")
    DOCUMENT = "document", _("Documents")
    IMAGING = "imaging", _("Imaging reports")
    LAB = "lab", _("Lab reports")
    PRESCRIPTION = "prescription", _("Prescriptions")
    NOTE = "note", _("Notes")
    VISIT = "visit", _("Visits")


@dataclass(frozen=True)
class Entry:
    kind: str
    at: datetime
    row: Any

    @property
    def template(self) -> str:
        return f"records/timeline/{self.kind}.html"


@dataclass(frozen=True)
class Page:
    entries: list[Entry]
    # To go on from, for the address; empty: that was all.
    next: str


def page(
    reader: User,
    patient: User,
    *,
    kinds: Iterable[str] = (),
    first: date | None = None,
    last: date | None = None,
    after: str = "",
    size: int = PER_PAGE,
) -> Page:
    """What `reader` may see of this record, of these kinds (all when none is named), from `first` to `last`. A constant
    number of queries, whatever there is. An `after` that is none begins at the top."""
    wanted = [kind for kind in EntryKind.values if kind in set(kinds)] or EntryKind.values
    sources = [_between(source, first, last) for source in _sources(reader, patient) if source.name in wanted]
    found, mark = keyset.page(sources, after=keyset.read_mark(after), size=size)
    entries = [Entry(source.name, source.mark(row).at, row) for source, row in found]
    return Page(entries, mark.written() if mark else "")


def _sources(reader: User, patient: User) -> list[keyset.Source]:
    mine = Q(patient=patient)
    living = mine & Q(voided_at=None)
    rows: dict[str, tuple[QuerySet[Any], str, bool]] = {
        EntryKind.VITALS: (
            VitalSigns.objects.filter(living).select_related("recorded_by"),
            "measured_at",
            False,
        ),
        EntryKind.IMMUNISATION: (Immunisation.objects.filter(living), "given_on", True),
        EntryKind.DOCUMENT: (documents_visible_to(reader).filter(mine), "dated_on", True),
        # Of a scan the moment it was done counts, as of a sample.
        EntryKind.IMAGING: (
            imaging_visible_to(reader).filter(
                mine, status=ImagingStatus.AUTHORISED, acquired_at__isnull=False
            ),
            "acquired_at",
            False,
        ),
        EntryKind.LAB: (_lab_reports(reader).filter(mine), "collected_at", False),
        EntryKind.PRESCRIPTION: (_prescriptions().filter(mine), "signed_at", False),
        EntryKind.NOTE: (_notes(reader).filter(appointment__patient=patient), "stands_at", False),
        EntryKind.VISIT: (visits_on_record(reader, patient), "starts_at", False),
    }
    return [keyset.Source(kind, rank, *rows[kind]) for rank, kind in enumerate(EntryKind.values)]


def _lab_reports(reader: User) -> QuerySet[LabReport]:
    """What is final, with how much of it is out of range; for patients what was released to them."""
    reports = LabReport.objects.exclude(status__in=_NO_REPORT).select_related("doctor", "replaced_by")
    if reader.is_patient:
        reports = reports.filter(released_at__isnull=False)
    normal = Q(results__flag__in=["", ResultFlag.NORMAL])
    critical = Q(results__flag__in=[ResultFlag.CRITICAL_LOW, ResultFlag.CRITICAL_HIGH])
    return reports.annotate(
        count=Count("results"),
        flagged=Count("results", filter=~normal),
        critical=Count("results", filter=critical),
    )


def _prescriptions() -> QuerySet[Prescription]:
    """Signed ones; drafts are nobody's but their author's and stand where they are written."""
    items = PrescriptionItem.objects.select_related("medicine").order_by("position")
    return (
        Prescription.objects.exclude(status__in=_WRITTEN)
        .select_related("author")
        .prefetch_related(Prefetch("items", items))
    )


def _notes(reader: User) -> QuerySet[VisitNote]:
    """Signed ones where they were signed, one's own drafts where the visit was."""
    return queries.visible_to(reader).annotate(stands_at=Coalesce("signed_at", "appointment__starts_at"))


def _between(source: keyset.Source, first: date | None, last: date | None) -> keyset.Source:
    rows, field = source.rows, source.field
    if first:
        rows = rows.filter(**{f"{field}__gte": first if source.is_day else _midnight(first)})
    if last:
        next_day = last + timedelta(days=1)
        rows = rows.filter(**{f"{field}__lt": next_day if source.is_day else _midnight(next_day)})
    return keyset.Source(source.name, source.rank, rows, field, source.is_day)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()), timezone.get_default_timezone())

"""Everything of one patient's record that one reader may see, read in a constant number of queries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Count, Model, Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from records.domain.document_queries import documents_visible_to
from records.domain.dose_plan import intakes_visible_to
from records.domain.imaging.queries import visible_to as imaging_visible_to
from records.domain.labs.queries import visible_to as labs_visible_to
from records.domain.labs.queries import with_results
from records.domain.prescription_queries import prescriptions_visible_to
from records.domain.queries import visible_to as notes_visible_to
from records.enums import ImagingStatus, LabReportStatus, NoteKind, NoteStatus, StudyState
from records.models import (
    Allergy,
    Condition,
    Document,
    FamilyHistory,
    ImagingReport,
    ImagingSeries,
    ImagingStudy,
    Immunisation,
    Intake,
    LabReport,
    Prescription,
    SocialHistory,
    VisitNote,
    VitalSigns,
)
from scheduling.domain.queries import visits_on_record
from scheduling.models import Appointment

_Fact = TypeVar("_Fact", bound=Model)


@dataclass(frozen=True)
class Record:
    """Each list oldest first, as a record is read on paper."""

    patient: User
    profile: Any
    reader: User
    made_at: datetime
    conditions: list[Condition]
    allergies: list[Allergy]
    immunisations: list[Immunisation]
    family: list[FamilyHistory]
    social: list[SocialHistory]
    vitals: list[VitalSigns]
    visits: list[Appointment]
    prescriptions: list[Prescription]
    intakes: list[Intake]
    labs: list[LabReport]
    imaging: list[ImagingReport]
    notes: list[VisitNote]
    documents: list[Document]


def collect(patient: User, reader: User) -> Record:
    """What `reader` may see: of what is released, signed and not entered in error. The caller has asked the rule
    whether the record is open to them. Drafts are in nobody's export, a corrected report takes the place of the old."""
    labs = labs_visible_to(reader).filter(patient=patient, final_at__isnull=False)
    notes = notes_visible_to(reader).filter(appointment__patient=patient, status=NoteStatus.FINAL)
    signed = prescriptions_visible_to(reader).filter(patient=patient, signed_at__isnull=False)
    return Record(
        patient=patient,
        profile=getattr(patient, "patient_profile", None),
        reader=reader,
        made_at=timezone.now(),
        conditions=_facts(Condition, patient, "created_at"),
        allergies=_facts(Allergy, patient, "created_at"),
        immunisations=_facts(Immunisation, patient, "given_on"),
        family=_facts(FamilyHistory, patient, "created_at"),
        social=_facts(SocialHistory, patient, "said_on"),
        vitals=_facts(VitalSigns, patient, "measured_at"),
        visits=list(visits_on_record(reader, patient).order_by("starts_at", "pk")),
        prescriptions=list(signed.order_by("signed_at", "pk")),
        intakes=list(
            intakes_visible_to(reader)
            .filter(item__prescription__patient=patient)
            .order_by("day", "time", "pk")
        ),
        labs=list(with_results(labs.exclude(status=LabReportStatus.AMENDED)).order_by("collected_at", "pk")),
        imaging=list(_imaging(reader).filter(patient=patient).order_by("acquired_at", "pk")),
        notes=list(notes.prefetch_related("addenda__author").order_by("signed_at", "pk")),
        documents=list(documents_visible_to(reader).filter(patient=patient).order_by("dated_on", "pk")),
    )


def _imaging(reader: User) -> QuerySet[ImagingReport]:
    """Authorised reports with their addenda, and with the studies that count as the patient's: of these what pictures
    there are, not the pictures themselves."""
    series = ImagingSeries.objects.annotate(pictures=Count("instances")).order_by("number", "uid")
    studies = ImagingStudy.objects.filter(state=StudyState.ACCEPTED).prefetch_related(
        Prefetch("series", series)
    )
    return (
        imaging_visible_to(reader)
        .filter(status=ImagingStatus.AUTHORISED)
        .prefetch_related("addenda__author", Prefetch("studies", studies))
    )


def _facts(model: type[_Fact], patient: User, order: str) -> list[_Fact]:
    found: QuerySet[_Fact] = model._default_manager.filter(patient=patient, voided_at=None)
    return list(found.select_related("recorded_by").order_by(order, "pk"))


def parts_of(note: VisitNote) -> list[tuple[str, str]]:
    """What a note says under which heading; a free one has none."""
    if note.kind == NoteKind.FREE:
        return [("", note.text)] if note.text else []
    names = {
        "subjective": _("What the patient says"),
        "objective": _("What was found"),
        "assessment": _("Assessment"),
        "plan": _("Plan"),
        "text": _("Note"),
    }
    return [(title, getattr(note, name)) for name, title in names.items() if getattr(note, name)]

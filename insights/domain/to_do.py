"""What waits for a person now besides their visits: one line each, with how many there are and where they stand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from billing.domain import claim_queries, memberships
from billing.enums import ClaimStatus, PaymentStatus
from billing.models import Payment
from insights.domain.doctor_day import week_bounds
from insights.domain.tally import tally
from records.domain.critical_queries import visible_to as alerts_visible_to
from records.domain.explaining import queries as explaining
from records.domain.imaging import queries as imaging
from records.domain.labs import queries as labs
from records.domain.request_queries import requests_visible_to
from records.enums import (
    Audience,
    ExplanationStatus,
    FeedbackStatus,
    ImagingStatus,
    LabReportStatus,
    NoteStatus,
    RecordRequestStatus,
)
from records.models import Feedback, ImagingReport, LabReport, VisitNote
from scheduling.domain import referral_queries, waiting_queries
from scheduling.domain.offers import ACTIVE
from scheduling.domain.queries import appointments_visible_to
from scheduling.enums import AppointmentStatus, ReferralStatus
from scheduling.models import Appointment

_A = AppointmentStatus
# What was released so lately is news to its patient.
NEWS = timedelta(days=14)
SHOWN_TO_FINISH = 5


@dataclass(frozen=True)
class Line:
    """`url` is where they stand; a line without any is left out."""

    label: str
    number: int
    url: str
    icon: str


@dataclass(frozen=True)
class ToFinish:
    """One thing that a doctor has begun or has to let go: `label` says what, of whom, since when."""

    label: str
    name: str
    at: datetime
    url: str
    icon: str


@dataclass(frozen=True)
class ToDo:
    """`critical`: findings that nobody has acknowledged. `counts`: whatever was counted, by name; `person`:
    whose it is, of a patient with the profile."""

    critical: int
    lines: list[Line]
    counts: dict[str, int]
    person: User


def of_doctor(user: User, *, now: datetime | None = None) -> ToDo:
    """Requests prepared for them, scans to read and to authorise, visits to confirm and those of the week (`held`,
    `ahead`, `missed`); in two queries."""
    now = now or timezone.now()
    start, end = week_bounds(now)
    visits = appointments_visible_to(user)
    week = visits.filter(starts_at__gte=start, starts_at__lt=end)
    worklist = imaging.worklist(user)
    person, found = tally(
        user,
        critical=alerts_visible_to(user).filter(acknowledged_at=None),
        requests=requests_visible_to(user).filter(doctor=user, status=RecordRequestStatus.PREPARED),
        to_read=worklist.filter(status=ImagingStatus.ACQUIRED),
        to_authorise=worklist.filter(status=ImagingStatus.REPORTED),
        to_confirm=visits.filter(status=_A.PENDING_CONFIRMATION, starts_at__gt=now),
        held=week.filter(status=_A.COMPLETED),
        ahead=week.filter(status__in=(_A.CONFIRMED, _A.CHECKED_IN), starts_at__gte=now),
        missed=week.filter(status=_A.NO_SHOW),
    )
    scans = reverse("imaging_worklist")
    lines = [
        Line(
            _("Requests prepared for you to check"), found["requests"], reverse("requests"), "clipboard-check"
        ),
        Line(_("Scans to read"), found["to_read"], scans, "scan-eye"),
        Line(_("Scan reports to authorise"), found["to_authorise"], scans, "stamp"),
    ]
    return ToDo(found["critical"], _some(lines), found, person)


def of_management(user: User) -> ToDo:
    """What is to be prepared, sent, checked, booked and read; in one query. Payments are in the desk's own list."""
    payments = Payment.objects.all()
    person, found = tally(
        user,
        critical=alerts_visible_to(user).filter(acknowledged_at=None),
        requests=requests_visible_to(user).filter(status=RecordRequestStatus.REQUESTED),
        claims=claim_queries.visible_to(user).filter(status=ClaimStatus.READY),
        memberships=memberships.visible_to(user).filter(ended_at=None, verified_at=None),
        referrals=referral_queries.visible_to(user).filter(status=ReferralStatus.REQUESTED),
        waiting=waiting_queries.visible_to(user).filter(status__in=ACTIVE),
        reviews=Feedback.objects.filter(status=FeedbackStatus.PENDING),
        refunds=payments.filter(status=PaymentStatus.REFUND_DUE),
    )
    lines = [
        Line(_("Requests of doctors to prepare"), found["requests"], reverse("requests"), "clipboard-check"),
        Line(_("Claims to send"), found["claims"], reverse("claims"), "file-check"),
        Line(_("Medical aid to check"), found["memberships"], reverse("memberships"), "shield-check"),
        Line(
            _("Referrals to book"),
            found["referrals"],
            f"{reverse('referrals')}?status=requested",
            "scan-line",
        ),
        Line(_("Waiting for an earlier time"), found["waiting"], reverse("waiting_list"), "hourglass"),
        Line(_("Reviews to read"), found["reviews"], reverse("reviews"), "star"),
    ]
    return ToDo(found["critical"], _some(lines), found, person)


def of_patient(user: User, *, now: datetime | None = None) -> ToDo:
    """What was released to them lately, and the visits they may still rate; in one query."""
    since = (now or timezone.now()) - NEWS
    visits = Appointment.objects.filter(patient=user, status=_A.COMPLETED)
    person, found = tally(
        user,
        "patient_profile",
        labs=labs.visible_to(user).filter(status=LabReportStatus.RELEASED, released_at__gte=since),
        scans=imaging.visible_to(user).filter(released_at__gte=since),
        explained=explaining.visible_to(user).filter(released_at__gte=since),
        unrated=visits.filter(feedback=None, completed_at__gte=since),
    )
    lines = [
        Line(_("New lab results"), found["labs"], reverse("record_labs", args=[user.pk]), "flask-conical"),
        Line(_("New scan reports"), found["scans"], reverse("record_imaging", args=[user.pk]), "scan"),
        Line(
            _("New explanations"),
            found["explained"],
            reverse("record_explanations", args=[user.pk]),
            "message-square-text",
        ),
        Line(
            _("Visits to say how they were"), found["unrated"], f"{reverse('appointments')}?tab=past", "star"
        ),
    ]
    return ToDo(0, _some(lines), found, person)


def to_finish(user: User) -> list[ToFinish]:
    """A doctor's notes that are not signed, what waits for their release, and explanations for patients of theirs that
    nobody has released yet, the oldest first; in one query."""
    notes = VisitNote.objects.filter(
        appointment__doctor=user,
        appointment__status=_A.COMPLETED,
        status=NoteStatus.PRELIMINARY,
    )
    results = LabReport.objects.filter(doctor=user, status=LabReportStatus.FINAL)
    scans = ImagingReport.objects.filter(
        Q(referral__referrer=user), status=ImagingStatus.AUTHORISED, released_at=None
    )
    drafts = explaining.visible_to(user).filter(status=ExplanationStatus.DRAFT, audience=Audience.PATIENT)
    parts = (
        _part(notes, "note", "appointment_id", "appointment__patient", "updated_at"),
        _part(results, "lab", "pk", "patient", "final_at"),
        _part(scans, "scan", "pk", "patient", "authorised_at"),
        _part(drafts, "explanation", "pk", "patient", "created_at"),
    )
    rows = parts[0].union(*parts[1:], all=True).order_by("at")[:SHOWN_TO_FINISH]
    words = {
        "note": (_("Note to sign"), "appointment", "file-pen-line"),
        "lab": (_("Lab report to release"), "lab_report", "flask-conical"),
        "scan": (_("Scan report to release"), "imaging_report", "scan"),
        "explanation": (_("Explanation to check"), "explanation", "message-square-text"),
    }
    return [
        ToFinish(
            label=words[kind][0],
            name=f"{first} {last}".strip(),
            at=at,
            url=reverse(words[kind][1], args=[pk]),
            icon=words[kind][2],
        )
        for kind, pk, first, last, at in rows
    ]


def _part(rows: QuerySet[Any], kind: str, thing: str, patient: str, at: str) -> "QuerySet[Any, Any]":
    """One of several kinds in the same columns."""
    return (
        rows.order_by()
        .annotate(
            what=Value(kind, output_field=CharField()),
            thing=F(thing),
            first=F(f"{patient}__first_name"),
            last=F(f"{patient}__last_name"),
            at=F(at),
        )
        .values_list("what", "thing", "first", "last", "at")
    )


def _some(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.number]

"""The pictures of a scan: who finds which, and what the viewer is told of a study."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from records import imaging_rules
from records.domain.reading import note
from records.enums import ImagingStatus, StudyState
from records.models import ImagingInstance, ImagingReport, ImagingSeries, ImagingStudy, ImagingUpload

from . import queries
from .order import in_order

UPLOADS_SHOWN, UPLOADS_MOST = timedelta(days=2), 5


def can_bring(user: User, report: ImagingReport) -> bool:
    """Upload pictures, decide whose they are, and see what became of them: those who read such scans, and management's
    desk, where discs are handed in."""
    return report.status != ImagingStatus.CANCELLED and handles(user, report)


def handles(user: User, report: ImagingReport) -> bool:
    """Belongs to those who bring pictures of such a scan."""
    return user.is_active and (user.is_management or imaging_rules.reads(user, report))


def reports_to_bring_to(user: User) -> QuerySet[ImagingReport]:
    """Reports at whose address `user` may find the handling of pictures; whether they may do it, `can_bring` says."""
    reports = ImagingReport.objects.select_related(
        "patient__patient_profile", "service", "appointment", "referral"
    )
    if user.is_active and user.is_management:
        return reports
    found = queries.visible_to(user).order_by().values("pk")
    return reports.filter(pk__in=found)


def studies_visible_to(user: User) -> QuerySet[ImagingStudy]:
    """Studies whose pictures `user` may look at: of the reports they find those that count as the patient's, and for
    those who read such scans also what somebody has to decide on. Management handles discs and sees no pictures."""
    reports = queries.visible_to(user).order_by().values("pk")
    shown = Q(state=StudyState.ACCEPTED, report__in=reports)
    if user.is_active and user.is_doctor:
        read = ImagingReport.objects.filter(queries.read_by(user)).values("pk")
        shown |= Q(state=StudyState.OTHER_PERSON, report__in=read)
    return ImagingStudy.objects.filter(shown).select_related(
        "report__patient", "report__service", "report__appointment", "report__referral"
    )


def instances_visible_to(user: User) -> QuerySet[ImagingInstance]:
    studies = studies_visible_to(user).select_related(None).order_by().values("pk")
    return ImagingInstance.objects.filter(series__study__in=studies)


def studies_of(report: ImagingReport, user: User) -> QuerySet[ImagingStudy]:
    """The studies that the report's page lists for `user`: those who handle pictures see each state, others what
    counts."""
    studies = (
        ImagingStudy.objects.filter(report=report)
        .select_related("uploaded_by", "decided_by")
        .annotate(
            series_count=Count("series", distinct=True),
            picture_count=Count("series__instances", distinct=True),
        )
    )
    return studies if can_bring(user, report) else studies.filter(state=StudyState.ACCEPTED)


def are_undecided(report: ImagingReport) -> bool:
    """Some of its pictures may be another person's, and nobody has said whose they are."""
    return ImagingStudy.objects.filter(report=report, state=StudyState.OTHER_PERSON).exists()


def uploads_of(report: ImagingReport) -> QuerySet[ImagingUpload]:
    """What was sent for it lately, the latest first."""
    lately = timezone.now() - UPLOADS_SHOWN
    return ImagingUpload.objects.filter(report=report, created_at__gt=lately).select_related("uploaded_by")[
        :UPLOADS_MOST
    ]


def for_the_viewer(study: ImagingStudy) -> dict[str, Any]:
    """The study with its series and their files in order, as plain values. Constant number of queries."""
    series = ImagingSeries.objects.filter(study=study).prefetch_related("instances")
    return {
        "id": str(study.pk),
        "report": str(study.report_id),
        "modality": study.modality,
        "description": study.description,
        "started_at": study.started_at.isoformat() if study.started_at else None,
        "state": str(StudyState(study.state)),
        "series": [_series(one) for one in series],
    }


def note_opened(study: ImagingStudy, reader: User) -> None:
    """Somebody looks at the pictures: a line in the trail of the report, in whose list of openings it stands, and in
    the patient's where some of them are theirs."""
    pictures = ImagingInstance.objects.filter(series__study=study)
    if study.state == StudyState.ACCEPTED or pictures.filter(is_doubted=False).exists():
        note(ActivityVerb.PICTURES_OPENED, [(study.report, study.report.patient_id)], reader=reader)
    else:
        trail.record(ActivityVerb.PICTURES_OPENED, actor=reader, target=study.report)


def _series(series: ImagingSeries) -> dict[str, Any]:
    window = None
    if series.window_center is not None and series.window_width is not None:
        window = {"center": series.window_center, "width": series.window_width}
    return {
        "id": str(series.pk),
        "number": series.number,
        "modality": series.modality,
        "description": series.description,
        "body_part": series.body_part,
        "window": window,
        "instances": [_instance(one) for one in in_order(series.instances.all())],  # type: ignore[attr-defined]
    }


def _instance(instance: ImagingInstance) -> dict[str, Any]:
    return {
        "id": str(instance.pk),
        "url": address_of(instance.pk),
        "number": instance.number,
        "size": instance.size,
        "rows": instance.rows,
        "columns": instance.columns,
        "frames": instance.frames,
        "transfer_syntax": instance.transfer_syntax,
    }


def address_of(instance: UUID) -> str:
    return reverse("imaging_instance", args=[instance])

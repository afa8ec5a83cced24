"""Pictures of the demo clinic's scans: drawn ones (phantoms.py), named after the patients as a scanner writes them; and
one study that came to the wrong report, to be decided on."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from pydicom.dataset import Dataset

from accounts.models import User
from insights.demo import phantoms
from records.domain.imaging import keeping
from records.domain.imaging.identity import Person
from records.domain.imaging.unpacking import Found
from records.enums import ImagingStatus
from records.models import ImagingReport, ImagingStudy

_DONE = (ImagingStatus.ACQUIRED, ImagingStatus.REPORTED, ImagingStatus.AUTHORISED)
# A word of the scan's name -> what is drawn, and how many pictures each series has.
DRAWN = {"x-ray": (phantoms.XRAY, (1, 1)), "mri": (phantoms.MR, (12, 8)), "ct": (phantoms.CT, (16,))}
STRANGER = "STRANGER^EXAMPLE"
SEXES = {"female": "F", "male": "M"}


def seed(cast: Mapping[str, User]) -> None:
    """Add the pictures that are missing, of the latest scans."""
    for report in _without_pictures()[:12]:
        _bring(report, _named(report.patient), cast["radiologist"], str(report.pk))
    waiting = ImagingReport.objects.filter(status=ImagingStatus.ACQUIRED).order_by("-acquired_at").first()
    if waiting and not ImagingStudy.objects.filter(found_name=STRANGER).exists():
        stranger = phantoms.Named(STRANGER, _named(waiting.patient).birth_date, "F", "X-RAY/77")
        _bring(waiting, stranger, cast["manager"], f"stranger/{waiting.pk}")


def _without_pictures() -> QuerySet[ImagingReport]:
    reports = ImagingReport.objects.filter(status__in=_DONE, studies=None).select_related(
        "patient__patient_profile", "service"
    )
    return reports.order_by("-acquired_at")


def _named(patient: User) -> phantoms.Named:
    profile = getattr(patient, "patient_profile", None)
    return phantoms.Named(
        name=f"{patient.last_name}^{patient.first_name}".upper(),
        birth_date=profile.date_of_birth if profile else None,
        sex=SEXES.get(profile.gender, "") if profile else "",
        patient_id=str(patient.pk),
    )


def _bring(report: ImagingReport, named: phantoms.Named, by: User, study: str) -> None:
    drawn = next((each for word, each in DRAWN.items() if word in report.service.name.lower()), None)
    if drawn is None:
        return
    kind, counts = drawn
    taken_at = report.acquired_at or timezone.now() - timedelta(hours=1)
    folder = f"imaging/demo/{uuid5(NAMESPACE_URL, study).hex}"
    place = Path(settings.MEDIA_ROOT) / folder
    place.mkdir(parents=True, exist_ok=True)
    found = []
    for number, count in enumerate(counts, start=1):
        scan = phantoms.Scan(kind, named, study, timezone.localtime(taken_at), number)
        for at in range(1, count + 1):
            one, name = phantoms.dataset(scan, at, count), f"{number}-{at}.dcm"
            size = (place / name).write_bytes(phantoms.written(one))
            found.append(_found(scan, one, name, size))
    keeping.keep(report, found, folder, uploaded_by=by)


def _found(scan: phantoms.Scan, one: Dataset, name: str, size: int) -> Found:
    return Found(
        file=name,
        size=size,
        uid=str(one.SOPInstanceUID),
        study=str(one.StudyInstanceUID),
        series=str(one.SeriesInstanceUID),
        sop_class=str(one.SOPClassUID),
        transfer_syntax=str(one.file_meta.TransferSyntaxUID),
        modality=scan.kind,
        taken_at=scan.taken_at,
        study_description=str(one.StudyDescription),
        series_description=str(one.SeriesDescription),
        series_number=scan.number,
        number=int(one.InstanceNumber),
        body_part=str(one.BodyPartExamined),
        rows=int(one.Rows),
        columns=int(one.Columns),
        frames=1,
        window=(float(one.WindowCenter), float(one.WindowWidth)),
        person=Person(scan.of.name, scan.of.birth_date, scan.of.sex, (scan.of.patient_id,)),
    )

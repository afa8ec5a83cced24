"""Studies with pictures of phantoms for tests, as they are once they have arrived and count."""

from collections.abc import Sequence

from django.core.files.base import ContentFile
from django.utils import timezone
from pydicom.dataset import Dataset

from accounts.models import User
from insights.demo import phantoms
from records.enums import StudyState
from records.models import ImagingReport, ImagingSeries, ImagingStudy


def make_study(
    report: ImagingReport, by: User, pictures: Sequence[Dataset] = (), *, state: str = StudyState.ACCEPTED
) -> ImagingStudy:
    """A study of one series; without `pictures`, of a phantom's first slice."""
    pictures = pictures or slices(1)
    study = ImagingStudy.objects.create(
        report=report,
        uid=f"{pictures[0].StudyInstanceUID}.{report.pk.int % 10**9}",
        modality=pictures[0].Modality,
        description="Phantom",
        started_at=timezone.now(),
        state=state,
        found_name="DEMO^PHANTOM",
        uploaded_by=by,
    )
    series = ImagingSeries.objects.create(
        study=study, uid=str(pictures[0].SeriesInstanceUID), number=1, modality=pictures[0].Modality
    )
    for number, picture in enumerate(pictures, start=1):
        content = phantoms.written(picture)
        series.instances.create(  # type: ignore[attr-defined]
            uid=str(picture.SOPInstanceUID),
            number=number,
            transfer_syntax=str(picture.file_meta.TransferSyntaxUID),
            file=ContentFile(content, name=f"{number}.dcm"),
            size=len(content),
            rows=picture.Rows,
            columns=picture.Columns,
            is_doubted=state == StudyState.OTHER_PERSON,
        )
    return study


def slices(count: int, kind: str = phantoms.CT) -> list[Dataset]:
    scan = phantoms.Scan(kind, phantoms.Named(), "viewer", timezone.now())
    return [phantoms.dataset(scan, at, count) for at in range(1, count + 1)]

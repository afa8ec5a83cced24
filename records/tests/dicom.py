"""DICOM files of nobody, zips of them, and pictures brought to a report, for tests."""

import hashlib
import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from accounts.models import User
from insights.demo.phantoms import CT, MR, XRAY, Named, Scan, dataset, files, written
from records.domain import uploads
from records.domain.imaging import arriving
from records.models import ImagingReport, ImagingUpload

__all__ = [
    "ASHA",
    "CT",
    "MR",
    "XRAY",
    "Named",
    "Scan",
    "bring",
    "dataset",
    "files",
    "scan",
    "written",
    "zipped",
]

BORN = date(1990, 5, 17)
# The fixture `patient`, as a scanner writes her once she is given BORN (`known`).
ASHA = Named("GURUNG^AASHA^^MS", BORN, "F", "ROOM-7/0042")
TAKEN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def known(patient: User) -> User:
    """Give the patient what tells people apart."""
    profile = patient.patient_profile
    profile.date_of_birth, profile.gender = BORN, "female"
    profile.save()
    return patient


def scan(study: str = "one", of: Named = ASHA, kind: str = CT, number: int = 1) -> Scan:
    return Scan(kind, of, study, TAKEN, number)


def zipped(entries: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


def series_zip(one: Scan | None = None, count: int = 3) -> bytes:
    return zipped((f"DICOM/IM{at}", content) for at, content in enumerate(files(one or scan(), count)))


def send(report: ImagingReport, content: bytes, *, by: User, name: str = "study.zip") -> ImagingUpload:
    """Over the domain's own steps, up to the queue."""
    mark = hashlib.sha256(content).hexdigest()
    session = uploads.start_pictures(report, owner=by, name=name, size=len(content), fingerprint=mark)
    for at in range(0, len(content), uploads.PART_MAX_BYTES):
        part = content[at : at + uploads.PART_MAX_BYTES]
        uploads.receive(session.pk, offset=at, part=part, digest=hashlib.sha256(part).hexdigest())
    return uploads.finish_pictures(session.pk, owner=by)


def bring(report: ImagingReport, content: bytes, *, by: User, **words: Any) -> ImagingUpload:
    """Sent and read."""
    upload = send(report, content, by=by, **words)
    arriving.read(upload.pk)
    upload.refresh_from_db()
    return upload

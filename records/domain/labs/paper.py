"""A final report as one PDF, in the language of whoever asks for it."""

from django.conf import settings
from django.utils import formats, timezone, translation

from clinic.core import pdf
from records.models import LabReport

from . import trends


def made(report: LabReport) -> bytes:
    """With its results loaded. Raises pdf.PdfMissing."""
    profile = getattr(report.patient, "patient_profile", None)
    context = {
        "report": report,
        "profile": profile,
        "rows": [trends.Row(result) for result in report.results.all()],  # type: ignore[attr-defined]
        "clinic": settings.CLINIC_NAME,
        "language": translation.get_language(),
        "collected": formats.date_format(timezone.localtime(report.collected_at), "DATETIME_FORMAT"),
    }
    return pdf.render("pdf/lab_report.html", context, "sheet.css", "lab_report.css")

"""An authorised report as one PDF, in the language of whoever asks for it."""

from django.conf import settings
from django.utils import translation

from clinic.core import pdf
from records.models import ImagingReport

from . import writing


def made(report: ImagingReport) -> bytes:
    """Raises pdf.PdfMissing."""
    context = {
        "report": report,
        "profile": getattr(report.patient, "patient_profile", None),
        "parts": writing.parts(report),
        "addenda": list(report.addenda.select_related("author")),  # type: ignore[attr-defined]
        "asked_by": report.referral.referrer if report.referral else None,
        "clinic": settings.CLINIC_NAME,
        "language": translation.get_language(),
    }
    return pdf.render("pdf/imaging_report.html", context, "sheet.css", "lab_report.css")

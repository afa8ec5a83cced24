"""A signed prescription on paper, in its own language, and the QR code that proves it."""

from collections.abc import Callable

from django.urls import reverse
from django.utils import translation

from clinic.core import pdf, qr
from records.domain import signing
from records.domain.prescription_payload import sheet_of
from records.models import Prescription


def address(signed: Prescription, absolute: Callable[[str], str]) -> str:
    """What the QR code holds: the public page, and after the # all that it needs."""
    page = absolute(reverse("rx", args=[signed.number]))
    return f"{page}#{signing.code(signed)}"


def qr_svg(signed: Prescription, absolute: Callable[[str], str]) -> str:
    return qr.svg(address(signed, absolute))


def made(signed: Prescription, absolute: Callable[[str], str]) -> bytes:
    """The PDF, from nothing but what was signed and what was stopped since. Raises PdfMissing."""
    sheet = sheet_of(signed)
    items = signed.items.order_by("position")
    with translation.override(sheet.language):
        context = {
            "prescription": signed,
            "sheet": sheet,
            "lines": list(zip(items, sheet.lines, strict=True)),
            "language": sheet.language,
            "qr": qr_svg(signed, absolute),
            "page": absolute(reverse("rx", args=[signed.number])),
        }
        return pdf.render("pdf/prescription.html", context, "prescription.css")

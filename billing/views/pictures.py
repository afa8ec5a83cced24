"""The pictures of a payment. Call these after a rule has said yes."""

from django.http import FileResponse, Http404, HttpResponse

from billing.models import Payment, Submission
from clinic.core import qr
from clinic.core.files import serve_private


def qr_svg(payment: Payment) -> HttpResponse:
    return _picture(payment, qr.svg(payment.qr_payload), "image/svg+xml")


def qr_png(payment: Payment) -> HttpResponse:
    """To keep on a phone: banking apps read a code from the gallery, and galleries hold no SVG."""
    response = _picture(payment, qr.png(payment.qr_payload), "image/png")
    response["Content-Disposition"] = f'attachment; filename="payment-{payment.reference}.png"'
    return response


def proof_of(submission: Submission) -> FileResponse:
    if not submission.proof:
        raise Http404
    return serve_private(
        submission.proof, content_type="image/jpeg", name=f"proof-{submission.reference_key}.jpg"
    )


def _picture(payment: Payment, content: str | bytes, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    # Frozen when the payment was raised, so it never changes under its address.
    response["Cache-Control"] = "private, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response

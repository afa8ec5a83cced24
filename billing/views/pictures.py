"""The pictures of a payment. Call these after a rule has said yes."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from accounts.models import User
from billing.domain import attempts
from billing.models import Payment
from clinic.core import qr
from clinic.core.files import serve_private


def qr_svg(payment: Payment) -> HttpResponse:
    return _picture(payment, qr.svg(payment.qr_payload), "image/svg+xml")


def qr_png(payment: Payment) -> HttpResponse:
    """To keep on a phone: banking apps read a code from the gallery, and galleries hold no SVG."""
    response = _picture(payment, qr.png(payment.qr_payload), "image/png")
    response["Content-Disposition"] = f'attachment; filename="payment-{payment.reference}.png"'
    return response


def proof_of(payment: Payment, attempt_id: UUID, *, reader: User) -> HttpResponseBase:
    """Raises Http404 when this attempt has no picture."""
    attempt = get_object_or_404(payment.attempts, pk=attempt_id)  # type: ignore[attr-defined]
    if not attempt.proof:
        raise Http404
    attempts.note_opened(attempt, payment, reader)
    return serve_private(attempt.proof, content_type="image/jpeg", name=f"proof-{attempt.reference_key}.jpg")


def _picture(payment: Payment, content: str | bytes, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    # Asks for less when a part has arrived.
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response

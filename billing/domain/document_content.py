"""What stands on an invoice, a receipt or a credit note: frozen when it is issued, in the patient's language and by
the clinic's clock. Plain values, so that the paper says the same for ever, whoever is renamed or moves away."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from billing.enums import PaymentKind
from billing.models import Attempt, BillingDocument, CreditEntry, Payment, Refund
from clinic.core import bikram
from clinic.core.zones import clinic_time

Content = dict[str, Any]


def today() -> date:
    """The clinic's day, wherever the one who acts is."""
    return clinic_time(timezone.now()).date()


def in_language_of(payment: Payment, say: Callable[[], Any]) -> Any:
    """What `say` returns in the language of the payment's patient."""
    with translation.override(payment.appointment.patient.language):
        return say()


def invoice(payment: Payment) -> Content:
    def lines() -> list[dict[str, str]]:
        service = payment.appointment.service.name
        if payment.kind == PaymentKind.SHORTFALL:
            return [
                _line(_("%(service)s: not covered by the medical aid") % {"service": service}, payment.amount)
            ]
        found = [_line(service, payment.amount + payment.covered)]
        if payment.covered:
            found.append(_line(_("Paid by the medical aid"), -payment.covered))
        return found

    covered = payment.kind == PaymentKind.CHARGE and payment.covered > 0
    return {
        **_common(payment),
        "lines": in_language_of(payment, lines),
        "co_payment": _plain(payment.co_payment) if covered else "",
        "shortfall": _plain(payment.shortfall) if covered else "",
    }


def receipt(attempt: Attempt, invoice: BillingDocument | None) -> Content:
    payment = attempt.payment
    surplus = CreditEntry.objects.filter(attempt=attempt, amount__gt=0).first()
    service = payment.appointment.service.name

    def line() -> dict[str, str]:
        return _line(_("Payment for: %(service)s") % {"service": service}, attempt.amount or Decimal(0))

    return {
        **_common(payment),
        "lines": [in_language_of(payment, line)],
        "method": str(attempt.method),
        "bank_reference": attempt.bank_reference,
        "invoice": invoice.shown_number if invoice else "",
        # Without an invoice that stands nothing is owed: the money came too late and goes back.
        "outstanding": _plain(payment.outstanding) if invoice else "",
        "goes_back": invoice is None and surplus is None,
        "kept_as_credit": _plain(surplus.amount) if surplus else "",
    }


def credit_note_of_refund(refund: Refund, invoice: BillingDocument | None) -> Content:
    service = refund.payment.appointment.service.name

    def line() -> dict[str, str]:
        return _line(_("Paid back: %(service)s") % {"service": service}, refund.amount)

    return {
        **_common(refund.payment),
        "lines": [in_language_of(refund.payment, line)],
        "method": str(refund.method),
        "bank_reference": refund.reference,
        "invoice": invoice.shown_number if invoice else "",
        "reason": refund.reason,
    }


def credit_note(invoice: BillingDocument, amount: Decimal, reason: str) -> Content:
    def line() -> dict[str, str]:
        return _line(_("Taken back from invoice %(number)s") % {"number": invoice.shown_number}, amount)

    return {
        **_common(invoice.payment),
        # The person and the clinic as on the invoice that is taken back: a mistake there may be why.
        "clinic": invoice.content["clinic"],
        "patient": invoice.content["patient"],
        "lines": [in_language_of(invoice.payment, line)],
        "invoice": invoice.shown_number,
        "reason": reason,
    }


def _common(payment: Payment) -> Content:
    appointment = payment.appointment
    patient, starts_at = appointment.patient, clinic_time(appointment.starts_at)
    with translation.override(patient.language):
        return {
            "language": patient.language,
            "clinic": {
                "name": settings.CLINIC_NAME,
                "address": settings.CLINIC_ADDRESS,
                "phone": settings.CLINIC_PHONE,
                "tax_number": settings.CLINIC_TAX_NUMBER,
            },
            "patient": {"name": patient.name},
            "visit": {
                "service": appointment.service.name,
                "doctor": appointment.doctor.name,
                "starts_at": starts_at.isoformat(),
                "day_bs": bikram.written(starts_at.date()),
            },
            "reference": payment.reference,
            "issued_on": today().isoformat(),
            "issued_on_bs": bikram.written(today()),
        }


def _line(text: str, amount: Decimal) -> dict[str, str]:
    return {"text": text, "amount": _plain(amount)}


def _plain(amount: Decimal) -> str:
    return f"{amount:.2f}"

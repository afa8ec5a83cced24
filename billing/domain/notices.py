"""Whom a payment's step is told to. Titles and mails name no amount, doctor or reason; the portal shows those."""

from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from billing.models import Attempt, BillingDocument, Payment
from messaging.domain.notifications import notify


def submitted(payment: Payment, attempt: Attempt) -> None:
    _tell_management(payment, "payment.submitted", f"submitted:{attempt.pk}")


def confirmed(payment: Payment, *, by_mail: bool) -> None:
    _tell_patient(payment, "payment.confirmed" if by_mail else "payment.confirmed.visit", "confirmed")


def part_paid(payment: Payment) -> None:
    _tell_patient(payment, "payment.part_paid", f"part_paid:{payment.received}")


def rejected(payment: Payment, attempt: Attempt) -> None:
    _tell_patient(payment, "payment.rejected", f"rejected:{attempt.pk}")


def asked_again(payment: Payment, attempt: Attempt) -> None:
    _tell_patient(payment, "payment.asked_again", f"asked_again:{attempt.pk}")


def second_approval(payment: Payment, attempt: Attempt) -> None:
    """To everyone of management but the first one, who can't be the second."""
    assert attempt.first_approval_by is not None
    assert attempt.first_approval_at is not None
    key = f"second:{attempt.pk}:{attempt.first_approval_at.timestamp():.6f}"
    _tell_management(payment, "payment.second_approval", key, but=attempt.first_approval_by)


def refund_due(payment: Payment) -> None:
    _tell_management(payment, "payment.refund_due.desk", "refund_due")
    _tell_patient(payment, "payment.refund_due", "refund_due")


def refunded(payment: Payment) -> None:
    _tell_patient(payment, "payment.refunded", "refunded")


def invoice_corrected(invoice: BillingDocument) -> None:
    url = reverse("billing_document", args=[invoice.pk])
    patient = invoice.payment.appointment.patient
    notify(patient, occasion="invoice.corrected", url=url, key=f"invoice:{invoice.pk}:corrected")


def _tell_patient(payment: Payment, occasion: str, key: str) -> None:
    _tell(payment.appointment.patient, payment, occasion, key)


def _tell_management(payment: Payment, occasion: str, key: str, *, but: User | None = None) -> None:
    """In the portal, and by push for who wants it: management has the queue open."""
    for manager in User.objects.filter(role=Role.MANAGEMENT, is_active=True):
        if manager == but:
            continue
        _tell(manager, payment, occasion, key)


def _tell(person: User, payment: Payment, occasion: str, key: str) -> None:
    url = reverse("payment", args=[payment.pk])
    notify(person, occasion=occasion, url=url, key=f"payment:{payment.pk}:{key}")

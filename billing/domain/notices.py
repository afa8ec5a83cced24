"""Whom a payment's step is told to. Titles and mails name no amount, doctor or reason; the portal shows those."""

from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from billing.enums import PaymentMethod
from billing.models import Attempt, BillingDocument, Payment, Refund
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
    """Again when more is owed than was told before."""
    key = f"refund_due:{payment.refund_owed}"
    _tell_management(payment, "payment.refund_due.desk", key)
    _tell_patient(payment, "payment.refund_due.part" if payment.kept else "payment.refund_due", key)


def kept(payment: Payment) -> None:
    """The patient called the visit off so late that nothing comes back."""
    _tell_patient(payment, "payment.kept", "kept")


def refunded(payment: Payment, refund: Refund, *, by_patient: bool) -> None:
    """What patients have done themselves, keeping it as credit, needs no news."""
    if by_patient:
        return
    as_credit = refund.method == PaymentMethod.CREDIT
    occasion = "payment.refunded.credit" if as_credit else "payment.refunded"
    _tell_patient(payment, occasion, f"refunded:{refund.pk}")


def refund_came_back(payment: Payment, refund: Refund) -> None:
    """The bank has sent it back; the patient may know a better account."""
    _tell_patient(payment, "payment.refund_came_back", f"came_back:{refund.pk}")


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

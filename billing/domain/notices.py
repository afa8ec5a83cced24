"""Whom a payment's step is told to. Titles and mails name no amount, doctor or reason; the portal shows those."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from billing.models import Payment, Submission
from clinic.core.wording import Words
from messaging.domain.notifications import notify
from messaging.enums import NotificationKind


def submitted(payment: Payment, submission: Submission) -> None:
    _tell_management(payment, _("A new payment waits to be checked"), f"submitted:{submission.pk}")


def confirmed(payment: Payment, *, by_mail: bool) -> None:
    text = _("We have received your payment. Open the portal to see your appointment.")
    _tell_patient(payment, _("Your payment was confirmed"), "confirmed", text if by_mail else "")


def rejected(payment: Payment, submission: Submission) -> None:
    _tell_patient(
        payment,
        _("Your payment could not be accepted: open to see why"),
        f"rejected:{submission.pk}",
        _("We could not accept your payment. Open the portal to see why and what to do next."),
    )


def refund_due(payment: Payment) -> None:
    _tell_management(payment, _("A payment has to be refunded"), "refund_due")
    _tell_patient(
        payment,
        _("Your payment will be refunded"),
        "refund_due",
        _("Your appointment will not take place, so we will pay your money back."),
    )


def refunded(payment: Payment) -> None:
    _tell_patient(
        payment,
        _("Your payment was refunded"),
        "refunded",
        _("We have sent your money back. Depending on your bank it can take some days to arrive."),
    )


def _tell_patient(payment: Payment, title: Words, occasion: str, email_text: Words) -> None:
    notify(
        payment.appointment.patient,
        kind=NotificationKind.PAYMENT,
        title=title,
        url=reverse("payment", args=[payment.pk]),
        key=f"payment:{payment.pk}:{occasion}",
        email_text=email_text,
    )


def _tell_management(payment: Payment, title: Words, occasion: str) -> None:
    """In the portal only: management has the queue open."""
    for manager in User.objects.filter(role=Role.MANAGEMENT, is_active=True):
        notify(
            manager,
            kind=NotificationKind.PAYMENT,
            title=title,
            url=reverse("payment", args=[payment.pk]),
            key=f"payment:{payment.pk}:{occasion}",
        )

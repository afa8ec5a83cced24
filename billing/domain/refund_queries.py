"""What has to be sent back, and what was."""

from django.db.models import Prefetch, QuerySet

from billing.enums import PaymentStatus, RefundOutcome
from billing.models import Payment, Refund

_PEOPLE = ("appointment__patient", "appointment__doctor", "appointment__service")


def all_payments() -> QuerySet[Payment]:
    """With people and refunds, in a constant number of queries."""
    refunds = Refund.objects.select_related("actor", "settled_by").order_by("created_at", "id")
    return Payment.objects.select_related(*_PEOPLE).prefetch_related(Prefetch("refunds", refunds))


def due() -> QuerySet[Payment]:
    """The longest waiting first."""
    return all_payments().filter(status=PaymentStatus.REFUND_DUE).order_by("updated_at", "id")


def done() -> QuerySet[Refund]:
    """Sent and failed ones, the latest first."""
    people = [f"payment__{name}" for name in _PEOPLE]
    settled = Refund.objects.exclude(outcome=RefundOutcome.PENDING)
    return settled.select_related("settled_by", *people).order_by("-settled_at", "-id")


def of_payment(payment: Payment) -> list[Refund]:
    """Every attempt to send it back, the latest first."""
    refunds = Refund.objects.filter(payment=payment).select_related("actor", "settled_by")
    return list(refunds.order_by("-created_at", "-id"))

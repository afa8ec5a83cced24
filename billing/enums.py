"""Choices and the payment's status machine."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PaymentStatus(models.TextChoices):
    DUE = "due", _("Due")
    SUBMITTED = "submitted", _("Being checked")
    CONFIRMED = "confirmed", _("Paid")
    REJECTED = "rejected", _("Not accepted")
    EXPIRED = "expired", _("Expired")
    REFUND_DUE = "refund_due", _("Refund due")
    REFUNDED = "refunded", _("Refunded")


_S = PaymentStatus

PAYMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    _S.DUE: frozenset({_S.SUBMITTED, _S.EXPIRED}),
    _S.SUBMITTED: frozenset({_S.CONFIRMED, _S.REJECTED}),
    _S.CONFIRMED: frozenset({_S.REFUND_DUE}),
    _S.REJECTED: frozenset({_S.SUBMITTED, _S.EXPIRED}),
    _S.EXPIRED: frozenset(),
    _S.REFUND_DUE: frozenset({_S.REFUNDED}),
    _S.REFUNDED: frozenset(),
}


class SubmissionOutcome(models.TextChoices):
    """What became of one attempt to pay."""

    PENDING = "pending", _("Being checked")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")

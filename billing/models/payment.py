"""What a patient owes for an appointment, and how it moves."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.enums import PAYMENT_TRANSITIONS, AttemptOutcome, PaymentKind, PaymentStatus
from clinic.core import money
from clinic.core.models import BaseModel
from clinic.core.status import StatusChange, StatusModel

if TYPE_CHECKING:
    from .attempt import Attempt


class Payment(StatusModel, BaseModel):
    """`amount` is what the patient pays: the charge minus what is `covered`, or a shortfall raised later.
    `received` is what the accepted attempts brought, less what went to the patient's credit; it is kept under the
    row's lock. `reference` is what the patient's bank
    transfer names; `qr_payload` is frozen when the payment is raised. `refund_owed` is fixed when a refund falls due:
    what was received less what is `kept`, the cancellation fee; `refunded` is what was sent of it."""

    TRANSITIONS = PAYMENT_TRANSITIONS

    appointment = models.ForeignKey(
        "scheduling.Appointment", on_delete=models.PROTECT, related_name="payments"
    )
    kind = models.CharField(max_length=10, choices=PaymentKind, default=PaymentKind.CHARGE)
    amount = models.DecimalField(_("amount"), max_digits=10, decimal_places=2)
    received = models.DecimalField(_("received"), max_digits=10, decimal_places=2, default=0)
    refund_owed = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    refunded = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    kept = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    currency = models.CharField(max_length=3)
    reference = models.CharField(_("reference"), max_length=16, unique=True)
    qr_payload = models.CharField(max_length=512)
    covered = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    co_payment = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    shortfall = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    status = models.CharField(_("status"), max_length=10, choices=PaymentStatus, default=PaymentStatus.DUE)
    # Of a shortfall: after which round of its visit's claim it was raised.
    claim_round = models.PositiveSmallIntegerField(null=True, blank=True)
    # The visit was called off while an attempt was being checked: how much of what has arrived comes back then.
    refund_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    # When the present attempt was handed in: the queue's order.
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["status", "submitted_at"], name="payment_queue")]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(condition=models.Q(received__gte=0), name="payment_received_not_negative"),
            models.CheckConstraint(
                condition=models.Q(
                    refunded__gte=0,
                    refunded__lte=models.F("refund_owed"),
                    refund_owed__lte=models.F("received"),
                ),
                name="payment_refund_within_received",
            ),
            models.CheckConstraint(
                condition=models.Q(kept__gte=0, kept__lte=models.F("received")),
                name="payment_kept_within_received",
            ),
            models.UniqueConstraint(
                fields=["appointment"],
                condition=models.Q(kind=PaymentKind.CHARGE) & ~models.Q(status=PaymentStatus.EXPIRED),
                name="payment_one_charge",
            ),
            # One answer of the insurer asks the patient once, whoever entered it.
            models.UniqueConstraint(
                fields=["appointment", "claim_round"],
                condition=models.Q(kind=PaymentKind.SHORTFALL),
                name="payment_one_shortfall_a_round",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def amount_shown(self) -> str:
        return money.shown(self.amount, self.currency)

    @property
    def outstanding(self) -> Decimal:
        """What is still to be paid; 0 when enough has arrived."""
        return max(self.amount - self.received, Decimal(0))

    @property
    def outstanding_shown(self) -> str:
        return money.shown(self.outstanding, self.currency)

    @property
    def received_shown(self) -> str:
        return money.shown(self.received, self.currency)

    @property
    def refund_owed_shown(self) -> str:
        return money.shown(self.refund_owed, self.currency)

    @property
    def refund_left_shown(self) -> str:
        """What is still to be sent back."""
        return money.shown(self.refund_owed - self.refunded, self.currency)

    @property
    def kept_shown(self) -> str:
        return money.shown(self.kept, self.currency)

    @property
    def is_open(self) -> bool:
        """Something is still to be paid or to be checked."""
        return self.status in (PaymentStatus.DUE, PaymentStatus.SUBMITTED, PaymentStatus.REJECTED)

    @property
    def is_void(self) -> bool:
        """Nobody pays it any more."""
        return self.status == PaymentStatus.EXPIRED

    @property
    def has_lapsed(self) -> bool:
        """Expired, or about to be: the hold is over and the sweep has not come by yet."""
        held_until = self.appointment.hold_expires_at
        return self.status == PaymentStatus.EXPIRED or (
            held_until is not None and held_until <= timezone.now()
        )

    @property
    def last_attempt(self) -> "Attempt | None":
        """From the prefetched attempts where there are any (domain/queries.py)."""
        return max(self.attempts.all(), key=lambda attempt: attempt.created_at, default=None)

    @property
    def checked_attempt(self) -> "Attempt | None":
        """The one that is being checked, else the last one. From the prefetched attempts where there are any."""
        pending = (a for a in self.attempts.all() if a.outcome == AttemptOutcome.PENDING)
        return next(pending, None) or self.last_attempt

    @property
    def can_be_submitted(self) -> bool:
        return self.can_become(PaymentStatus.SUBMITTED) and not self.has_lapsed


class PaymentStatusChange(StatusChange):
    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="history")

    @property
    def to_label(self) -> str:
        return str(PaymentStatus(self.to_status).label)

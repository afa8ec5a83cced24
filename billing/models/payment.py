"""What a patient owes for an appointment, and each attempt to pay it."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.enums import PAYMENT_TRANSITIONS, PaymentStatus, SubmissionOutcome
from clinic.core import money
from clinic.core.models import BaseModel
from clinic.core.status import StatusChange, StatusModel


class Payment(StatusModel, BaseModel):
    """`amount` is what the patient pays now: the charge minus what is `covered`. `reference` is what the
    patient's bank transfer names; `qr_payload` is frozen when the payment is raised."""

    TRANSITIONS = PAYMENT_TRANSITIONS

    appointment = models.ForeignKey(
        "scheduling.Appointment", on_delete=models.PROTECT, related_name="payments"
    )
    amount = models.DecimalField(_("amount"), max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    reference = models.CharField(_("reference"), max_length=16, unique=True)
    qr_payload = models.CharField(max_length=512)
    covered = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    co_payment = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    shortfall = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    status = models.CharField(_("status"), max_length=10, choices=PaymentStatus, default=PaymentStatus.DUE)
    # When the present attempt was handed in: the queue's order.
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["status", "submitted_at"], name="payment_queue")]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def amount_shown(self) -> str:
        return money.shown(self.amount, self.currency)

    @property
    def has_lapsed(self) -> bool:
        """Expired, or about to be: the hold is over and the sweep has not come by yet."""
        held_until = self.appointment.hold_expires_at
        return self.status == PaymentStatus.EXPIRED or (
            held_until is not None and held_until <= timezone.now()
        )

    @property
    def last_attempt(self) -> "Submission | None":
        """From the prefetched attempts where there are any (domain/queries.py)."""
        return max(self.submissions.all(), key=lambda attempt: attempt.created_at, default=None)

    @property
    def can_be_submitted(self) -> bool:
        return self.can_become(PaymentStatus.SUBMITTED) and not self.has_lapsed


class PaymentStatusChange(StatusChange):
    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="history")

    @property
    def to_label(self) -> str:
        return str(PaymentStatus(self.to_status).label)


class Submission(BaseModel):
    """One attempt to pay. `reference_key` is the bank reference in normal form; no two attempts that were not
    rejected share one, so a reference pays once."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="submissions")
    bank_reference = models.CharField(_("bank reference"), max_length=40)
    reference_key = models.CharField(max_length=40)
    proof = models.ImageField(_("proof"), upload_to="proofs/", blank=True)
    proof_digest = models.CharField(max_length=64, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=SubmissionOutcome, default=SubmissionOutcome.PENDING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=240, blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["reference_key"],
                condition=~models.Q(outcome=SubmissionOutcome.REJECTED),
                name="submission_reference_once",
            ),
            models.UniqueConstraint(
                fields=["proof_digest"],
                condition=~models.Q(outcome=SubmissionOutcome.REJECTED) & ~models.Q(proof_digest=""),
                name="submission_proof_once",
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=models.Q(outcome=SubmissionOutcome.PENDING),
                name="submission_one_pending",
            ),
        ]

    def __str__(self) -> str:
        return self.bank_reference

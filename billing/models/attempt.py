"""Each attempt to pay: by whom, how, with which reference and picture, and what became of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.enums import LET_GO, AskAgain, AttemptOutcome, GatewaySource, PaymentMethod
from clinic.core.models import BaseModel

from .payment import Payment

_NOT_LET_GO = ~models.Q(outcome__in=[str(outcome) for outcome in LET_GO])


class Attempt(BaseModel):
    """One attempt to pay, never deleted: the patient's claim with the bank's reference, money taken at the desk, a
    visit to an online gateway, or credit used. `amount` is what arrived, set when it is accepted, or when the first of
    two people has approved it.

    `reference_key` is the bank reference in normal form; no two attempts that were not let go share one, so a reference
    pays once. `scheme` says whose references they are ("fonepay", "bank", "esewa" …), as far as is known: the patient's
    wallet, the clinic's bank and the cashier may name one transfer differently, so it makes no reference another one.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="attempts")
    method = models.CharField(_("method"), max_length=14, choices=PaymentMethod, default=PaymentMethod.QR)
    scheme = models.CharField(max_length=24, default="bank")
    amount = models.DecimalField(_("amount"), max_digits=10, decimal_places=2, null=True, blank=True)
    bank_reference = models.CharField(_("bank reference"), max_length=40, blank=True)
    reference_key = models.CharField(max_length=40, blank=True)
    proof = models.ImageField(_("proof"), upload_to="proofs/", blank=True)
    proof_digest = models.CharField(max_length=64, blank=True)
    # A perceptual hash of the picture (16 hex digits), what could be read from it, and an earlier attempt whose
    # picture looks the same (domain/proofs.py).
    proof_hash = models.CharField(max_length=16, blank=True, db_index=True)
    proof_findings = models.JSONField(default=dict, blank=True)
    resembles = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Sent again by a nervous click, the same entry is the same attempt.
    client_id = models.CharField(max_length=64, blank=True)
    # The gateway's id of this attempt, and the amount the patient was sent there with.
    gateway_id = models.CharField(max_length=64, blank=True)
    asked = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    shift = models.ForeignKey(
        "CashShift", on_delete=models.PROTECT, null=True, blank=True, related_name="attempts"
    )

    # Who is looking at it now (domain/reviewing.py): nobody else decides until then.
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_until = models.DateTimeField(null=True, blank=True)
    # The first of the two who have to agree from settings.SECOND_APPROVAL_FROM on.
    first_approval_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_approval_at = models.DateTimeField(null=True, blank=True)

    outcome = models.CharField(max_length=11, choices=AttemptOutcome, default=AttemptOutcome.PENDING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    # Of an attempt asked again: what is missing. `reason` is what the clinic wrote.
    reason_kind = models.CharField(max_length=13, choices=AskAgain, blank=True)
    reason = models.CharField(_("reason"), max_length=240, blank=True)

    class Meta:
        ordering = ["created_at"]
        indexes = [
            models.Index(fields=["outcome", "decided_at"], name="attempt_outcome_time"),
            models.Index(fields=["reference_key"], name="attempt_reference"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reference_key"],
                condition=_NOT_LET_GO & ~models.Q(reference_key=""),
                name="attempt_reference_once",
            ),
            models.UniqueConstraint(
                fields=["proof_digest"],
                condition=_NOT_LET_GO & ~models.Q(proof_digest=""),
                name="attempt_proof_once",
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=models.Q(outcome=AttemptOutcome.PENDING),
                name="attempt_one_pending",
            ),
            models.UniqueConstraint(
                fields=["submitted_by", "client_id"],
                condition=~models.Q(client_id=""),
                name="attempt_client_id_once",
            ),
            models.UniqueConstraint(
                fields=["scheme", "gateway_id"],
                condition=~models.Q(gateway_id=""),
                name="attempt_gateway_id_once",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome=AttemptOutcome.ACCEPTED, amount__gt=0)
                | ~models.Q(outcome=AttemptOutcome.ACCEPTED),
                name="attempt_accepted_has_amount",
            ),
        ]

    def __str__(self) -> str:
        return self.bank_reference or f"{self.method} {self.pk}"

    @property
    def reason_shown(self) -> str:
        """Why it was not accepted, in the reader's language as far as it can be."""
        kind = "" if self.reason_kind in ("", AskAgain.OTHER) else str(AskAgain(self.reason_kind).label)
        return " ".join(words for words in (kind, self.reason) if words)


class GatewayEvent(BaseModel):
    """What an online gateway told us, once each: a replayed or late call is known by its key. `status` is the
    gateway's own word; `amount` and its `reference` of the transfer are there when it said that it is paid."""

    gateway = models.CharField(max_length=24)
    key = models.CharField(max_length=128)
    attempt = models.ForeignKey(
        Attempt, on_delete=models.PROTECT, null=True, blank=True, related_name="gateway_events"
    )
    source = models.CharField(max_length=7, choices=GatewaySource)
    status = models.CharField(max_length=24)
    amount = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    reference = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "key"], name="gateway_event_once")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.key}"

"""The cash desk: shifts that are counted up, credit of patients, money sent back."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.enums import CreditReason, PaymentMethod, RefundOutcome
from clinic.core import money
from clinic.core.models import BaseModel

from .attempt import Attempt
from .payment import Payment


class CashShift(BaseModel):
    """One cashier's drawer from opening to counting. `expected` = opening float + cash taken − cash given back, fixed
    when it is closed; `counted` is what lay in the drawer, `denominations` how it was made up ({"1000": 3})."""

    cashier = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cash_shifts"
    )
    opened_at = models.DateTimeField(auto_now_add=True)
    opening_float = models.DecimalField(_("change in the drawer"), max_digits=10, decimal_places=2, default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    expected = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    counted = models.DecimalField(_("counted"), max_digits=12, decimal_places=2, null=True, blank=True)
    denominations = models.JSONField(default=dict, blank=True)
    note = models.CharField(_("note"), max_length=240, blank=True)
    # Another one than the cashier counted a drawer that was left open.
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["cashier"], condition=models.Q(closed_at__isnull=True), name="cash_shift_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(opening_float__gte=0), name="cash_shift_float_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True)
                | models.Q(expected__isnull=False, counted__isnull=False, counted__gte=0),
                name="cash_shift_closed_is_counted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cashier_id} {self.opened_at:%Y-%m-%d}"


class Refund(BaseModel):
    """One attempt to send money back, never deleted: a failed one stays beside the next."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = models.DecimalField(_("amount"), max_digits=10, decimal_places=2)
    method = models.CharField(_("how"), max_length=14, choices=PaymentMethod)
    # Where to, as the patient gave it; the bank's reference once it was sent.
    destination = models.CharField(_("to"), max_length=120, blank=True)
    reference = models.CharField(_("reference"), max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=240, blank=True)
    outcome = models.CharField(max_length=8, choices=RefundOutcome, default=RefundOutcome.PENDING)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    # Who said that it was sent, or failed; `actor` has planned it.
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    shift = models.ForeignKey(
        CashShift, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds"
    )

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_amount_positive"),
            models.UniqueConstraint(
                fields=["payment"],
                condition=models.Q(outcome=RefundOutcome.PENDING),
                name="refund_one_pending",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def amount_shown(self) -> str:
        return money.shown(self.amount, self.payment.currency)


class CancellationRule(BaseModel):
    """Management's table: a patient who cancels a paid visit at least `hours_before` its start gets `refund_percent`
    of it back; the rule with the most hours that still fits counts. The clinic's own cancellations refund in full."""

    hours_before = models.PositiveIntegerField(_("hours before the visit"), unique=True)
    refund_percent = models.PositiveSmallIntegerField(_("refund in per cent"))

    class Meta:
        ordering = ["-hours_before"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(refund_percent__lte=100), name="cancellation_rule_percentage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hours_before} h: {self.refund_percent} %"


class CreditEntry(BaseModel):
    """A line of a patient's credit with the clinic, append-only. `number` counts 1, 2, 3 … for a patient and
    `balance` is the sum up to here: two writers at once cannot both have the next number, and no balance falls below
    nothing."""

    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="credit_entries"
    )
    number = models.PositiveIntegerField()
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    balance = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=12, choices=CreditReason)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    attempt = models.OneToOneField(
        Attempt, on_delete=models.PROTECT, null=True, blank=True, related_name="credit_entry"
    )
    refund = models.OneToOneField(
        Refund, on_delete=models.PROTECT, null=True, blank=True, related_name="credit_entry"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=240, blank=True)
    # How it was paid out, and from whose drawer if in cash.
    method = models.CharField(max_length=14, choices=PaymentMethod, blank=True)
    reference = models.CharField(_("reference"), max_length=40, blank=True)
    shift = models.ForeignKey(
        CashShift, on_delete=models.PROTECT, null=True, blank=True, related_name="credit_paid_out"
    )

    class Meta:
        ordering = ["patient", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "number"], name="credit_entry_number_once"),
            models.CheckConstraint(condition=models.Q(balance__gte=0), name="credit_balance_not_negative"),
            models.CheckConstraint(condition=~models.Q(amount=0), name="credit_entry_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} {self.number}"

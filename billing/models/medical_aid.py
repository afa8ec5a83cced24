"""A patient's medical aid: membership, authorisations, and claims to the insurer."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.enums import AUTHORISATION_TRANSITIONS, CLAIM_TRANSITIONS, AuthorisationStatus, ClaimStatus
from clinic.core.models import BaseModel
from clinic.core.status import StatusChange, StatusModel

from .plan import Plan

_HALF_A_CENT = models.Value(Decimal("0.005"))


class Membership(BaseModel):
    """FHIR Coverage: a patient's membership of a plan. One at a time; an ended one stays. It counts for quotes from
    `verified_at` on, when management has compared it with the card."""

    patient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="medical_aid_memberships"
    )
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("plan")
    )
    number = models.CharField(_("membership number"), max_length=40)
    # Upper case without blanks and dashes.
    number_key = models.CharField(max_length=40)
    holder_name = models.CharField(_("name on the card"), max_length=120, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    card = models.ImageField(_("picture of the card"), upload_to="cards/", blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    # Why management sent it back, for the patient to read; "" when it was simply replaced or over.
    ended_reason = models.CharField(_("reason"), max_length=240, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=models.Q(ended_at__isnull=True), name="membership_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["plan", "number_key"],
                condition=models.Q(ended_at__isnull=True),
                name="membership_number_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="membership_forward",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Authorisation(StatusModel, BaseModel):
    """The insurer's word, asked before a visit, that it will pay (FHIR Claim of use preauthorization). `amount` is the
    most it granted; null: as the plan says."""

    TRANSITIONS = AUTHORISATION_TRANSITIONS

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="authorisations")
    service = models.ForeignKey("scheduling.Service", on_delete=models.PROTECT, related_name="+")
    # The visit it was asked for, when there is one already.
    appointment = models.ForeignKey(
        "scheduling.Appointment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="authorisations",
    )
    number = models.CharField(_("authorisation number"), max_length=40, blank=True)
    amount = models.DecimalField(_("amount granted"), max_digits=10, decimal_places=2, null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=8, choices=AuthorisationStatus, default=AuthorisationStatus.ASKED
    )

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["status", "created_at"], name="authorisation_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"],
                condition=models.Q(status__in=["asked", "granted"]),
                name="authorisation_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AuthorisationStatusChange(StatusChange):
    authorisation = models.ForeignKey(Authorisation, on_delete=models.CASCADE, related_name="history")

    @property
    def to_label(self) -> str:
        return str(AuthorisationStatus(self.to_status).label)


class Quote(BaseModel):
    """What a visit was said to cost its patient when it was booked: the parts sum to `charge`. Never changed after;
    `basis` keeps what it was reckoned from (domain/quotes.py), for the sentences beside the figures."""

    appointment = models.OneToOneField(
        "scheduling.Appointment", on_delete=models.PROTECT, related_name="quote"
    )
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="quotes"
    )
    charge = models.DecimalField(max_digits=10, decimal_places=2)
    covered = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    co_payment = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    shortfall = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    currency = models.CharField(max_length=3)
    # Of which year's benefit the cover is taken, whatever day the visit is moved to later.
    benefit_year = models.PositiveSmallIntegerField(default=0)
    basis = models.JSONField(default=dict)
    authorisation_open = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                # SQLite adds as floating numbers: what adds up to the cent does.
                condition=models.Q(
                    charge__gt=models.F("covered")
                    + models.F("co_payment")
                    + models.F("shortfall")
                    - _HALF_A_CENT,
                    charge__lt=models.F("covered")
                    + models.F("co_payment")
                    + models.F("shortfall")
                    + _HALF_A_CENT,
                    covered__gte=0,
                    co_payment__gte=0,
                    shortfall__gte=0,
                ),
                name="quote_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Claim(StatusModel, BaseModel):
    """What the clinic asks the insurer for one visit: `expected` by the quote, `actual` by the insurer's answer. When
    less is paid than expected the difference becomes a payment of kind shortfall, when more a credit."""

    TRANSITIONS = CLAIM_TRANSITIONS

    appointment = models.OneToOneField(
        "scheduling.Appointment", on_delete=models.PROTECT, related_name="claim"
    )
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="claims")
    expected = models.DecimalField(_("expected"), max_digits=10, decimal_places=2)
    actual = models.DecimalField(
        _("paid by the insurer"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(max_length=3)
    number = models.CharField(_("claim number"), max_length=40, blank=True)
    # Counts how often the insurer was asked: an appeal asks once more.
    round = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(_("status"), max_length=16, choices=ClaimStatus, default=ClaimStatus.READY)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["status", "created_at"], name="claim_queue")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expected__gte=0)
                & (models.Q(actual__isnull=True) | models.Q(actual__gte=0)),
                name="claim_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ClaimStatusChange(StatusChange):
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="history")

    @property
    def to_label(self) -> str:
        return str(ClaimStatus(self.to_status).label)

"""Medical-aid plans: what an insurer pays for which service."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.enums import CoPaymentKind
from clinic.core.models import BaseModel

_PERCENT = [MinValueValidator(0), MaxValueValidator(100)]


def _percentage(field: str) -> models.Q:
    return models.Q(**{f"{field}__gte": 0, f"{field}__lte": 100})


class Plan(BaseModel):
    """FHIR InsurancePlan. Of a service without a rate of its own `cover_percent` of the charge is covered, less the
    co-payment, within `annual_limit` a member and calendar year (null: no limit)."""

    name = models.CharField(_("plan"), max_length=80, unique=True)
    insurer = models.CharField(_("insurer"), max_length=80)
    cover_percent = models.DecimalField(
        _("cover in per cent"), max_digits=5, decimal_places=2, default=0, validators=_PERCENT
    )
    co_payment_kind = models.CharField(
        _("co-payment"), max_length=8, choices=CoPaymentKind, default=CoPaymentKind.NONE
    )
    # An amount or a percentage, as the kind says.
    co_payment = models.DecimalField(_("co-payment"), max_digits=10, decimal_places=2, default=0)
    annual_limit = models.DecimalField(
        _("limit a year"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    needs_authorisation = models.BooleanField(_("needs authorisation"), default=False)
    # The contract between clinic and insurer.
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["insurer", "name"]
        constraints = [
            models.CheckConstraint(condition=_percentage("cover_percent"), name="plan_cover_percentage"),
            models.CheckConstraint(
                condition=models.Q(co_payment__gte=0), name="plan_co_payment_not_negative"
            ),
            models.CheckConstraint(
                condition=~models.Q(co_payment_kind=CoPaymentKind.PERCENT) | models.Q(co_payment__lte=100),
                name="plan_co_payment_percentage",
            ),
            models.CheckConstraint(
                condition=models.Q(annual_limit__isnull=True) | models.Q(annual_limit__gte=0),
                name="plan_limit_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.insurer}: {self.name}"


class PlanRate(BaseModel):
    """What a plan pays for one service: a scheme rate (an amount), a percentage of its own (0: not covered), or only
    whether authorisation is needed."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="rates")
    service = models.ForeignKey("scheduling.Service", on_delete=models.PROTECT, related_name="+")
    scheme_rate = models.DecimalField(
        _("scheme rate"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    cover_percent = models.DecimalField(
        _("cover in per cent"), max_digits=5, decimal_places=2, null=True, blank=True, validators=_PERCENT
    )
    needs_authorisation = models.BooleanField(_("needs authorisation"), null=True, blank=True)

    class Meta:
        ordering = ["service__name"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "service"], name="plan_rate_once"),
            models.CheckConstraint(
                condition=models.Q(scheme_rate__isnull=True) | models.Q(cover_percent__isnull=True),
                name="plan_rate_one_way",
            ),
            models.CheckConstraint(
                condition=models.Q(scheme_rate__isnull=True) | models.Q(scheme_rate__gte=0),
                name="plan_rate_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(cover_percent__isnull=True) | _percentage("cover_percent"),
                name="plan_rate_percentage",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.service_id}"

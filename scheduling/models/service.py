"""What can be booked."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from multiselectfield import MultiSelectField

from accounts.enums import Mode
from clinic.core.models import BaseModel
from scheduling.enums import CELL_MINUTES, ServiceKind

from .resource import ResourceGroup


class Service(BaseModel):
    """FHIR HealthcareService: a kind of consultation or a scan type. `minutes` is a multiple of CELL_MINUTES."""

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=ServiceKind, default=ServiceKind.CONSULTATION)
    description = models.CharField(_("description"), max_length=240, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(CELL_MINUTES), MaxValueValidator(8 * 60)]
    )
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)
    # A doctor's own fee replaces `price` for the standard consultation.
    price_from_doctor = models.BooleanField(_("charged at the doctor's fee"), default=False)
    modes = MultiSelectField(_("modes"), choices=Mode.choices, max_length=40)
    # None: every doctor offers it.
    specialty = models.ForeignKey(
        "accounts.Specialty", on_delete=models.PROTECT, null=True, blank=True, related_name="services"
    )
    # One free resource of each of these groups is claimed with the visit; a room only when it is in person.
    needs = models.ManyToManyField(
        ResourceGroup, blank=True, related_name="services", verbose_name=_("rooms and equipment")
    )
    preparation = models.TextField(_("how to prepare"), max_length=1000, blank=True)
    needs_referral = models.BooleanField(_("only with a doctor's referral"), default=False)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        ordering = ["kind", "minutes", "name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(price__gte=0), name="service_price_not_negative"),
            models.CheckConstraint(
                condition=models.Q(minutes__gte=CELL_MINUTES), name="service_minutes_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name

"""Rooms and equipment: calendars beside those of people."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.core.models import BaseModel
from scheduling.enums import ResourceKind


class ResourceGroup(BaseModel):
    """Resources of which any serves as well as another: "Consulting rooms", "MRI scanners"."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=ResourceKind)

    class Meta:
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name


class Resource(BaseModel):
    """FHIR Location (a room) or Device: one thing that serves one visit at a time. Its id names its calendar."""

    group = models.ForeignKey(ResourceGroup, on_delete=models.PROTECT, related_name="resources")
    name = models.CharField(_("name"), max_length=80)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["group", "name"]
        constraints = [models.UniqueConstraint(fields=["group", "name"], name="resource_name_once")]

    def __str__(self) -> str:
        return self.name


class ResourceOutage(BaseModel):
    """Days on which the resource can't be used, first and last included: service, repair."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="outages")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    class Meta:
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="outage_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"

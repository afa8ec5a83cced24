"""Daily roll-ups for the figures of management. Each row can be reckoned anew from the tables it sums up, and a test
does so; nobody reads a number from here that the raw query would not give."""

from django.conf import settings
from django.db import models

from accounts.enums import Mode
from billing.enums import PaymentMethod
from clinic.core.models import BaseModel


class FigureDay(models.Model):
    """A day of the clinic whose rows were summed up; `stale_since` is set by whatever changes something of that day,
    and cleared by the task that sums it up again."""

    day = models.DateField(unique=True)
    stale_since = models.DateTimeField(null=True, blank=True)
    summed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["stale_since"], condition=models.Q(stale_since__isnull=False), name="figure_day_stale"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class _Figures(BaseModel):
    day = models.DateField()
    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    service = models.ForeignKey("scheduling.Service", on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.day}"


class VisitFigures(_Figures):
    """Visits of a day by how they stand; minutes of waiting (check-in to begin) and of the visit itself as sums with
    their numbers of visits, so that means of any period are right; quotes of these visits."""

    mode = models.CharField(max_length=10, choices=Mode)
    booked = models.PositiveIntegerField(default=0)
    completed = models.PositiveIntegerField(default=0)
    no_show = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    declined = models.PositiveIntegerField(default=0)
    expired = models.PositiveIntegerField(default=0)
    waited = models.PositiveIntegerField(default=0)
    waited_minutes = models.PositiveIntegerField(default=0)
    measured = models.PositiveIntegerField(default=0)
    measured_minutes = models.PositiveIntegerField(default=0)
    charged = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    covered = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    co_payment = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    shortfall = models.DecimalField(max_digits=14, decimal_places=2, default=0)

    class Meta(_Figures.Meta):
        constraints = [
            models.UniqueConstraint(fields=["day", "doctor", "service", "mode"], name="visit_figures_once")
        ]


class MoneyFigures(_Figures):
    """Money of a day: what came in by which way, and what went back."""

    method = models.CharField(max_length=16, choices=PaymentMethod)
    payments = models.PositiveIntegerField(default=0)
    received = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    refunded = models.DecimalField(max_digits=14, decimal_places=2, default=0)

    class Meta(_Figures.Meta):
        constraints = [
            models.UniqueConstraint(fields=["day", "doctor", "service", "method"], name="money_figures_once")
        ]


class FeedbackFigures(_Figures):
    """What patients said of the visits of a day: sums of stars with their numbers, and how many would recommend."""

    answers = models.PositiveIntegerField(default=0)
    overall = models.PositiveIntegerField(default=0)
    recommending = models.PositiveIntegerField(default=0)

    class Meta(_Figures.Meta):
        constraints = [
            models.UniqueConstraint(fields=["day", "doctor", "service"], name="feedback_figures_once")
        ]

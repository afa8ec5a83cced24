"""Daily roll-ups for the figures of management. Each row can be reckoned anew from the tables it sums up, and a test
does so; nobody reads a number from here that the raw query would not give: days that are marked are read raw."""

from django.conf import settings
from django.db import models

from accounts.enums import Mode
from billing.enums import PaymentMethod
from clinic.core.models import BaseModel


class FigureDay(models.Model):
    """A day of the clinic that was summed up. Whoever sums it holds this row; nobody else waits for it."""

    day = models.DateField(unique=True)
    summed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.day}"


class FigureMark(models.Model):
    """Something of this day has changed. One more row for each change, in its transaction: bookings of one day never
    wait for each other here, and a sum deletes only the marks it has seen."""

    day = models.DateField(db_index=True)

    def __str__(self) -> str:
        return f"{self.day}"


class _Figures(BaseModel):
    day = models.DateField()
    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    service = models.ForeignKey("scheduling.Service", on_delete=models.CASCADE, related_name="+")
    mode = models.CharField(max_length=10, choices=Mode)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.day}"


class VisitFigures(_Figures):
    """Visits of a day by how they stand; seconds of waiting (check-in to begin) and of the visit itself as sums with
    their numbers of visits, so that means of any period are right; quotes of the completed ones."""

    currency = models.CharField(max_length=3)
    booked = models.PositiveIntegerField(default=0)
    completed = models.PositiveIntegerField(default=0)
    no_show = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    declined = models.PositiveIntegerField(default=0)
    expired = models.PositiveIntegerField(default=0)
    waited = models.PositiveIntegerField(default=0)
    waited_seconds = models.PositiveBigIntegerField(default=0)
    measured = models.PositiveIntegerField(default=0)
    measured_seconds = models.PositiveBigIntegerField(default=0)
    charged = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    covered = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    co_payment = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    shortfall = models.DecimalField(max_digits=14, decimal_places=2, default=0)

    class Meta(_Figures.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["day", "doctor", "service", "mode", "currency"], name="visit_figures_once"
            )
        ]


class MoneyFigures(_Figures):
    """Money of a day: what came in by which way, and what went back."""

    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=16, choices=PaymentMethod)
    payments = models.PositiveIntegerField(default=0)
    received = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    refunds = models.PositiveIntegerField(default=0)
    refunded = models.DecimalField(max_digits=14, decimal_places=2, default=0)

    class Meta(_Figures.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["day", "doctor", "service", "mode", "currency", "method"], name="money_figures_once"
            )
        ]


class FeedbackFigures(_Figures):
    """What patients said of the visits of a day: sums of stars with their numbers, and how many would recommend."""

    answers = models.PositiveIntegerField(default=0)
    overall = models.PositiveIntegerField(default=0)
    recommending = models.PositiveIntegerField(default=0)

    class Meta(_Figures.Meta):
        constraints = [
            models.UniqueConstraint(fields=["day", "doctor", "service", "mode"], name="feedback_figures_once")
        ]


class DoseFigures(BaseModel):
    """Planned doses of a day by what became of them, by the doctor who prescribed them."""

    day = models.DateField()
    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    on_time = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "doctor"], name="dose_figures_once")]

    def __str__(self) -> str:
        return f"{self.day}"


class DoseDay(models.Model):
    """A day whose doses were summed up."""

    day = models.DateField(unique=True)

    def __str__(self) -> str:
        return f"{self.day}"


class DoseMark(models.Model):
    """As FigureMark: something was told of the doses of this day, or taken back."""

    day = models.DateField(db_index=True)

    def __str__(self) -> str:
        return f"{self.day}"

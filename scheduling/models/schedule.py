"""When a doctor works. Wall-clock times in the clinic's time zone."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from multiselectfield import MultiSelectField

from accounts.enums import Mode
from clinic.core.models import BaseModel
from scheduling.enums import Weekday

from .service import Service


class Schedule(BaseModel):
    """FHIR Schedule of one doctor: the rules that hold for all their days. Times in minutes, horizon in days."""

    doctor = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="schedule")
    slot_minutes = models.PositiveSmallIntegerField(_("a slot starts every"), default=15)
    buffer_before_minutes = models.PositiveSmallIntegerField(_("pause before each visit"), default=0)
    buffer_minutes = models.PositiveSmallIntegerField(_("pause after each visit"), default=0)
    notice_minutes = models.PositiveIntegerField(_("earliest booking ahead"), default=60)
    horizon_days = models.PositiveSmallIntegerField(
        _("latest booking ahead"), default=60, validators=[MaxValueValidator(365)]
    )

    # A paid request waits for the doctor's own yes instead of being confirmed with its payment.
    confirms_personally = models.BooleanField(_("the doctor confirms each request"), default=False)

    def __str__(self) -> str:
        return f"schedule of {self.doctor_id}"


class _WeeklyInterval(BaseModel):
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))

    class Meta:
        abstract = True
        ordering = ["weekday", "starts"]


class WorkingHours(_WeeklyInterval):
    """An interval of each such weekday in which the doctor takes appointments, in these modes."""

    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="working_hours"
    )
    modes = MultiSelectField(_("modes"), choices=Mode.choices, max_length=40, default=list(Mode.values))
    # None chosen: every service of the doctor.
    services = models.ManyToManyField(Service, blank=True, related_name="+", verbose_name=_("only for"))

    class Meta(_WeeklyInterval.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("starts")), name="working_hours_forward"
            ),
        ]


class Break(_WeeklyInterval):
    """An interval of each such weekday cut out of the working hours: lunch, ward round."""

    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="breaks")

    class Meta(_WeeklyInterval.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(condition=models.Q(ends__gt=models.F("starts")), name="break_forward"),
        ]


class DayOff(BaseModel):
    """Days without appointments, first and last included: whole ones, or of a single day the part from `starts` to
    `ends`. Stronger than hours and openings."""

    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="days_off")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    starts = models.TimeField(_("from"), null=True, blank=True)
    ends = models.TimeField(_("to"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    class Meta:
        ordering = ["first_day", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="day_off_forward"
            ),
            models.CheckConstraint(
                condition=models.Q(starts__isnull=True, ends__isnull=True)
                | models.Q(
                    starts__isnull=False,
                    ends__isnull=False,
                    ends__gt=models.F("starts"),
                    last_day=models.F("first_day"),
                ),
                name="day_off_whole_or_part_of_one_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"


class Opening(BaseModel):
    """Hours of one day only, besides the weekly ones; they hold on a holiday of the clinic too."""

    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="openings")
    day = models.DateField(_("day"))
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))
    modes = MultiSelectField(_("modes"), choices=Mode.choices, max_length=40, default=list(Mode.values))
    services = models.ManyToManyField(Service, blank=True, related_name="+", verbose_name=_("only for"))

    class Meta:
        ordering = ["day", "starts"]
        indexes = [models.Index(fields=["doctor", "day"], name="opening_doctor_day")]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends__gt=models.F("starts")), name="opening_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.starts}–{self.ends}"


class Holiday(BaseModel):
    """Days on which the whole clinic is closed, first and last included."""

    name = models.CharField(_("name"), max_length=80)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))

    class Meta:
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="holiday_forward"
            ),
        ]

    def __str__(self) -> str:
        return self.name

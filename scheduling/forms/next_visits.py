"""Agreeing on the next visit, or on several."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Mode
from scheduling.domain import series
from scheduling.domain.availability import offered_modes
from scheduling.domain.queries import services_for
from scheduling.forms.booking import REASON_LENGTH
from scheduling.models import Appointment, Service

DAYS, WEEKS = "days", "weeks"
_DATE = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class _What(forms.Form):
    """Service and way of the next visit, as this doctor gives it; the present visit's own to begin with.

    What the address leaves out is filled in, so that the form is always a whole one.
    """

    service = forms.ModelChoiceField(Service.objects.none(), label=_("Service"), empty_label=None)
    mode = forms.ChoiceField(label=_("How"), choices=Mode.choices)

    def __init__(self, data: Mapping[str, Any], *, visit: Appointment) -> None:
        given = {name: data[name] for name in self.base_fields if data.get(name)}
        # A scan that needs a referral is asked for, not agreed on.
        self.offered = services_for(visit.doctor).filter(needs_referral=False)
        super().__init__({**self.usual(visit), **given})
        self.visit = visit
        field = self.fields["service"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = self.offered

    def usual(self, visit: Appointment) -> dict[str, Any]:
        service = self.offered.filter(pk=visit.service_id).first() or self.offered.first()
        modes = offered_modes(visit.doctor, service) if service else []
        mode = visit.mode if visit.mode in modes or not modes else sorted(modes)[0]
        return {"service": str(service.pk) if service else "", "mode": mode}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        service, mode = cleaned.get("service"), cleaned.get("mode")
        if service and mode and mode not in offered_modes(self.visit.doctor, service):
            self.add_error("mode", _("This visit is not offered that way. Please choose another one."))
        return cleaned


class FollowUpForm(_What):
    day = forms.DateField(label=_("Around"), widget=_DATE)

    def usual(self, visit: Appointment) -> dict[str, Any]:
        day = timezone.localdate() + timedelta(weeks=2)
        return {**super().usual(visit), "day": day.isoformat()}

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day is over."))
        if day > timezone.localdate() + timedelta(days=365):
            raise forms.ValidationError(_("That is more than a year ahead."))
        return day


class SeriesForm(_What):
    every = forms.IntegerField(label=_("Every"), min_value=1, max_value=series.LONGEST_INTERVAL)
    unit = forms.ChoiceField(label=_("Unit"), choices=[(DAYS, _("days")), (WEEKS, _("weeks"))])
    count = forms.IntegerField(label=_("How many visits"), min_value=series.FEWEST, max_value=series.MOST)
    first_day = forms.DateField(label=_("First one on"), widget=_DATE)
    at = forms.TimeField(label=_("At"), widget=forms.TimeInput({"type": "time", "step": 300}, format="%H:%M"))

    def usual(self, visit: Appointment) -> dict[str, Any]:
        start = timezone.localtime(series.usual_start(visit, 7), timezone.get_default_timezone())
        return {
            **super().usual(visit),
            "every": "1",
            "unit": WEEKS,
            "count": "6",
            "first_day": start.date().isoformat(),
            "at": f"{start:%H:%M}",
        }

    def wish(self) -> series.Wish:
        """Of a valid form. Raises what series.plan raises for what is out of range."""
        chosen = self.cleaned_data
        return series.Wish(
            visit=self.visit,
            service=chosen["service"],
            mode=chosen["mode"],
            first_day=chosen["first_day"],
            at=chosen["at"],
            every_days=chosen["every"] * (7 if chosen["unit"] == WEEKS else 1),
            count=chosen["count"],
        )


class NoteForm(forms.Form):
    reason = forms.CharField(
        label=_("What the next visit is about"),
        max_length=REASON_LENGTH,
        required=False,
        strip=True,
        help_text=_("The patient reads this."),
        widget=forms.Textarea({"rows": 2}),
    )

"""What narrows the figures: a period, a doctor, a service, a way. It all lives in the address."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Mode, Role
from accounts.models import User
from billing.enums import PaymentMethod
from scheduling.forms.agenda import OneDoctor
from scheduling.models import Service

from . import periods
from .periods import By, Period, Preset
from .sources import Narrowing

_FIRST, _LAST = date(1900, 1, 1), date(2199, 12, 31)


class _OneOf(forms.ModelChoiceField):
    """Whatever an address names that is none of the rows, in the words of people."""

    default_error_messages = {"invalid_choice": _("Choose one of the list.")}

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            # What is no id at all: Django would say of it that it is no UUID.
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from None


class _OneOfDoctors(OneDoctor, _OneOf):
    """By their names."""


class FiguresForm(forms.Form):
    """Own dates count as soon as one is given, whatever preset stands there. Nothing is narrowed by what is wrong: the
    page says it beside the field and shows no figures."""

    period = forms.ChoiceField(label=_("Period"), choices=Preset.choices)
    by = forms.ChoiceField(
        label=_("Added up by"), choices=[("", _("Fitting the period")), *By.choices], required=False
    )
    doctor = _OneOfDoctors(User.objects.none(), label=_("Doctor"), required=False, empty_label=_("All"))
    service = _OneOf(Service.objects.none(), label=_("Service"), required=False, empty_label=_("All"))
    mode = forms.ChoiceField(label=_("How"), choices=[("", _("All")), *Mode.choices], required=False)
    # Only behind a number of money.
    method = forms.ChoiceField(
        choices=[("", _("All")), *PaymentMethod.choices], required=False, widget=forms.HiddenInput
    )

    def __init__(self, data: QueryDict) -> None:
        # What counts is also what the page shows as chosen.
        chosen = data.copy()
        if chosen.get("from") or chosen.get("to"):
            chosen["period"] = Preset.OWN
        elif not chosen.get("period"):
            chosen["period"] = Preset.LAST_30
        super().__init__(chosen, auto_id="figures_%s")
        for name, label in (("from", _("From")), ("to", _("To"))):
            self.fields[name] = forms.DateField(
                label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
            )
        for name in ("period", "by", "mode", "method"):
            self.fields[name].error_messages["invalid_choice"] = _("Choose one of the list.")
        self.order_fields(["period", "from", "to", "by", "doctor", "service", "mode", "method"])
        self.fields["doctor"].queryset = User.objects.filter(  # type: ignore[attr-defined]
            role=Role.DOCTOR
        ).order_by("first_name", "last_name", "pk")
        self.fields["service"].queryset = Service.objects.order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        wanted = self.cleaned_data
        first, last = wanted.get("from"), wanted.get("to")
        if wanted.get("period") != Preset.OWN:
            return wanted
        for name in ("from", "to"):
            day = wanted.get(name)
            if name in self.errors:
                continue
            if day is None:
                self.add_error(name, _("Please choose a day."))
            elif not _FIRST <= day <= _LAST:
                self.add_error(name, _("Please choose a day between the years 1900 and 2199."))
        if not self.errors and first and last and first > last:
            self.add_error("to", _("The last day lies before the first one. Please choose a later day."))
        return wanted

    @property
    def chosen_period(self) -> Period:
        """Of a valid form."""
        wanted = self.cleaned_data
        if wanted["period"] == Preset.OWN:
            return Period(wanted["from"], wanted["to"])
        today = timezone.localdate(timezone=timezone.get_default_timezone())
        return periods.preset(wanted["period"], today)

    @property
    def chosen_by(self) -> By:
        return periods.allowed(self.chosen_period, self.cleaned_data["by"])

    @property
    def narrowing(self) -> Narrowing:
        wanted = self.cleaned_data
        doctor, service = wanted.get("doctor"), wanted.get("service")
        return Narrowing(
            doctor=doctor.pk if doctor else None,
            service=service.pk if service else None,
            mode=wanted.get("mode") or None,
        )

    @property
    def said(self) -> list[tuple[str, str]]:
        """What is chosen, in words."""
        wanted = self.cleaned_data
        doctor, service = wanted.get("doctor"), wanted.get("service")
        found = [
            (_("Doctor"), doctor.name if doctor else ""),
            (_("Service"), service.name if service else ""),
            (_("How"), str(Mode(wanted["mode"]).label) if wanted.get("mode") else ""),
            (_("Paid by"), str(PaymentMethod(wanted["method"]).label) if wanted.get("method") else ""),
        ]
        return [(str(label), value) for label, value in found if value]

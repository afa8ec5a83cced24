"""What narrows visits wherever staff look at them: calendar, timeline, list, export. It all lives in the address."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Mode
from accounts.models import Specialty, User
from scheduling.domain.agenda import doctors_of
from scheduling.domain.queries import of_patient
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Service

FURTHEST_YEARS = 20


class OneDoctor(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class SeveralDoctors(forms.ModelMultipleChoiceField):
    """A single id may stand without a list around it."""

    def clean(self, value: Any) -> Any:
        return super().clean([value] if isinstance(value, str) else value)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class VisitFilter(forms.Form):
    """A bad value is said beside its field and narrows nothing; the others still count. A doctor sees their own
    visits only, so for them there is no choice of doctor or specialty."""

    q = forms.CharField(
        label=_("Patient"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name or e-mail")}),
    )
    doctor = SeveralDoctors(
        User.objects.none(), label=_("Doctors"), required=False, widget=forms.CheckboxSelectMultiple
    )
    specialty = forms.ModelChoiceField(
        Specialty.objects.none(),
        label=_("Specialty"),
        required=False,
        empty_label=_("Any"),
        to_field_name="slug",
    )
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("Any")), *AppointmentStatus.choices], required=False
    )
    mode = forms.ChoiceField(label=_("How"), choices=[("", _("Any")), *Mode.choices], required=False)
    service = forms.ModelChoiceField(
        Service.objects.none(), label=_("Service"), required=False, empty_label=_("Any")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "filter_%s", **kwargs})
        self.user = user
        self._choose("service", Service.objects.all())
        if user.is_management:
            self._choose("doctor", doctors_of(user))
            self._choose("specialty", Specialty.objects.all())
        else:
            del self.fields["doctor"], self.fields["specialty"]

    def _choose(self, name: str, rows: QuerySet[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows

    def narrow(self, found: QuerySet[Appointment]) -> QuerySet[Appointment]:
        """Those of `found` that match every filter that makes sense."""
        self.is_valid()
        wanted = self.cleaned_data
        found = found.filter(of_patient(wanted.get("q", "")))
        if doctors := wanted.get("doctor"):
            found = found.filter(doctor__in=[doctor.pk for doctor in doctors])
        if specialty := wanted.get("specialty"):
            found = found.filter(doctor__doctor_profile__specialty=specialty)
        for name in ("status", "mode", "service"):
            if value := wanted.get(name):
                found = found.filter(**{name: value})
        return found

    @property
    def is_narrowing(self) -> bool:
        return bool(self.chosen)

    @property
    def chosen(self) -> list[str]:
        """The names of the filters that are set and make sense."""
        self.is_valid()
        return [name for name in self.fields if self.cleaned_data.get(name)]


def day_of(text: str | None) -> date | None:
    """The day an address names, near enough to be in a calendar."""
    try:
        day = date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
    return day if abs(day.year - timezone.localdate().year) < FURTHEST_YEARS else None


def wall_clock(text: str | None) -> datetime | None:
    """The moment that `2026-11-25T10:00` is at the clinic; None for what is none, or too far off."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    if moment.tzinfo is not None or day_of(text) is None:
        return None
    return timezone.make_aware(moment, timezone.get_default_timezone())


class MoveForm(forms.Form):
    """Where a visit is to go: `to` is the clinic's wall clock. `seen` is the sequence the visit had when it was
    picked up, so that nobody moves what someone else has just moved."""

    to = forms.DateTimeField(
        label=_("New time"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput({"type": "datetime-local", "step": 300}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Please choose a day and a time.")},
    )
    doctor = OneDoctor(User.objects.none(), label=_("Doctor"), required=False, empty_label=None)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    overbooking_reason = forms.CharField(
        label=_("Why it has to be then"), max_length=200, required=False, strip=True
    )

    def __init__(self, *args: Any, appointment: Appointment, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "move_%s", **kwargs})
        people = self.fields["doctor"]
        assert isinstance(people, forms.ModelChoiceField)
        people.queryset = (
            doctors_of(user) if user.is_management else User.objects.filter(pk=appointment.doctor_id)
        )

    def clean_to(self) -> datetime:
        moment: datetime = self.cleaned_data["to"]
        if day_of(str(moment.date())) is None:
            raise forms.ValidationError(_("Please choose a day and a time."))
        return moment

"""What one waits for, and how management looks through those who wait."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain.queries import doctors
from accounts.enums import Mode
from accounts.models import Specialty, User
from scheduling.domain.offers import ACTIVE
from scheduling.domain.queries import of_patient, services
from scheduling.enums import OPEN, WaitingStatus
from scheduling.models import Appointment, WaitingEntry

USUAL_DAYS = 14


class VisitField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Appointment) -> str:
        return _("%(doctor)s on %(time)s") % {
            "doctor": obj.doctor.name,
            "time": date_format(timezone.localtime(obj.starts_at), "DATETIME_FORMAT"),
        }


class JoinForm(forms.Form):
    """`who` is `doctor:<id>` or `specialty:<id>`; `chosen()` is what the domain takes."""

    who = forms.ChoiceField(label=gettext_lazy("With whom?"))
    service = forms.ModelChoiceField(
        services(), label=gettext_lazy("What do you need?"), empty_label=gettext_lazy("Choose")
    )
    mode = forms.ChoiceField(label=gettext_lazy("How do you want to meet?"), choices=Mode.choices)
    first_day = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    instead_of = VisitField(
        Appointment.objects.none(),
        label=gettext_lazy("Instead of a later visit"),
        required=False,
        empty_label=gettext_lazy("No, besides my other visits"),
        help_text=gettext_lazy("It stays yours until you take an earlier time."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        patient: User,
        doctor: User | None,
        specialty: Specialty | None,
        **kwargs: Any,
    ) -> None:
        today = timezone.localdate()
        usual = {
            "who": f"doctor:{doctor.pk}" if doctor else f"specialty:{specialty.pk}" if specialty else "",
            "mode": Mode.IN_PERSON,
            "first_day": today,
            "last_day": today + timedelta(days=USUAL_DAYS),
        }
        super().__init__(data, initial={**usual, **(kwargs.pop("initial", None) or {})}, **kwargs)
        self._who(doctor, specialty)
        field = self.fields["service"]
        if isinstance(field, forms.ModelChoiceField) and specialty is not None:
            field.queryset = services().filter(Q(specialty=None) | Q(specialty=specialty))
        for name in ("first_day", "last_day"):
            self.fields[name].widget.attrs["min"] = today.isoformat()
        self._instead_of(patient)

    def _who(self, doctor: User | None, specialty: Specialty | None) -> None:
        people = list(doctors().order_by("first_name", "last_name"))
        if specialty is not None:
            people = [person for person in people if person.doctor_profile.specialty_id == specialty.pk]
        if doctor is not None:
            people = [doctor]
        kinds = {person.doctor_profile.specialty_id: person.doctor_profile.specialty for person in people}
        any_of = [
            (f"specialty:{kind.pk}", _("Any doctor: %(specialty)s") % {"specialty": kind.name})
            for kind in sorted(kinds.values(), key=lambda kind: kind.name)
        ]
        one = [(f"doctor:{person.pk}", person.name) for person in people]
        field = self.fields["who"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = one + any_of if doctor else any_of + one

    def _instead_of(self, patient: User) -> None:
        field = self.fields["instead_of"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (
            Appointment.objects.filter(patient=patient, status__in=OPEN, starts_at__gt=timezone.now())
            .select_related("doctor")
            .order_by("starts_at")
        )
        if not field.queryset:
            del self.fields["instead_of"]

    def chosen(self) -> dict[str, Any]:
        """The arguments of waiting.join that the form knows."""
        wanted = dict(self.cleaned_data)
        kind, _sep, pk = wanted.pop("who").partition(":")
        if kind == "doctor":
            wanted["doctor"] = doctors().filter(pk=UUID(pk)).first()
        else:
            wanted["specialty"] = Specialty.objects.filter(pk=UUID(pk)).first()
        return wanted

    def refuse(self, fields: Mapping[str, list[str]], detail: str) -> None:
        """Show what the domain said, each at its field where it has one."""
        shown = False
        for name, messages in fields.items():
            at = {"doctor": "who"}.get(name, name)
            for message in messages:
                self.add_error(at if at in self.fields else None, message)
                shown = True
        if not shown:
            self.add_error(None, detail)


class WaitingFilter(forms.Form):
    """A bad value narrows nothing; the others still count."""

    q = forms.CharField(
        label=gettext_lazy("Patient"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("Name or e-mail")}),
    )
    doctor = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Doctor"),
        required=False,
        empty_label=gettext_lazy("Everyone"),
    )
    specialty = forms.ModelChoiceField(
        Specialty.objects.all(),
        label=gettext_lazy("Specialty"),
        required=False,
        empty_label=gettext_lazy("Any"),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=[("", gettext_lazy("Still waiting")), *WaitingStatus.choices, ("all", gettext_lazy("All"))],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "filter_%s", **kwargs})
        people = self.fields["doctor"]
        assert isinstance(people, forms.ModelChoiceField)
        people.queryset = doctors()

    def narrow(self, found: QuerySet[WaitingEntry]) -> QuerySet[WaitingEntry]:
        """Those that match, the longest waiting first."""
        self.is_valid()
        wanted = self.cleaned_data
        found = found.filter(of_patient(wanted.get("q", "")))
        if doctor := wanted.get("doctor"):
            found = found.filter(doctor=doctor)
        if specialty := wanted.get("specialty"):
            found = found.filter(specialty=specialty)
        status = wanted.get("status", "")
        if not status:
            found = found.filter(status__in=ACTIVE)
        elif status != "all":
            found = found.filter(status=status)
        return found.order_by("created_at", "pk")

    @property
    def is_narrowing(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields)

"""Filters of the staff's list, and the reason that goes with an action."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.domain.queries import doctors
from accounts.models import User
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment


class AppointmentFilter(forms.Form):
    """A bad value is said beside its field and narrows nothing; the others still count."""

    q = forms.CharField(
        label=_("Patient"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name or e-mail")}),
    )
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("Any")), *AppointmentStatus.choices], required=False
    )
    when = forms.ChoiceField(
        label=_("When"),
        choices=[("", _("From today on")), ("past", _("Before today")), ("all", _("Any time"))],
        required=False,
    )
    doctor = forms.ModelChoiceField(
        User.objects.none(), label=_("Doctor"), required=False, empty_label=_("Everyone")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "filter_%s", **kwargs})
        for name, label in (("from", _("From")), ("to", _("To"))):
            self.fields[name] = forms.DateField(
                label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
            )
        people = self.fields["doctor"]
        if user.is_management and isinstance(people, forms.ModelChoiceField):
            people.queryset = doctors()
        else:
            del self.fields["doctor"]

    def narrow(self, found: QuerySet[Appointment]) -> QuerySet[Appointment]:
        """Those of `found` that match every filter that makes sense, ordered: what is ahead by time, else the
        latest first. Days that are named replace `when`."""
        self.is_valid()
        wanted = self.cleaned_data
        ahead = False
        if not wanted.get("from") and not wanted.get("to"):
            midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time()))
            ahead = not wanted.get("when")
            if ahead:
                found = found.filter(starts_at__gte=midnight)
            elif wanted["when"] == "past":
                found = found.filter(starts_at__lt=midnight)
        for word in wanted.get("q", "").split():
            found = found.filter(
                Q(patient__first_name__icontains=word)
                | Q(patient__last_name__icontains=word)
                | Q(patient__email__icontains=word)
            )
        if status := wanted.get("status"):
            found = found.filter(status=status)
        if doctor := wanted.get("doctor"):
            found = found.filter(doctor=doctor)
        if first := wanted.get("from"):
            found = found.filter(starts_at__gte=timezone.make_aware(datetime.combine(first, time())))
        if last := wanted.get("to"):
            day_after = datetime.combine(last, time()) + timedelta(days=1)
            found = found.filter(starts_at__lt=timezone.make_aware(day_after))
        return found.order_by("starts_at" if ahead else "-starts_at", "pk")

    @property
    def is_narrowing(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields)


class ReasonForm(forms.Form):
    """Why, in the person's own words; the other side reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, needed: bool = False, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needed
        self.fields["reason"].help_text = help_text

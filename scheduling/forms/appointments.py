"""Filters of the staff's list, and the reason that goes with an action."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.core.fields import filter_day
from scheduling.domain.agenda import midnight
from scheduling.forms.agenda import VisitFilter
from scheduling.models import Appointment


class AppointmentFilter(VisitFilter):
    """For the list: also which days."""

    when = forms.ChoiceField(
        label=_("When"),
        choices=[("", _("From today on")), ("past", _("Before today")), ("all", _("Any time"))],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("from", _("From")), ("to", _("To"))):
            self.fields[name] = filter_day(label)

    def narrow(self, found: QuerySet[Appointment]) -> QuerySet[Appointment]:
        """Those of `found` that match every filter that makes sense, ordered: what is ahead by time, else the
        latest first. Days that are named replace `when`."""
        found = super().narrow(found)
        wanted = self.cleaned_data
        ahead = False
        if not wanted.get("from") and not wanted.get("to"):
            today = midnight(timezone.localdate())
            ahead = not wanted.get("when")
            if ahead:
                found = found.filter(starts_at__gte=today)
            elif wanted["when"] == "past":
                found = found.filter(starts_at__lt=today)
        if first := wanted.get("from"):
            found = found.filter(starts_at__gte=midnight(first))
        if last := wanted.get("to"):
            found = found.filter(starts_at__lt=midnight(last + timedelta(days=1)))
        return found.order_by("starts_at" if ahead else "-starts_at", "pk")


class ReasonForm(forms.Form):
    """Why, in the person's own words; the other side reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, *args: Any, needed: bool = False, help_text: Any = "", for_patient: bool = False, **kwargs: Any
    ) -> None:
        """`for_patient`: staff may say that the patient asked for it."""
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needed
        self.fields["reason"].help_text = help_text
        if for_patient:
            self.fields["at_patients_wish"] = forms.BooleanField(
                label=_("The patient asked for it"),
                required=False,
                help_text=_("Then the clinic's terms of cancellation hold for what was paid."),
            )

    def given(self) -> dict[str, Any]:
        """The arguments of the action. Without the question, whoever acts speaks for themselves."""
        return {name: self.cleaned_data[name] for name in self.fields}

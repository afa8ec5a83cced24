"""Reasons for reaching into a record, and for changing who belongs to it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.domain import break_glass, care
from accounts.domain.queries import doctors
from accounts.models import User


class BreakGlassForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you need this record now?"),
        min_length=break_glass.REASON_MIN,
        max_length=break_glass.REASON_MAX,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": _("Say in a sentence why you need this record now.")},
        help_text=_("The patient and the clinic's management are told at once that you opened it."),
    )


class EndCareForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), min_length=care.REASON_MIN, max_length=care.REASON_MAX)


class AddCareForm(EndCareForm):
    doctor = forms.ModelChoiceField(User.objects.none(), label=_("Doctor"), empty_label=_("Choose a doctor"))

    field_order = ["doctor", "reason"]

    def __init__(self, *args: Any, patient: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["doctor"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = doctors().exclude(patient_links__patient=patient)

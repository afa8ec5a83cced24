"""Which visit somebody asks the price of. The address is made by our own pages."""

from django import forms
from django.utils.dateparse import parse_datetime


class QuoteForm(forms.Form):
    doctor = forms.UUIDField()
    service = forms.UUIDField()
    starts_at = forms.CharField()
    patient = forms.UUIDField(required=False)

    def clean_starts_at(self) -> object:
        try:
            moment = parse_datetime(self.cleaned_data["starts_at"].replace(" ", "+"))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise forms.ValidationError("no moment")
        return moment

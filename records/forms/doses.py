"""What the buttons beside a dose send."""

from django import forms


class DoseForm(forms.Form):
    day = forms.DateField(required=False)
    time = forms.TimeField(required=False, input_formats=["%H:%M"])
    when = forms.CharField(required=False, max_length=10)
    # One of those that are offered; own words say more.
    why = forms.CharField(required=False, max_length=160)
    reason = forms.CharField(required=False)
    seen = forms.CharField(required=False, max_length=36)

"""What management fills in to correct an invoice."""

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.domain.payments import REASON_MAX


class CorrectionForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("It stands on the credit note, and the patient reads it."),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": REASON_MAX}),
        error_messages={"required": _("Say what is wrong on the invoice.")},
    )

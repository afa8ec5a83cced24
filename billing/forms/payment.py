"""What people type about a payment. What is right, the domain decides; the forms only carry it."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clinic.core.errors import DomainError


class AttemptForm(forms.Form):
    bank_reference = forms.CharField(
        label=_("Bank reference"),
        max_length=120,
        help_text=_("The transaction number on your bank's or wallet's receipt."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Enter the reference your bank gave you for the transfer.")},
    )
    proof = forms.FileField(
        label=_("Picture of the receipt"),
        required=False,
        # No `capture`: most people have a screenshot, and phones offer the camera anyway.
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp", "data-proof-input": ""}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        megabytes = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
        self.fields["proof"].help_text = _(
            "A screenshot or photo (JPG, PNG or WebP, at most %(most)s MB) lets us find your payment faster."
        ) % {"most": megabytes}
        self.fields["proof"].widget.attrs["data-max-bytes"] = str(settings.UPLOAD_MAX_BYTES)


def take_refusal(form: forms.Form, refusal: DomainError) -> None:
    """Show a refusal at the fields it names, else above the form."""
    named = False
    for field, messages in refusal.fields.items():
        if field in form.fields:
            form.add_error(field, messages)
            named = True
    if not named:
        form.add_error(None, refusal.detail)

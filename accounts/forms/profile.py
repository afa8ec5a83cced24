"""Own profile."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from accounts.models import DoctorProfile, PatientProfile, User
from clinic.core import files
from clinic.core.errors import DomainError

PHOTO_SIDE = 512


def _phone(**options: Any) -> PhoneNumberField:
    return PhoneNumberField(
        required=False, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}), **options
    )


class PhotoField(forms.FileField):
    """A picture, cut square and encoded afresh; what can't be is refused in words."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if not upload or upload is initial:
            return upload
        try:
            return files.clean_upload(upload, files.IMAGE_TYPES, square=PHOTO_SIDE).content
        except DomainError as error:
            raise forms.ValidationError(error.detail, code=error.code) from error


class PhotoInput(forms.ClearableFileInput):
    """Django asks a stored file for its address to see whether there is one; ours have none by design."""

    def is_initial(self, value: Any) -> bool:
        return bool(value)


class AccountForm(forms.ModelForm[User]):
    phone = _phone(
        label=_("Phone"), help_text=_("So that the clinic can reach you. For example 984-1234567.")
    )
    photo = PhotoField(
        label=_("Photo"),
        required=False,
        help_text=_("JPEG, PNG or WebP up to 10 MB. It is cut to a square."),
        widget=PhotoInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    class Meta:
        model = User
        fields = ["first_name", "last_name", "phone"]
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
        }


class PatientForm(forms.ModelForm[PatientProfile]):
    emergency_contact_phone = _phone(label=_("Emergency phone"))

    class Meta:
        model = PatientProfile
        fields = ["date_of_birth", "gender", "address", "emergency_contact_name", "emergency_contact_phone"]
        widgets = {
            "date_of_birth": forms.DateInput(
                format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "bday"}
            ),
            "address": forms.TextInput(attrs={"autocomplete": "street-address"}),
        }
        help_texts = {"emergency_contact_name": _("Whom to call when something happens to you.")}


class DoctorForm(forms.ModelForm[DoctorProfile]):
    class Meta:
        model = DoctorProfile
        fields = ["biography", "education", "years_of_experience", "languages", "modes"]
        widgets = {"biography": forms.Textarea(attrs={"rows": 5})}
        help_texts = {"biography": _("Patients read this before they book.")}

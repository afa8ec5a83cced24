"""Own profile."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from accounts.models import DoctorProfile, PatientProfile, User
from clinic.core import files, zones
from clinic.core.errors import DomainError

PHOTO_SIDE = 512


def phone_field(**options: Any) -> PhoneNumberField:
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


class ZoneInput(forms.TextInput):
    """A text field that suggests the known time zones while one types."""

    template_name = "django/forms/widgets/zone_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["suggestions"] = zones.names()
        context["widget"]["attrs"]["list"] = f"{context['widget']['attrs'].get('id', name)}_zones"
        return context


class AccountForm(forms.ModelForm[User]):
    phone = phone_field(
        label=_("Phone"), help_text=_("So that the clinic can reach you. For example 984-1234567.")
    )
    language = forms.ChoiceField(
        label=_("Language of mails and notifications"), choices=settings.LANGUAGES, required=False
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=40,
        required=False,
        help_text=_(
            "Where you live, for example Asia/Kathmandu. Times of visits are then shown on your clock too."
        ),
        widget=ZoneInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "words"}),
    )
    photo = PhotoField(
        label=_("Photo"),
        required=False,
        help_text=_("JPEG, PNG or WebP up to 10 MB. It is cut to a square."),
        widget=PhotoInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    class Meta:
        model = User
        fields = ["first_name", "last_name", "phone", "language", "time_zone"]
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].required = not self.is_bound or "language" in self.data

    def clean_language(self) -> str:
        """A program or page that does not send it leaves it as it is."""
        return self.cleaned_data["language"] or self.initial["language"]

    def clean_time_zone(self) -> str:
        """The city alone will do; the clinic's own zone is one like any other."""
        if "time_zone" not in self.data:
            return str(self.initial["time_zone"])
        found = zones.meant(self.cleaned_data["time_zone"])
        if found and found not in zones.known():
            raise forms.ValidationError(_("This time zone is not known. Choose one from the list."))
        return found


PATIENT_WIDGETS: dict[str, forms.Widget] = {
    "date_of_birth": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "bday"}),
    "address": forms.TextInput(attrs={"autocomplete": "street-address"}),
    "height_cm": forms.NumberInput(attrs={"inputmode": "numeric", "min": 30, "max": 250}),
    "weight_kg": forms.NumberInput(attrs={"inputmode": "decimal", "min": 0.5, "max": 400, "step": 0.1}),
    "allergies": forms.Textarea(attrs={"rows": 3}),
    "conditions": forms.Textarea(attrs={"rows": 3}),
    "medical_aid_scheme": forms.TextInput(attrs={"autocomplete": "off"}),
    "medical_aid_number": forms.TextInput(attrs={"autocomplete": "off"}),
}
PATIENT_HELP: dict[str, Any] = {
    "emergency_contact_name": _("Whom to call when something happens to you."),
    "allergies": _("One on each line, medicines first. Write 'none' when you know of none."),
    "conditions": _("For example diabetes or asthma, one on each line. Write 'none' when you have none."),
    "medical_aid_scheme": _("Name of your insurance or medical aid. Leave both empty when you have none."),
}


class PatientForm(forms.ModelForm[PatientProfile]):
    emergency_contact_phone = phone_field(label=_("Emergency phone"))

    class Meta:
        model = PatientProfile
        fields = [
            "date_of_birth",
            "gender",
            "address",
            "emergency_contact_name",
            "emergency_contact_phone",
            "blood_group",
            "height_cm",
            "weight_kg",
            "allergies",
            "conditions",
            "medical_aid_scheme",
            "medical_aid_number",
        ]
        widgets = PATIENT_WIDGETS
        help_texts = PATIENT_HELP


class DoctorForm(forms.ModelForm[DoctorProfile]):
    class Meta:
        model = DoctorProfile
        fields = ["biography", "education", "years_of_experience", "languages", "modes"]
        widgets = {"biography": forms.Textarea(attrs={"rows": 5})}
        help_texts = {"biography": _("Patients read this before they book.")}

"""One short form for each step of the first questions. Nothing in them is required."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import OnboardingStep
from accounts.forms.profile import (
    PATIENT_HELP,
    PATIENT_WIDGETS,
    PhotoField,
    PhotoInput,
    phone_field,
)
from accounts.models import PatientProfile

_Form = forms.ModelForm[PatientProfile]


class AboutForm(_Form):
    class Meta:
        model = PatientProfile
        fields = ["date_of_birth", "gender", "address"]
        widgets = PATIENT_WIDGETS


class ContactForm(_Form):
    phone = phone_field(label=_("Your phone"), help_text=_("For example 984-1234567."))
    emergency_contact_phone = phone_field(label=_("Emergency phone"))
    field_order = ["phone", "emergency_contact_name", "emergency_contact_phone"]

    class Meta:
        model = PatientProfile
        fields = ["emergency_contact_name", "emergency_contact_phone"]
        help_texts = PATIENT_HELP


class HealthForm(_Form):
    class Meta:
        model = PatientProfile
        fields = ["blood_group", "height_cm", "weight_kg", "allergies", "conditions"]
        widgets = PATIENT_WIDGETS
        help_texts = PATIENT_HELP


class AidForm(_Form):
    photo = PhotoField(
        label=_("Photo"),
        required=False,
        help_text=_(
            "So that the clinic's staff know you. JPEG, PNG or WebP up to 10 MB; it is cut to a square."
        ),
        widget=PhotoInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    class Meta:
        model = PatientProfile
        fields = ["medical_aid_scheme", "medical_aid_number"]
        widgets = PATIENT_WIDGETS
        help_texts = PATIENT_HELP


FORMS: dict[OnboardingStep, type[_Form]] = {
    OnboardingStep.ABOUT: AboutForm,
    OnboardingStep.CONTACT: ContactForm,
    OnboardingStep.HEALTH: HealthForm,
    OnboardingStep.AID: AidForm,
}

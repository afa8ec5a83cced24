"""Sign-up for patients. Nobody can choose a role: the form has no such field and `register_patient` no such input."""

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from accounts.domain import people
from accounts.models import User
from accounts.validators import validate_person_name


class SignupForm(AllauthSignupForm):
    first_name = forms.CharField(
        label=_("First name"),
        max_length=80,
        validators=[validate_person_name],
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=80,
        validators=[validate_person_name],
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    phone = PhoneNumberField(
        label=_("Phone"),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "placeholder": "98…"}),
    )
    field_order = ["first_name", "last_name", "email", "phone", "password1"]

    def clean(self) -> dict[str, Any]:
        """Passwords too like the name or address are refused too."""
        data = super().clean()
        password = data.get("password1")
        if password and "password1" not in self.errors:
            names = {name: data.get(name) or "" for name in ("email", "first_name", "last_name")}
            try:
                people.check_password(password, User(**names))
            except ValidationError as error:
                self.add_error("password1", error.messages)
        return data

    def try_save(self, request: HttpRequest) -> Any:
        """An address taken in the same moment is answered as one taken long ago."""
        try:
            return super().try_save(request)
        except people.EmailTaken:
            self.account_already_exists = True
            return super().try_save(request)

    def save(self, request: HttpRequest) -> User:
        data = self.cleaned_data
        return people.register_patient(
            email=data["email"],
            password=data["password1"],
            first_name=data["first_name"],
            last_name=data["last_name"],
            phone=data["phone"],
        )

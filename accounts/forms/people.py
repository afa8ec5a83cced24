"""What management and admin fill in about others."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.domain import people_list
from accounts.enums import Role
from accounts.forms.profile import PATIENT_WIDGETS, phone_field
from accounts.models import DoctorProfile, PatientProfile, Specialty, User

SORTS = {
    "name": ("first_name", "last_name", "pk"),
    "newest": ("-created_at", "pk"),
    "seen": ("-last_login", "first_name", "pk"),
}


class PersonForm(forms.ModelForm[User]):
    """The account. Whether the address is taken is the domain's to say: it knows second addresses too."""

    phone = phone_field(label=_("Phone"))

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email", "phone"]
        help_texts = {"email": _("The person logs in with it, so everyone needs one of their own.")}
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
        }

    def clean_email(self) -> str:
        return str(get_adapter().clean_email(self.cleaned_data["email"]))

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "email"}  # type: ignore[misc]


class PatientDetailsForm(forms.ModelForm[PatientProfile]):
    """What the front desk needs of a patient; health basics are not among it."""

    emergency_contact_phone = phone_field(label=_("Emergency phone"))

    class Meta:
        model = PatientProfile
        fields = [
            "date_of_birth",
            "gender",
            "address",
            "emergency_contact_name",
            "emergency_contact_phone",
            "medical_aid_scheme",
            "medical_aid_number",
        ]
        widgets = {**PATIENT_WIDGETS, "address": forms.TextInput(attrs={"autocomplete": "off"})}


class DoctorDetailsForm(forms.ModelForm[DoctorProfile]):
    class Meta:
        model = DoctorProfile
        fields = [
            "specialty",
            "licence_number",
            "fee",
            "languages",
            "modes",
            "years_of_experience",
            "education",
            "biography",
        ]
        labels = {"specialty": _("Specialty")}
        widgets = {
            "biography": forms.Textarea(attrs={"rows": 4}),
            "fee": forms.NumberInput(attrs={"inputmode": "decimal", "min": 0}),
        }


DETAILS: dict[str, type[PatientDetailsForm] | type[DoctorDetailsForm]] = {
    Role.PATIENT: PatientDetailsForm,
    Role.DOCTOR: DoctorDetailsForm,
}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=240,
        help_text=_("For the activity trail; the person is not told."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class PeopleFilter(forms.Form):
    """A bad value is as good as none: a shared address never breaks."""

    q = forms.CharField(
        label=_("Name, e-mail or phone"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    standing = forms.ChoiceField(
        label=_("Standing"),
        choices=[
            ("", _("Active")),
            ("closed", _("Deactivated")),
            ("new", _("Never logged in")),
            ("all", _("All")),
        ],
        required=False,
    )
    specialty = forms.ModelChoiceField(
        Specialty.objects.none(),
        label=_("Specialty"),
        to_field_name="slug",
        required=False,
        empty_label=_("Any"),
    )
    profile = forms.ChoiceField(
        label=_("Profile"), choices=[("", _("Any")), ("incomplete", _("Incomplete"))], required=False
    )
    sort = forms.ChoiceField(
        label=_("Sort by"),
        choices=[("", _("Name")), ("newest", _("Newest")), ("seen", _("Last log-in"))],
        required=False,
    )

    def __init__(self, data: Any, role: str) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.role = role
        if role == Role.DOCTOR:
            specialty = self.fields["specialty"]
            assert isinstance(specialty, forms.ModelChoiceField)
            specialty.queryset = Specialty.objects.all()
        else:
            del self.fields["specialty"]
        if role not in (Role.PATIENT, Role.DOCTOR):
            del self.fields["profile"]

    def narrow(self, found: QuerySet[User]) -> QuerySet[User]:
        self.is_valid()
        wanted = self.cleaned_data
        found = people_list.matching(found.filter(role=self.role), wanted.get("q", ""))
        standing = wanted.get("standing") or ""
        if standing != "all":
            found = found.filter(is_active=standing != "closed")
        if standing == "new":
            found = found.filter(last_login=None)
        if wanted.get("specialty"):
            found = found.filter(doctor_profile__specialty=wanted["specialty"])
        if wanted.get("profile"):
            found = people_list.incomplete(found, self.role)
        return found.order_by(*SORTS[wanted.get("sort") or "name"])

    @property
    def is_narrowing(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields if name != "sort")

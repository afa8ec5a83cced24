"""Shapes of people in the API."""

from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from phonenumber_field.serializerfields import PhoneNumberField
from rest_framework import serializers

from accounts.enums import BloodGroup, Gender, Mode, Role, SpokenLanguage
from accounts.models import DoctorProfile, PatientProfile, User
from accounts.validators import validate_birth, validate_lines, validate_person_name
from clinic.core import files
from clinic.core.errors import DomainError


class RegisterSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)
    first_name = serializers.CharField(max_length=80, validators=[validate_person_name])
    last_name = serializers.CharField(max_length=80, validators=[validate_person_name])
    phone = PhoneNumberField(required=False, allow_blank=True, max_length=40)
    date_of_birth = serializers.DateField(required=False, allow_null=True, validators=[validate_birth])
    gender = serializers.ChoiceField(choices=Gender.choices, required=False, allow_blank=True)


class RegisteredSerializer(serializers.Serializer[Any]):
    """The same whether or not there is an account with this address."""

    email = serializers.EmailField()
    detail = serializers.CharField(help_text="What to do next: open the link in the mail.")


class LoginSerializer(serializers.Serializer[Any]):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)
    otp = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        write_only=True,
        help_text="For accounts with a second factor: a code of the authenticator app, or a recovery code.",
    )


class AccountSerializer(serializers.ModelSerializer[User]):
    name = serializers.CharField(read_only=True)
    role = serializers.ChoiceField(choices=Role.choices, read_only=True)

    class Meta:
        model = User
        fields = ["id", "email", "name", "role"]
        read_only_fields = fields


class LoggedInSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Send it as `Authorization: Token <token>`.")
    expires_at = serializers.DateTimeField()
    user = AccountSerializer()


class TicketSerializer(serializers.Serializer[Any]):
    ticket = serializers.CharField(help_text="Opens `/ws/?ticket=` once.")
    expires_in = serializers.IntegerField(help_text="Seconds.")


class PatientDetailsSerializer(serializers.ModelSerializer[PatientProfile]):
    gender = serializers.ChoiceField(choices=Gender.choices, required=False, allow_blank=True)
    emergency_contact_phone = PhoneNumberField(required=False, allow_blank=True, max_length=40)
    blood_group = serializers.ChoiceField(choices=BloodGroup.choices, required=False, allow_blank=True)
    allergies = serializers.CharField(
        max_length=1000, required=False, allow_blank=True, validators=[validate_lines]
    )
    conditions = serializers.CharField(
        max_length=1000, required=False, allow_blank=True, validators=[validate_lines]
    )

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


class DoctorDetailsSerializer(serializers.ModelSerializer[DoctorProfile]):
    """Specialty, licence and fee are the clinic's to set."""

    specialty = serializers.CharField(source="specialty.name", read_only=True)
    languages = serializers.ListField(
        child=serializers.ChoiceField(choices=SpokenLanguage.choices), allow_empty=False, required=False
    )
    modes = serializers.ListField(
        child=serializers.ChoiceField(choices=Mode.choices), allow_empty=False, required=False
    )
    biography = serializers.CharField(max_length=2000, required=False, allow_blank=True)

    class Meta:
        model = DoctorProfile
        fields = [
            "specialty",
            "licence_number",
            "fee",
            "languages",
            "modes",
            "biography",
            "education",
            "years_of_experience",
        ]
        read_only_fields = ["licence_number", "fee"]


@extend_schema_field(OpenApiTypes.URI)
class PhotoField(serializers.FileField):
    """In: a picture (multipart), or empty to remove it; its own address leaves it. Out: its address, or null."""

    def to_internal_value(self, data: Any) -> Any:
        if data in ("", None):
            return None
        instance = getattr(self.parent, "instance", None)
        if isinstance(data, str) and instance and data == self.to_representation(instance.photo):
            raise serializers.SkipField  # a client that puts back what it got
        upload: Any = super().to_internal_value(data)
        try:
            return files.clean_upload(upload, files.IMAGE_TYPES, square=512).content
        except DomainError as error:
            raise serializers.ValidationError(error.detail) from error

    def to_representation(self, value: Any) -> str | None:
        """With the photo's version, as User.photo_url; a token opens it."""
        if not value:
            return None
        address = f"{reverse('api-photo', args=[value.instance.pk])}?v={value.instance.photo_version}"
        return str(self.context["request"].build_absolute_uri(address))


class ProfileSerializer(serializers.ModelSerializer[User]):
    """Own account. `patient` and `doctor` are null unless that is one's role."""

    email = serializers.EmailField(read_only=True)
    name = serializers.CharField(read_only=True)
    role = serializers.ChoiceField(choices=Role.choices, read_only=True)
    phone = PhoneNumberField(required=False, allow_blank=True, max_length=40)
    photo = PhotoField(required=False, allow_null=True)
    patient = PatientDetailsSerializer(source="patient_profile", required=False, allow_null=True)
    doctor = DoctorDetailsSerializer(source="doctor_profile", required=False, allow_null=True)

    class Meta:
        model = User
        fields = [
            "id",
            "email",
            "name",
            "first_name",
            "last_name",
            "phone",
            "role",
            "time_zone",
            "photo",
            "patient",
            "doctor",
        ]
        read_only_fields = ["id"]

    def to_representation(self, instance: User) -> dict[str, Any]:
        shown = super().to_representation(instance)
        for part, role in (("patient", Role.PATIENT), ("doctor", Role.DOCTOR)):
            shown[part] = shown.get(part) if instance.role == role else None
        return shown

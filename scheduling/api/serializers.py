"""What the API shows of services, doctors, slots and appointments, and what it takes."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from accounts.enums import Mode, SpokenLanguage
from accounts.models import Specialty, User
from clinic.core.fields import MomentField
from scheduling.domain.booking import MAX_FILES, OVERBOOKING_MAX_LENGTH, REASON_MAX_LENGTH
from scheduling.domain.paying import payment_that_counts
from scheduling.models import Appointment, AppointmentStatusChange, Resource, Service


class ServiceSerializer(serializers.ModelSerializer[Service]):
    """`price` is the service's own; a service `charged_at_doctors_fee` costs what the doctor asks."""

    currency = serializers.SerializerMethodField()
    modes = serializers.ListField(child=serializers.ChoiceField(choices=Mode.choices), read_only=True)
    charged_at_doctors_fee = serializers.BooleanField(source="price_from_doctor", read_only=True)

    class Meta:
        model = Service
        fields = [
            "id",
            "name",
            "kind",
            "description",
            "minutes",
            "price",
            "currency",
            "charged_at_doctors_fee",
            "modes",
            "preparation",
            "needs_referral",
        ]
        read_only_fields = fields

    def get_currency(self, service: Service) -> str:
        return settings.CLINIC_CURRENCY


class DoctorSerializer(serializers.ModelSerializer[User]):
    """`specialty` is its name. `rating` is null until a rating is published."""

    name = serializers.CharField(read_only=True)
    specialty = serializers.CharField(source="doctor_profile.specialty.name", read_only=True)
    specialty_id = serializers.UUIDField(source="doctor_profile.specialty.pk", read_only=True)
    languages = serializers.ListField(
        source="doctor_profile.languages",
        child=serializers.ChoiceField(choices=SpokenLanguage.choices),
        read_only=True,
    )
    fee = serializers.DecimalField(
        source="doctor_profile.fee", max_digits=10, decimal_places=2, read_only=True
    )
    currency = serializers.SerializerMethodField()
    rating = serializers.DecimalField(
        source="doctor_profile.rating",
        max_digits=2,
        decimal_places=1,
        coerce_to_string=False,
        allow_null=True,
        read_only=True,
        help_text="Average of the published ratings, 1 to 5.",
    )
    rating_count = serializers.IntegerField(source="doctor_profile.rating_count", read_only=True)

    class Meta:
        model = User
        fields = [
            "id",
            "name",
            "specialty",
            "specialty_id",
            "languages",
            "fee",
            "currency",
            "rating",
            "rating_count",
        ]
        read_only_fields = fields

    def get_currency(self, doctor: User) -> str:
        return settings.CLINIC_CURRENCY


class SpecialtySerializer(serializers.ModelSerializer[Specialty]):
    class Meta:
        model = Specialty
        fields = ["id", "name", "slug", "description"]
        read_only_fields = fields


class SlotSerializer(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField(read_only=True)
    ends_at = serializers.DateTimeField(read_only=True)


class SlotsSerializer(serializers.Serializer[Any]):
    slots = SlotSerializer(many=True, read_only=True)


class AnySlotSerializer(SlotSerializer):
    doctors = serializers.ListField(source="doctor_ids", child=serializers.UUIDField(), read_only=True)


class AnySlotsSerializer(serializers.Serializer[Any]):
    slots = AnySlotSerializer(many=True, read_only=True)


class ResourceSerializer(serializers.ModelSerializer[Resource]):
    class Meta:
        model = Resource
        fields = ["id", "name"]
        read_only_fields = fields


class HistorySerializer(serializers.ModelSerializer[AppointmentStatusChange]):
    """A step; equal from and to: the visit was moved. `actor` null: the portal itself."""

    actor_name = serializers.CharField(source="actor.name", default=None, allow_null=True, read_only=True)

    class Meta:
        model = AppointmentStatusChange
        fields = ["from_status", "to_status", "at", "reason", "actor", "actor_name"]
        read_only_fields = fields


class AppointmentSerializer(serializers.ModelSerializer[Appointment]):
    doctor = serializers.UUIDField(source="doctor_id", read_only=True)
    doctor_name = serializers.CharField(source="doctor.name", read_only=True)
    patient = serializers.UUIDField(source="patient_id", read_only=True)
    patient_name = serializers.CharField(source="patient.name", read_only=True)
    service = serializers.UUIDField(source="service_id", read_only=True)
    service_name = serializers.CharField(source="service.name", read_only=True)
    payment = serializers.SerializerMethodField()
    payments = serializers.SerializerMethodField()
    call = serializers.UUIDField(source="call_id", allow_null=True, read_only=True)
    conversation = serializers.UUIDField(source="conversation_id", allow_null=True, read_only=True)
    history = HistorySerializer(many=True, read_only=True)
    resources = ResourceSerializer(many=True, read_only=True, help_text="Rooms and equipment.")
    preparation = serializers.CharField(
        source="service.preparation", read_only=True, help_text="How the patient prepares for it."
    )
    series = serializers.UUIDField(source="series_id", allow_null=True, read_only=True)
    follow_up_of = serializers.UUIDField(source="follow_up_of_id", allow_null=True, read_only=True)
    sequence = serializers.IntegerField(
        read_only=True, help_text="Raised by each move and when it is called off."
    )
    is_displaced = serializers.SerializerMethodField(
        help_text="The clinic can't keep this time and asks the patient for another one."
    )
    overbooking_reason = serializers.SerializerMethodField(
        help_text="Why the doctor has another visit then; empty for patients."
    )

    class Meta:
        model = Appointment
        fields = [
            "id",
            "status",
            "mode",
            "starts_at",
            "ends_at",
            "reason",
            "doctor",
            "doctor_name",
            "patient",
            "patient_name",
            "service",
            "service_name",
            "price",
            "currency",
            "hold_expires_at",
            "payment",
            "payments",
            "call",
            "conversation",
            "history",
            "resources",
            "preparation",
            "series",
            "follow_up_of",
            "sequence",
            "is_displaced",
            "overbooking_reason",
        ]
        read_only_fields = fields

    def get_payment(self, appointment: Appointment) -> str | None:
        """The id of the payment that counts now: one that is still open, else the visit's first."""
        payment = payment_that_counts(appointment)
        return str(payment.pk) if payment else None

    def get_payments(self, appointment: Appointment) -> list[str]:
        """The ids of all, the oldest first: the visit itself, then what was left to pay for it."""
        payments = sorted(appointment.payments.all(), key=lambda payment: payment.created_at)  # type: ignore[attr-defined]
        return [str(payment.pk) for payment in payments]

    def get_is_displaced(self, appointment: Appointment) -> bool:
        return appointment.displaced_at is not None

    def get_overbooking_reason(self, appointment: Appointment) -> str:
        """The clinic's own words, not meant for the patient."""
        request = self.context.get("request")
        return appointment.overbooking_reason if request and request.user.is_clinic_staff else ""


class BookSerializer(serializers.Serializer[Any]):
    """`patient` is for staff, who book for others: management for anybody, doctors for those they treat. Management may
    give an `overbooking_reason` where the doctor is taken, and confirm with `pay_later`. Files come as multipart
    `files`."""

    doctor = serializers.UUIDField()
    service = serializers.UUIDField()
    starts_at = MomentField()
    mode = serializers.ChoiceField(choices=Mode.choices)
    reason = serializers.CharField(max_length=REASON_MAX_LENGTH, required=False, allow_blank=True, default="")
    patient = serializers.UUIDField(required=False)
    referral = serializers.UUIDField(required=False, allow_null=True)
    overbooking_reason = serializers.CharField(
        max_length=OVERBOOKING_MAX_LENGTH, required=False, allow_blank=True, default=""
    )
    pay_later = serializers.BooleanField(required=False, default=False)
    files = serializers.ListField(
        child=serializers.FileField(), required=False, default=list, max_length=MAX_FILES
    )


class RescheduleSerializer(serializers.Serializer[Any]):
    """`sequence` as the caller last saw it: then a visit that somebody else has moved since stays there, 409
    `moved_meanwhile`. The others are for management."""

    starts_at = MomentField()
    sequence = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0)
    doctor = serializers.UUIDField(required=False)
    overbooking_reason = serializers.CharField(
        max_length=OVERBOOKING_MAX_LENGTH, required=False, allow_blank=True, default=""
    )


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=REASON_MAX_LENGTH, required=False, allow_blank=True, default="")

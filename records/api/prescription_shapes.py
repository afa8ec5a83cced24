"""How prescriptions are told and asked for over the API."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from records import rules
from records.domain import signing
from records.domain.prescription_payload import line_now, lines_of
from records.enums import FindingGrade, Frequency, Route
from records.models import Prescription, PrescriptionItem, PrescriptionStatusChange, SafetyOverride


class PrescriptionItemSerializer(serializers.ModelSerializer[PrescriptionItem]):
    """`medicine_name` and `words` (for the patient) of a signed one are what was signed."""

    medicine_name = serializers.SerializerMethodField()
    unit = serializers.CharField(source="medicine.unit", read_only=True)
    words = serializers.SerializerMethodField()

    class Meta:
        model = PrescriptionItem
        fields = [
            "id",
            "position",
            "medicine",
            "medicine_name",
            "unit",
            "dose",
            "route",
            "frequency",
            "times",
            "as_needed",
            "starts_on",
            "days",
            "quantity",
            "instructions",
            "words",
            "stopped_at",
            "stop_reason",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.CharField())
    def get_medicine_name(self, item: PrescriptionItem) -> str:
        return str(item.medicine)

    @extend_schema_field(serializers.CharField())
    def get_words(self, item: PrescriptionItem) -> str:
        return line_now(item).sentence


class PrescriptionChangeSerializer(serializers.ModelSerializer[PrescriptionStatusChange]):
    class Meta:
        model = PrescriptionStatusChange
        fields = ["from_status", "to_status", "at", "reason"]
        read_only_fields = fields


class PrescriptionSerializer(serializers.ModelSerializer[Prescription]):
    """`code`: what the QR holds after the # of `/rx/<number>/`."""

    patient_name = serializers.CharField(source="patient.name", read_only=True)
    author_name = serializers.CharField(source="author.name", read_only=True)
    items = serializers.SerializerMethodField()
    code = serializers.SerializerMethodField()

    class Meta:
        model = Prescription
        fields = [
            "id",
            "number",
            "patient",
            "patient_name",
            "author",
            "author_name",
            "appointment",
            "status",
            "version",
            "language",
            "note",
            "items",
            "replaces",
            "signed_at",
            "valid_until",
            "key_id",
            "code",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    @extend_schema_field(PrescriptionItemSerializer(many=True))
    def get_items(self, prescription: Prescription) -> list[Any]:
        return [
            {
                **PrescriptionItemSerializer(item).data,
                "medicine_name": line.medicine,
                "unit": line.unit,
                "words": line.sentence,
            }
            for item, line in lines_of(prescription)
        ]

    @extend_schema_field(serializers.CharField())
    def get_code(self, prescription: Prescription) -> str:
        return signing.code(prescription) if prescription.payload else ""


class PrescriptionOverrideSerializer(serializers.ModelSerializer[SafetyOverride]):
    class Meta:
        model = SafetyOverride
        fields = ["finding", "grade", "text", "source", "reason"]
        read_only_fields = fields


class PrescriptionDetailSerializer(PrescriptionSerializer):
    history = PrescriptionChangeSerializer(many=True, read_only=True)
    overrides = serializers.SerializerMethodField(
        help_text="For doctors to whom the record is open; empty for others."
    )

    class Meta(PrescriptionSerializer.Meta):
        fields = [*PrescriptionSerializer.Meta.fields, "history", "overrides"]
        read_only_fields = fields

    @extend_schema_field(PrescriptionOverrideSerializer(many=True))
    def get_overrides(self, prescription: Prescription) -> list[Any]:
        # They tell of the record: not for an author to whom it is closed now.
        if not rules.can_prescribe(self.context["request"].user, prescription.patient):
            return []
        return list(PrescriptionOverrideSerializer(prescription.overrides.all(), many=True).data)


class PrescriptionItemInSerializer(serializers.Serializer[Any]):
    """For the schema; the domain reads it. `ends_on` in place of `days`; `quantity` to say another than reckoned."""

    medicine = serializers.UUIDField()
    dose = serializers.CharField(help_text="In units of the medicine: 1, 0.5.")
    route = serializers.ChoiceField(Route.choices, required=False)
    frequency = serializers.ChoiceField(Frequency.choices, required=False)
    times = serializers.ListField(child=serializers.CharField(), required=False)
    as_needed = serializers.BooleanField(required=False)
    starts_on = serializers.DateField(required=False)
    days = serializers.IntegerField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)
    quantity = serializers.CharField(required=False)
    instructions = serializers.CharField(required=False, allow_blank=True)


@extend_schema_field(PrescriptionItemInSerializer(many=True))
class PrescriptionItemsField(serializers.ListField):
    """Whatever was sent: the domain says what is wrong, item by item."""

    child = serializers.DictField()


class PrescriptionDraftInSerializer(serializers.Serializer[Any]):
    items = PrescriptionItemsField(max_length=200)
    note = serializers.CharField(required=False, allow_blank=True, default="")
    language = serializers.ChoiceField(settings.LANGUAGES, required=False, default="")


class PrescriptionChangeInSerializer(PrescriptionDraftInSerializer):
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class PrescriptionInSerializer(PrescriptionDraftInSerializer):
    patient = serializers.UUIDField()
    appointment = serializers.UUIDField(required=False, allow_null=True, default=None)
    sign = serializers.BooleanField(default=False)
    reasons = serializers.DictField(
        child=serializers.CharField(allow_blank=True), required=False, default=dict
    )


class PrescriptionSignInSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    reasons = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
        required=False,
        default=dict,
        help_text="Key of a severe finding -> why it is prescribed all the same.",
    )


class PrescriptionStopInSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class PrescriptionFindingSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    kind = serializers.CharField()
    grade = serializers.ChoiceField(FindingGrade.choices)
    text = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    items = serializers.ListField(child=serializers.CharField(), help_text="Positions of the items.")

"""Entries of a history by their FHIR R4 names."""

from typing import Any

from drf_spectacular.drainage import set_override
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from clinic.core.fields import MomentField
from records.domain.fact_values import FactKind
from records.enums import ConditionStatus, ObservationCategory, Relation, SocialTopic
from records.models import Allergy, Condition, FamilyHistory, Immunisation, SocialHistory, VitalSigns

# Resource type and, of Observations, the category.
RESOURCES: dict[FactKind, tuple[str, str]] = {
    FactKind.CONDITION: ("Condition", ""),
    FactKind.ALLERGY: ("AllergyIntolerance", ""),
    FactKind.IMMUNISATION: ("Immunization", ""),
    FactKind.FAMILY: ("FamilyMemberHistory", ""),
    FactKind.SOCIAL: ("Observation", ObservationCategory.SOCIAL),
    FactKind.VITALS: ("Observation", ObservationCategory.VITALS),
}
RESOURCE_TYPES = list(dict.fromkeys(name for name, _category in RESOURCES.values()))
_COMMON = [
    "id",
    "resource_type",
    "category",
    "patient",
    "patient_name",
    "recorder",
    "recorder_name",
    "recorded_date",
    "encounter",
    "entered_in_error",
    "error_reason",
    "note",
]


class _FactSerializer(serializers.ModelSerializer[Any]):
    """`encounter` is the visit it was written down at. An entry is never changed: entered in error, it stays."""

    kind: FactKind
    resource_type = serializers.SerializerMethodField()
    category = serializers.SerializerMethodField(help_text="Of an Observation; else empty.")
    patient = serializers.UUIDField(source="patient_id", read_only=True)
    patient_name = serializers.CharField(source="patient.name", read_only=True)
    recorder = serializers.UUIDField(source="recorded_by_id", read_only=True)
    recorder_name = serializers.CharField(source="recorded_by.name", read_only=True)
    recorded_date = serializers.DateTimeField(source="created_at", read_only=True)
    encounter = serializers.UUIDField(source="appointment_id", read_only=True, allow_null=True)
    entered_in_error = serializers.SerializerMethodField()
    error_reason = serializers.CharField(source="void_reason", read_only=True)

    def get_fields(self) -> dict[str, Any]:
        """Each kind says in the schema which one it is."""
        fields = super().get_fields()
        for name, value in zip(("resource_type", "category"), RESOURCES[self.kind], strict=True):
            set_override(fields[name], "field", {"type": "string", "pattern": f"^{value}$", "example": value})
        return fields

    def get_resource_type(self, _fact: Any) -> str:
        return RESOURCES[self.kind][0]

    def get_category(self, _fact: Any) -> str:
        return RESOURCES[self.kind][1]

    def get_entered_in_error(self, fact: Any) -> bool:
        return fact.voided_at is not None

    @classmethod
    def names(cls) -> dict[str, str]:
        """Our name of each field -> its name here."""
        return {str(field.source or name): name for name, field in cls()._declared_fields.items()}


class RecordConditionSerializer(_FactSerializer):
    kind = FactKind.CONDITION
    code_text = serializers.CharField(source="name", max_length=160)
    clinical_status = serializers.ChoiceField(
        source="status", choices=ConditionStatus.choices, required=False
    )
    onset_date = serializers.DateField(source="began_on", required=False, allow_null=True)
    abatement_date = serializers.DateField(source="ended_on", required=False, allow_null=True)

    class Meta:
        model = Condition
        fields = [*_COMMON, "code_text", "icd10", "clinical_status", "onset_date", "abatement_date"]


class RecordAllergySerializer(_FactSerializer):
    kind = FactKind.ALLERGY
    code_text = serializers.CharField(source="substance", max_length=160)
    manifestation = serializers.CharField(source="reaction", max_length=240, required=False, allow_blank=True)
    onset_date = serializers.DateField(source="noticed_on", required=False, allow_null=True)

    class Meta:
        model = Allergy
        fields = [*_COMMON, "code_text", "atc", "manifestation", "severity", "onset_date"]


class RecordImmunisationSerializer(_FactSerializer):
    kind = FactKind.IMMUNISATION
    vaccine_code_text = serializers.CharField(source="vaccine", max_length=160)
    occurrence_date = serializers.DateField(source="given_on")
    lot_number = serializers.CharField(source="lot", max_length=40, required=False, allow_blank=True)
    performer = serializers.CharField(source="given_by", max_length=160, required=False, allow_blank=True)

    class Meta:
        model = Immunisation
        fields = [
            *_COMMON,
            "vaccine_code_text",
            "atc",
            "occurrence_date",
            "dose_number",
            "lot_number",
            "performer",
        ]


class RecordFamilySerializer(_FactSerializer):
    kind = FactKind.FAMILY
    relationship = serializers.ChoiceField(source="relation", choices=Relation.choices)
    condition = serializers.CharField(max_length=160)
    onset_age = serializers.IntegerField(
        source="age_at_onset", min_value=0, max_value=120, required=False, allow_null=True
    )

    class Meta:
        model = FamilyHistory
        fields = [*_COMMON, "relationship", "condition", "onset_age"]


class RecordSocialSerializer(_FactSerializer):
    kind = FactKind.SOCIAL
    code = serializers.ChoiceField(source="topic", choices=SocialTopic.choices)
    value = serializers.CharField(source="text", max_length=240)
    effective_date = serializers.DateField(source="said_on")

    class Meta:
        model = SocialHistory
        fields = [*_COMMON, "code", "value", "effective_date"]


class RecordVitalsSerializer(_FactSerializer):
    """mmHg, /min, °C, %, kg, cm, mmol/L. One value at least."""

    kind = FactKind.VITALS
    effective_date_time = MomentField(source="measured_at")

    class Meta:
        model = VitalSigns
        fields = [
            *_COMMON,
            "effective_date_time",
            "systolic",
            "diastolic",
            "pulse",
            "temperature",
            "breaths",
            "oxygen",
            "weight",
            "height",
            "glucose",
        ]


SERIALIZERS: dict[FactKind, type[_FactSerializer]] = {
    one.kind: one
    for one in (
        RecordConditionSerializer,
        RecordAllergySerializer,
        RecordImmunisationSerializer,
        RecordFamilySerializer,
        RecordSocialSerializer,
        RecordVitalsSerializer,
    )
}
MedicalRecord = PolymorphicProxySerializer(
    component_name="MedicalRecord",
    serializers=list(SERIALIZERS.values()),
    resource_type_field_name=None,
    many=False,
)


class MedicalRecordInSerializer(serializers.Serializer[Any]):
    """What and whose; beside it the fields of that resource."""

    patient = serializers.UUIDField()
    resource_type = serializers.ChoiceField(choices=RESOURCE_TYPES)
    category = serializers.ChoiceField(
        choices=ObservationCategory.choices, required=False, allow_blank=True, help_text="Of an Observation."
    )
    encounter = serializers.UUIDField(
        required=False, allow_null=True, help_text="A visit of this patient's with you."
    )


class MedicalRecordVoidSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=240)


class MedicalRecordPageSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = serializers.ListField(child=MedicalRecord)  # type: ignore[arg-type]

"""Prescriptions over the API: those the caller may see, and writing them for doctors."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain.queries import patients_open_to
from accounts.models import User
from records import rules
from records.domain import prescribing, prescription_life, prescription_queries, safety_facts, signing
from records.domain.prescription_payload import line_now, lines_of
from records.enums import FindingGrade, Frequency, PrescriptionStatus, Route
from records.models import Prescription, PrescriptionItem, PrescriptionStatusChange, SafetyOverride
from scheduling.domain.queries import appointments_visible_to


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
    overrides = serializers.SerializerMethodField(help_text="For doctors only; empty for others.")

    class Meta(PrescriptionSerializer.Meta):
        fields = [*PrescriptionSerializer.Meta.fields, "history", "overrides"]
        read_only_fields = fields

    @extend_schema_field(PrescriptionOverrideSerializer(many=True))
    def get_overrides(self, prescription: Prescription) -> list[Any]:
        if not self.context["request"].user.is_doctor:
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


class _Visible(generics.GenericAPIView[Prescription]):
    serializer_class: type[serializers.BaseSerializer[Any]] = PrescriptionDetailSerializer

    def get_queryset(self) -> QuerySet[Prescription]:
        if getattr(self, "swagger_fake_view", False):
            return Prescription.objects.none()
        return prescription_queries.prescriptions_visible_to(self.user)

    @property
    def user(self) -> User:
        return cast(User, self.request.user)

    def answer(self, pk: UUID, code: int = status.HTTP_200_OK) -> Response:
        found = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(
            PrescriptionDetailSerializer(found, context={"request": self.request}).data, status=code
        )


_PATIENT = OpenApiParameter("patient", UUID, description="Of this patient only.")
_STATUS = OpenApiParameter("status", str, enum=PrescriptionStatus.values)


class PrescriptionList(_Visible, generics.ListAPIView[Prescription]):
    """Newest first. Patients: their own signed ones."""

    serializer_class = PrescriptionSerializer

    @extend_schema(parameters=[_PATIENT, _STATUS])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted, standing = self.request.query_params.get("patient"), self.request.query_params.get("status")
        if wanted:
            try:
                queryset = queryset.filter(patient=UUID(wanted))
            except ValueError:
                raise serializers.ValidationError({"patient": ["This is no id."]}) from None
        if standing:
            if standing not in PrescriptionStatus.values:
                raise serializers.ValidationError({"status": ["Choose one of the list."]})
            queryset = queryset.filter(status=standing)
        return queryset

    def paginate_queryset(self, queryset: Any) -> Any:
        shown = super().paginate_queryset(queryset)
        prescription_queries.read(shown or [], reader=self.user)
        return shown

    @extend_schema(request=PrescriptionInSerializer, responses={201: PrescriptionDetailSerializer})
    def post(self, request: Request) -> Response:
        """Write one; with `sign` it is valid at once. 400 `needs_reason` names severe findings without a reason."""
        if not self.user.is_doctor:
            raise PermissionDenied
        asked = PrescriptionInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        patient = get_object_or_404(patients_open_to(self.user), pk=data["patient"])
        visit = None
        if data["appointment"]:
            visit = get_object_or_404(appointments_visible_to(self.user), pk=data["appointment"])
        written = prescribing.write(
            patient,
            author=self.user,
            appointment=visit,
            items=data["items"],
            note=data["note"],
            language=data["language"],
            reasons=data["reasons"],
            signed=data["sign"],
        )
        return self.answer(written.pk, status.HTTP_201_CREATED)


class PrescriptionDetail(_Visible, generics.RetrieveAPIView[Prescription]):
    """One prescription."""

    def get_object(self) -> Prescription:
        found = super().get_object()
        prescription_queries.read([found], reader=self.user)
        return found

    @extend_schema(request=PrescriptionChangeInSerializer, responses=PrescriptionDetailSerializer)
    def put(self, request: Request, pk: UUID) -> Response:
        """Put other items into a draft; 409 `stale_version` when another save came first."""
        found = get_object_or_404(self.get_queryset(), pk=pk)
        asked = PrescriptionChangeInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        prescribing.save(found.pk, actor=self.user, **asked.validated_data)
        return self.answer(pk)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Throw a draft away."""
        found = get_object_or_404(self.get_queryset(), pk=pk)
        prescription_life.throw_away(found.pk, actor=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PrescriptionFindings(_Visible):
    """What the safety check finds in a draft, worst first."""

    serializer_class = PrescriptionFindingSerializer
    pagination_class = None

    @extend_schema(responses=PrescriptionFindingSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        draft = get_object_or_404(self.get_queryset(), pk=pk, status=PrescriptionStatus.DRAFT)
        # They tell of the record: not for management, which prepares a draft without reading it.
        if not rules.can_prescribe(self.user, draft.patient):
            raise PermissionDenied
        prescription_queries.read([draft], reader=self.user)
        found = [
            {**vars(finding), "text": safety_facts.say(finding), "items": list(finding.items)}
            for finding in prescribing.findings(draft)
        ]
        return Response(PrescriptionFindingSerializer(found, many=True).data)


class PrescriptionSign(_Visible):
    @extend_schema(request=PrescriptionSignInSerializer, responses=PrescriptionDetailSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Sign a draft as it stands in `version`; a second time: 409 `invalid_transition`."""
        found = get_object_or_404(self.get_queryset(), pk=pk)
        if not self.user.is_doctor:
            raise PermissionDenied
        asked = PrescriptionSignInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        prescribing.sign(found.pk, actor=self.user, **asked.validated_data)
        return self.answer(pk)


class PrescriptionStop(_Visible):
    @extend_schema(request=PrescriptionStopInSerializer, responses=PrescriptionDetailSerializer)
    def post(self, request: Request, pk: UUID, item: UUID | None = None) -> Response:
        """Stop all of it, or one of its items, for a reason that the patient reads."""
        found = get_object_or_404(self.get_queryset(), pk=pk)
        if not self.user.is_doctor:
            raise PermissionDenied
        asked = PrescriptionStopInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        reason = asked.validated_data["reason"]
        if item is None:
            prescription_life.stop(found.pk, actor=self.user, reason=reason)
        elif found.items.filter(pk=item).exists():
            prescription_life.stop_item(item, actor=self.user, reason=reason)
        else:
            raise Http404
        return self.answer(pk)


class PrescriptionDispense(_Visible):
    @extend_schema(request=None, responses=PrescriptionDetailSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """The medicines were handed out."""
        found = get_object_or_404(self.get_queryset(), pk=pk)
        prescription_life.dispense(found.pk, actor=self.user)
        return self.answer(pk)


class PrescriptionReplace(_Visible):
    @extend_schema(request=None, responses={201: PrescriptionDetailSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """A draft that will replace this one when it is signed."""
        found = get_object_or_404(self.get_queryset(), pk=pk)
        draft = prescription_life.change(found.pk, actor=self.user)
        return self.answer(draft.pk, status.HTTP_201_CREATED)

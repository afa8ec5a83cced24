"""Lab reports over the API: those the caller may read, and entering, finishing and releasing them for doctors."""

from typing import Any, cast
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.domain.queries import patients_open_to
from accounts.models import User
from clinic.core.errors import Invalid
from records.domain.labs import entering, queries, reports
from records.domain.labs.entering import Details
from records.models import LabPanel, LabParameter, LabReport, LabResult
from scheduling.domain.queries import appointments_visible_to


class LabResultSerializer(serializers.ModelSerializer[LabResult]):
    name = serializers.CharField(source="parameter.name", read_only=True)
    loinc = serializers.CharField(source="parameter.loinc", read_only=True)

    class Meta:
        model = LabResult
        fields = [
            "parameter", "name", "loinc", "comparator", "value", "text", "unit", "low", "high", "critical_low",
            "critical_high", "flag",
        ]  # fmt: skip
        read_only_fields = fields


class LabReportSerializer(serializers.ModelSerializer[LabReport]):
    patient_name = serializers.CharField(source="patient.name", read_only=True)
    doctor_name = serializers.CharField(source="doctor.name", read_only=True)
    panel_name = serializers.CharField(source="panel.name", read_only=True, default=None)
    results = LabResultSerializer(many=True, read_only=True)

    class Meta:
        model = LabReport
        fields = [
            "id", "patient", "patient_name", "doctor", "doctor_name", "appointment", "panel", "panel_name", "title",
            "laboratory", "collected_at", "comment", "status", "version", "final_at", "released_at", "replaces",
            "results",
        ]  # fmt: skip
        read_only_fields = fields


class LabResultInSerializer(serializers.Serializer[Any]):
    parameter = serializers.UUIDField(required=False)
    loinc = serializers.CharField(max_length=10, required=False)
    value = serializers.CharField(
        max_length=200, help_text="As on the laboratory's paper: 12.5, 12,5, <0.1, neg."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("parameter" in attrs) == ("loinc" in attrs):
            raise serializers.ValidationError("Give either parameter or loinc.")
        return attrs


class LabReportInSerializer(serializers.Serializer[Any]):
    patient = serializers.UUIDField()
    collected_at = serializers.DateTimeField()
    panel = serializers.UUIDField(required=False)
    title = serializers.CharField(max_length=entering.TITLE_MAX_LENGTH, required=False, allow_blank=True)
    laboratory = serializers.CharField(
        max_length=entering.LABORATORY_MAX_LENGTH, required=False, allow_blank=True
    )
    comment = serializers.CharField(
        max_length=entering.COMMENT_MAX_LENGTH, required=False, allow_blank=True, trim_whitespace=False
    )
    appointment = serializers.UUIDField(required=False)
    results = LabResultInSerializer(many=True, max_length=entering.MOST_ROWS)  # type: ignore[call-arg]


class LabReportSaveSerializer(LabReportInSerializer):
    patient = None  # type: ignore[assignment]
    appointment = None  # type: ignore[assignment]
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class _Visible(generics.GenericAPIView[LabReport]):
    serializer_class = LabReportSerializer

    def get_queryset(self) -> QuerySet[LabReport]:
        if getattr(self, "swagger_fake_view", False):
            return LabReport.objects.none()
        found = queries.visible_to(cast(User, self.request.user))
        rows = LabResult.objects.select_related("parameter").order_by("position")
        return found.prefetch_related(Prefetch("results", rows))

    def answer(self, pk: UUID, code: int = status.HTTP_200_OK) -> Response:
        report = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(self.get_serializer(report).data, status=code)


class LabReportList(_Visible, generics.ListAPIView[LabReport]):
    """Newest first."""

    @extend_schema(
        parameters=[OpenApiParameter("patient", OpenApiTypes.UUID, description="Of this patient only.")]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        wanted = self.request.query_params.get("patient")
        if not wanted:
            return queryset
        try:
            return queryset.filter(patient=UUID(wanted))
        except ValueError:
            raise Invalid(fields={"patient": ["Not an id."]}) from None

    def paginate_queryset(self, queryset: Any) -> Any:
        shown = super().paginate_queryset(queryset)
        queries.read(shown or [], reader=cast(User, self.request.user))
        return shown

    @extend_schema(request=LabReportInSerializer, responses={201: LabReportSerializer})
    def post(self, request: Request) -> Response:
        """Enter a draft, for a doctor to whom the record is open. Each value is read as it is written on paper."""
        asked = LabReportInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data, user = asked.validated_data, cast(User, request.user)
        patient = get_object_or_404(
            patients_open_to(user).select_related("patient_profile"), pk=data["patient"]
        )
        visit = None
        if "appointment" in data:
            visit = get_object_or_404(
                appointments_visible_to(user), pk=data["appointment"], patient=patient.pk
            )
        report = reports.create(patient, author=user, sheet=_sheet(data), appointment=visit)
        return self.answer(report.pk, status.HTTP_201_CREATED)


class LabReportDetail(_Visible, generics.RetrieveAPIView[LabReport]):
    """One report."""

    def get_object(self) -> LabReport:
        report = super().get_object()
        queries.read([report], reader=cast(User, self.request.user))
        return report

    @extend_schema(request=LabReportSaveSerializer, responses={200: LabReportSerializer})
    def put(self, request: Request, pk: UUID) -> Response:
        """Put another sheet in the place of a draft's; 409 `stale_version` when another save came first."""
        report = get_object_or_404(self.get_queryset(), pk=pk)
        asked = LabReportSaveSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        reports.save(report.pk, author=cast(User, request.user), sheet=_sheet(data), version=data["version"])
        return self.answer(pk)


class _Step(_Visible, APIView):
    def step(self, pk: UUID, user: User) -> None:
        raise NotImplementedError

    @extend_schema(request=None, responses={200: LabReportSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        get_object_or_404(self.get_queryset(), pk=pk)
        self.step(pk, cast(User, request.user))
        return self.answer(pk)


class LabReportFinal(_Step):
    """The draft is final."""

    def step(self, pk: UUID, user: User) -> None:
        reports.final(pk, actor=user)


class LabReportRelease(_Step):
    """The patient may read it, and is told."""

    def step(self, pk: UUID, user: User) -> None:
        reports.release(pk, actor=user)


def _sheet(data: dict[str, Any]) -> reports.Sheet:
    """Raises Invalid (fields panel, results) for what the catalogue does not know."""
    panel = LabPanel.objects.filter(pk=data["panel"]).first() if "panel" in data else None
    if "panel" in data and panel is None:
        raise Invalid(fields={"panel": ["There is no such panel."]})
    wanted = [row["loinc"] for row in data["results"] if "loinc" in row]
    by_code: dict[str, list[UUID]] = {}
    for code, pk in LabParameter.objects.filter(loinc__in=wanted, is_active=True).values_list("loinc", "pk"):
        by_code.setdefault(code, []).append(pk)
    values: dict[UUID, str] = {}
    for row in data["results"]:
        meant = [row["parameter"]] if "parameter" in row else by_code.get(row["loinc"], [])
        if len(meant) != 1:
            which = "More than one parameter has" if meant else "No parameter has"
            raise Invalid(fields={"results": [f"{which} the LOINC code {row['loinc']}."]})
        pk = meant[0]
        if pk in values:
            raise Invalid(fields={"results": ["A parameter stands here twice."]})
        values[pk] = row["value"]
    details = Details(
        collected_at=data["collected_at"],
        title=data.get("title", ""),
        laboratory=data.get("laboratory", ""),
        comment=data.get("comment", ""),
        panel=panel,
    )
    return reports.Sheet(details, values)

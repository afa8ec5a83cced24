"""Imaging reports over the API: those the caller may find, ordering a scan, and the steps of its report."""

from typing import Any, cast
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain.queries import patients_open_to
from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.schema import ErrorSerializer
from records import imaging_rules
from records.api.imaging_asked import (
    ImagingOrderSerializer,
    ImagingReasonSerializer,
    ImagingSaveSerializer,
    ImagingTextSerializer,
    ImagingVersionSerializer,
)
from records.domain.imaging import deciding, opened, queries, reading, writing
from records.enums import ImagingStatus
from records.models import ImagingAddendum, ImagingReport
from scheduling.domain import referrals
from scheduling.enums import ReferralPriority
from scheduling.models import Service

_STALE = OpenApiResponse(
    ErrorSerializer,
    "`stale_version` with the `version` and `sections` that are stored, `claimed` with its `reader`, "
    "`invalid_transition`.",
)


class ImagingAddendumSerializer(serializers.ModelSerializer[ImagingAddendum]):
    author_name = serializers.CharField(source="author.name", read_only=True)

    class Meta:
        model = ImagingAddendum
        fields = ["id", "text", "author", "author_name", "created_at"]
        read_only_fields = fields


class ImagingReportSerializer(serializers.ModelSerializer[ImagingReport]):
    """The sections are empty, and `is_critical` null, for who only follows a scan that is not authorised yet."""

    patient_name = serializers.CharField(source="patient.name", read_only=True)
    service_name = serializers.CharField(source="service.name", read_only=True)
    referrer = serializers.UUIDField(
        source="referral.referrer_id", default=None, allow_null=True, read_only=True
    )
    referrer_name = serializers.CharField(
        source="referral.referrer.name", default=None, allow_null=True, read_only=True
    )
    reported_by_name = serializers.CharField(
        source="reported_by.name", default=None, allow_null=True, read_only=True
    )
    authorised_by_name = serializers.CharField(
        source="authorised_by.name", default=None, allow_null=True, read_only=True
    )
    is_critical = serializers.BooleanField(allow_null=True, read_only=True)
    addenda = ImagingAddendumSerializer(many=True, read_only=True)

    class Meta:
        model = ImagingReport
        fields = [
            "id", "status", "priority", "patient", "patient_name", "service", "service_name", "referral", "referrer",
            "referrer_name", "appointment", "history_text", "technique", "findings", "impression", "recommendation",
            "is_critical", "version", "reader", "reading_until", "ordered_at", "scheduled_at", "acquired_at",
            "reported_at", "authorised_at", "released_at", "reported_by", "reported_by_name", "authorised_by",
            "authorised_by_name", "addenda",
        ]  # fmt: skip
        read_only_fields = fields

    def to_representation(self, instance: ImagingReport) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if not imaging_rules.can_read_text(self.context["request"].user, instance):
            shown.update(dict.fromkeys(writing.SECTIONS, ""), is_critical=None)
        return shown


class _Visible(generics.GenericAPIView[ImagingReport]):
    serializer_class = ImagingReportSerializer

    def get_queryset(self) -> QuerySet[ImagingReport]:
        if getattr(self, "swagger_fake_view", False):
            return ImagingReport.objects.none()
        addenda = ImagingAddendum.objects.select_related("author")
        return queries.visible_to(self.me).prefetch_related(Prefetch("addenda", addenda))

    @property
    def me(self) -> User:
        return cast(User, self.request.user)

    def answer(self, pk: UUID, code: int = status.HTTP_200_OK) -> Response:
        """What is answered to a step is a look at the report, but for who is writing it."""
        report = get_object_or_404(self.get_queryset(), pk=pk)
        writes = report.status == ImagingStatus.ACQUIRED and report.reader_id == self.me.pk
        if imaging_rules.can_read_text(self.me, report) and not writes:
            opened.note_opening(report, actor=self.me, how=opened.VIEWED)
        return Response(self.get_serializer(report).data, status=code)


class ImagingReportList(_Visible, generics.ListAPIView[ImagingReport]):
    """Newest first. Patients: their own, once released. Doctors: scans of their specialty, those they referred, and
    what is authorised of their patients."""

    @extend_schema(
        parameters=[
            OpenApiParameter("patient", OpenApiTypes.UUID, description="Of this patient only."),
            OpenApiParameter("status", str, enum=ImagingStatus.values, description="In this status only."),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        wanted = self.request.query_params
        if patient := wanted.get("patient"):
            try:
                queryset = queryset.filter(patient=UUID(patient))
            except ValueError:
                raise Invalid(fields={"patient": ["Not an id."]}) from None
        if state := wanted.get("status"):
            if state not in ImagingStatus.values:
                raise Invalid(fields={"status": ["There is no such status."]})
            queryset = queryset.filter(status=state)
        return queryset

    def paginate_queryset(self, queryset: Any) -> Any:
        shown = super().paginate_queryset(queryset)
        told = [report for report in shown or [] if imaging_rules.can_read_text(self.me, report)]
        opened.note_openings(told, actor=self.me)
        return shown

    @extend_schema(request=ImagingOrderSerializer, responses={201: ImagingReportSerializer})
    def post(self, request: Request) -> Response:
        """Order a scan, for a doctor to whom the patient's record is open: its referral is made with it. 409
        `already_asked` when the same scan waits to be booked."""
        asked = ImagingOrderSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        if not self.me.is_doctor:
            raise NotAllowed
        patient = get_object_or_404(patients_open_to(self.me), pk=data["patient"])
        service = Service.objects.filter(pk=data["service"]).first()
        if service is None:
            raise Invalid(fields={"service": ["There is no such service."]})
        referral = referrals.ask(
            patient=patient,
            referrer=self.me,
            service=service,
            question=data["question"],
            priority=data.get("priority", ReferralPriority.ROUTINE),
        )
        return self.answer(referral.imaging_report.pk, status.HTTP_201_CREATED)  # type: ignore[attr-defined]


class ImagingReportDetail(_Visible, generics.RetrieveAPIView[ImagingReport]):
    """One report."""

    def get_object(self) -> ImagingReport:
        report = super().get_object()
        if imaging_rules.can_read_text(self.me, report):
            opened.note_opening(report, actor=self.me, how=opened.VIEWED)
        return report

    @extend_schema(request=ImagingSaveSerializer, responses={200: ImagingReportSerializer, 409: _STALE})
    def put(self, request: Request, pk: UUID) -> Response:
        """Store sections of a report that is being written; it is the caller's to write for 30 minutes more."""
        get_object_or_404(self.get_queryset(), pk=pk)
        asked = ImagingSaveSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        writing.save(
            pk,
            author=self.me,
            version=data["version"],
            sections={name: data[name] for name in writing.SECTIONS if name in data},
            is_critical=data.get("is_critical"),
        )
        return self.answer(pk)


class _Step(_Visible):
    def step(self, pk: UUID) -> None:
        raise NotImplementedError

    @extend_schema(request=None, responses={200: ImagingReportSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        get_object_or_404(self.get_queryset(), pk=pk)
        self.step(pk)
        return self.answer(pk)


class ImagingReportClaim(_Step):
    """The scan is the caller's to read, until 30 minutes after they last saved; 409 `claimed` when a colleague has
    begun."""

    def step(self, pk: UUID) -> None:
        reading.claim(pk, reader=self.me)


class ImagingReportLetGo(_Step):
    """Anybody who reads such scans may write it now."""

    def step(self, pk: UUID) -> None:
        reading.let_go(pk, reader=self.me)


class _StepOfVersion(_Visible):
    def step(self, pk: UUID, version: int | None) -> None:
        raise NotImplementedError

    @extend_schema(request=ImagingVersionSerializer, responses={200: ImagingReportSerializer, 409: _STALE})
    def post(self, request: Request, pk: UUID) -> Response:
        get_object_or_404(self.get_queryset(), pk=pk)
        asked = ImagingVersionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        self.step(pk, asked.validated_data.get("version"))
        return self.answer(pk)


class ImagingReportReport(_StepOfVersion):
    """What is written is the report, and waits to be authorised."""

    def step(self, pk: UUID, version: int | None) -> None:
        deciding.report(pk, author=self.me, version=version)


class ImagingReportAuthorise(_StepOfVersion):
    """In force: who asked for the scan is told, and it does not change any more. 409 `whose_pictures` while somebody
    has to decide whose pictures of it are."""

    def step(self, pk: UUID, version: int | None) -> None:
        deciding.authorise(pk, actor=self.me, version=version)


class ImagingReportRelease(_Step):
    """The patient may read it, and is told."""

    def step(self, pk: UUID) -> None:
        deciding.release(pk, actor=self.me)


class ImagingReportSendBack(_Visible):
    """It has to be written anew."""

    @extend_schema(request=ImagingReasonSerializer, responses={200: ImagingReportSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        get_object_or_404(self.get_queryset(), pk=pk)
        asked = ImagingReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        deciding.send_back(pk, actor=self.me, reason=asked.validated_data["reason"])
        return self.answer(pk)


class ImagingReportAddenda(_Visible):
    """Say more to an authorised report."""

    @extend_schema(request=ImagingTextSerializer, responses={201: ImagingReportSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        get_object_or_404(self.get_queryset(), pk=pk)
        asked = ImagingTextSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        deciding.add_addendum(pk, author=self.me, text=asked.validated_data["text"])
        return self.answer(pk, status.HTTP_201_CREATED)

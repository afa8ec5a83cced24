"""Prescriptions over the API: those the caller may see, and writing them for doctors."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain.queries import patients_open_to
from accounts.models import User
from records import rules
from records.domain import prescribing, prescription_life, prescription_queries, safety_facts
from records.enums import PrescriptionStatus
from records.models import Prescription
from scheduling.domain.queries import appointments_visible_to

from .prescription_shapes import (
    PrescriptionChangeInSerializer,
    PrescriptionDetailSerializer,
    PrescriptionFindingSerializer,
    PrescriptionInSerializer,
    PrescriptionSerializer,
    PrescriptionSignInSerializer,
    PrescriptionStopInSerializer,
)


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

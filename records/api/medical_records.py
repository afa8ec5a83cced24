"""A patient's history over the API."""

from typing import Any, cast
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from accounts.domain.queries import patients_open_to
from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from records.domain import fact_queries, history
from records.domain.fact_values import FactKind
from records.enums import ObservationCategory
from records.models.fact import ClinicalFact
from scheduling.domain.queries import appointments_visible_to
from scheduling.models import Appointment

from .medical_record_serializers import (
    RESOURCE_TYPES,
    RESOURCES,
    SERIALIZERS,
    MedicalRecord,
    MedicalRecordInSerializer,
    MedicalRecordPageSerializer,
    MedicalRecordVoidSerializer,
)


class MedicalRecordFilter(serializers.Serializer[Any]):
    patient = serializers.UUIDField(required=False)
    resource_type = serializers.ChoiceField(choices=RESOURCE_TYPES, required=False)
    category = serializers.ChoiceField(choices=ObservationCategory.choices, required=False)
    with_errors = serializers.BooleanField(
        default=False, help_text="For doctors: those entered in error as well."
    )
    cursor = serializers.CharField(required=False, max_length=200)


class MedicalRecordList(APIView):
    """A patient's own history; for doctors that of the patients whose record is open to them."""

    @extend_schema(
        operation_id="medical_records_list",
        parameters=[MedicalRecordFilter],
        responses=MedicalRecordPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Latest written first."""
        asked = MedicalRecordFilter(data=request.query_params)
        asked.is_valid(raise_exception=True)
        data, user = asked.validated_data, cast(User, request.user)
        page = fact_queries.page(
            user,
            kinds=_kinds(data.get("resource_type"), data.get("category")),
            patient=data.get("patient"),
            voided=data["with_errors"],
            cursor=data.get("cursor", ""),
        )
        fact_queries.read(user, [fact.patient for _kind, fact in page.entries])
        here = request.build_absolute_uri()
        return Response(
            {
                "next": replace_query_param(here, "cursor", page.next) if page.next else None,
                "previous": replace_query_param(here, "cursor", page.previous) if page.previous else None,
                "results": [_shown(kind, fact) for kind, fact in page.entries],
            }
        )

    @extend_schema(request=MedicalRecordInSerializer, responses={201: MedicalRecord})
    def post(self, request: Request) -> Response:
        """Write an entry down: beside these keys, those of its resource. For doctors. 409 `already_recorded`."""
        user = cast(User, request.user)
        asked = MedicalRecordInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        patient = patients_open_to(user).select_related("patient_profile").filter(pk=data["patient"]).first()
        if not user.is_doctor:
            raise NotAllowed
        if patient is None:
            raise Http404
        kinds = _kinds(data["resource_type"], data.get("category"))
        if len(kinds) != 1:
            raise Invalid(fields={"category": [_("Name the category of this resource.")]})
        serializer = SERIALIZERS[kinds[0]](data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            fact = history.record(
                patient,
                kind=kinds[0],
                values=serializer.validated_data,
                author=user,
                appointment=_visit(user, data.get("encounter")),
            )
        except Invalid as error:
            names = SERIALIZERS[kinds[0]].names()
            fields = {names.get(name, name): texts for name, texts in error.fields.items()}
            raise Invalid(error.detail, fields=fields) from None
        return Response(_shown(kinds[0], fact), status=status.HTTP_201_CREATED)


class MedicalRecordDetail(APIView):
    """One entry of a history."""

    @extend_schema(responses=MedicalRecord)
    def get(self, request: Request, pk: UUID) -> Response:
        user = cast(User, request.user)
        kind, fact = _one(user, pk)
        fact_queries.read(user, [fact.patient])
        return Response(_shown(kind, fact))


class MedicalRecordVoid(APIView):
    """Mark an entry as made in error."""

    @extend_schema(request=MedicalRecordVoidSerializer, responses=MedicalRecord)
    def post(self, request: Request, pk: UUID) -> Response:
        """409 `voided` when it was already."""
        user = cast(User, request.user)
        kind, fact = _one(user, pk)
        asked = MedicalRecordVoidSerializer(data=request.data)
        if user.is_doctor:
            asked.is_valid(raise_exception=True)
        reason = asked.validated_data["reason"] if user.is_doctor else ""
        return Response(_shown(kind, history.void(fact.patient, pk, kind=kind, reason=reason, author=user)))


def _kinds(resource_type: str | None, category: str | None) -> list[FactKind]:
    return [
        kind
        for kind, (name, its_category) in RESOURCES.items()
        if resource_type in (None, name) and (not category or category == its_category)
    ]


def _one(user: User, pk: UUID) -> tuple[FactKind, ClinicalFact]:
    found = fact_queries.one(user, pk)
    if found is None:
        raise Http404
    return found


def _visit(user: User, pk: UUID | None) -> Appointment | None:
    if pk is None:
        return None
    visit = appointments_visible_to(user).filter(pk=pk).first()
    if visit is None:
        raise Invalid(fields={"encounter": [_("There is no such visit.")]})
    return visit


def _shown(kind: FactKind, fact: ClinicalFact) -> dict[str, Any]:
    return dict(SERIALIZERS[kind](fact).data)

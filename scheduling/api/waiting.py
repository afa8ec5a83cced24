"""The waiting list: own places (all of them for management), joining, leaving, answering an offer."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.domain.queries import doctors
from accounts.enums import Mode
from accounts.models import Specialty, User
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.schema import ErrorSerializer
from scheduling.domain import waiting, waiting_queries
from scheduling.models import Appointment, Service, WaitingEntry, WaitingOffer

from .appointments import answer, me
from .serializers import AppointmentSerializer

CONFLICT = OpenApiResponse(
    ErrorSerializer, "`already_waiting`, `offer_over`, `slot_taken`, `too_many_holds`."
)


class WaitingOfferSerializer(serializers.ModelSerializer[WaitingOffer]):
    doctor = serializers.UUIDField(source="doctor_id", read_only=True)
    doctor_name = serializers.CharField(source="doctor.name", read_only=True)

    class Meta:
        model = WaitingOffer
        fields = ["id", "status", "doctor", "doctor_name", "starts_at", "ends_at", "expires_at"]
        read_only_fields = fields


class WaitingSerializer(serializers.ModelSerializer[WaitingEntry]):
    """`doctor` null: any doctor of `specialty`. `offer` is the time that is kept now, null without one."""

    patient = serializers.UUIDField(source="patient_id", read_only=True)
    doctor = serializers.UUIDField(source="doctor_id", allow_null=True, read_only=True)
    specialty = serializers.UUIDField(source="specialty_id", read_only=True)
    service = serializers.UUIDField(source="service_id", read_only=True)
    instead_of = serializers.UUIDField(source="instead_of_id", allow_null=True, read_only=True)
    offer = serializers.SerializerMethodField()

    class Meta:
        model = WaitingEntry
        fields = [
            "id",
            "status",
            "patient",
            "doctor",
            "specialty",
            "service",
            "mode",
            "first_day",
            "last_day",
            "instead_of",
            "offer",
            "created_at",
        ]
        read_only_fields = fields

    @extend_schema(responses=WaitingOfferSerializer(allow_null=True))
    def get_offer(self, entry: WaitingEntry) -> dict[str, Any] | None:
        found = next(iter(entry.open_offers), None)  # type: ignore[attr-defined]
        return None if found is None else dict(WaitingOfferSerializer(found).data)


class JoinSerializer(serializers.Serializer[Any]):
    """`doctor`, or `specialty` for any doctor of it. `patient` is for management."""

    service = serializers.PrimaryKeyRelatedField(queryset=Service.objects.filter(is_active=True))
    mode = serializers.ChoiceField(choices=Mode.choices)
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    doctor = serializers.PrimaryKeyRelatedField(queryset=doctors(), required=False)
    specialty = serializers.PrimaryKeyRelatedField(queryset=Specialty.objects.all(), required=False)
    instead_of = serializers.UUIDField(required=False)
    patient = serializers.UUIDField(required=False)


class WaitingList(generics.ListCreateAPIView):
    """Latest first."""

    serializer_class = WaitingSerializer

    def get_queryset(self) -> QuerySet[WaitingEntry]:
        if getattr(self, "swagger_fake_view", False):
            return WaitingEntry.objects.none()
        return waiting_queries.visible_to(me(self.request))

    @extend_schema(request=JoinSerializer, responses={201: WaitingSerializer, 409: CONFLICT})
    def post(self, request: Request, *args: object, **kwargs: object) -> Response:
        """A place at the end of the line. 409 `already_waiting`."""
        user = me(request)
        if not (user.is_patient or user.is_management):
            raise NotAllowed
        asked = JoinSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = dict(asked.validated_data)
        patient = _patient(user, wanted.pop("patient", None))
        old = wanted.pop("instead_of", None)
        if old is not None:
            wanted["instead_of"] = Appointment.objects.filter(pk=old, patient=patient).first()
            if wanted["instead_of"] is None:
                raise Invalid(fields={"instead_of": [_("This is not known here.")]})
        entry = waiting.join(patient=patient, actor=user, **wanted)
        return _shown(user, entry.pk, status.HTTP_201_CREATED)


class WaitingPlace(APIView):
    @extend_schema(responses=WaitingSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return _shown(me(request), pk)

    @extend_schema(request=None, responses={200: WaitingSerializer})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Leave; an open offer goes to the next."""
        get_object_or_404(waiting_queries.visible_to(me(request)), pk=pk)
        waiting.leave(pk, actor=me(request))
        return _shown(me(request), pk)


class Claim(APIView):
    @extend_schema(request=None, responses={200: AppointmentSerializer, 409: CONFLICT})
    def post(self, request: Request, pk: UUID) -> Response:
        """Take the offered time; again: the same visit. 409 `offer_over`."""
        get_object_or_404(waiting_queries.offers_visible_to(me(request)), pk=pk)
        return answer(request, waiting.claim(pk, actor=me(request)).pk)


class PassOn(APIView):
    @extend_schema(request=None, responses={200: WaitingOfferSerializer, 409: CONFLICT})
    def post(self, request: Request, pk: UUID) -> Response:
        """Not this one; the place in line stays. 409 `offer_over`."""
        get_object_or_404(waiting_queries.offers_visible_to(me(request)), pk=pk)
        return Response(WaitingOfferSerializer(waiting.pass_on(pk, actor=me(request))).data)


def _shown(user: User, pk: UUID, code: int = status.HTTP_200_OK) -> Response:
    entry = get_object_or_404(waiting_queries.visible_to(user), pk=pk)
    return Response(WaitingSerializer(entry).data, status=code)


def _patient(user: User, wanted: UUID | None) -> User:
    if user.is_patient:
        if wanted not in (None, user.pk):
            raise NotAllowed(_("You can join for yourself only."))
        return user
    found = User.objects.filter(pk=wanted).first() if wanted else None
    if found is None:
        raise Invalid(fields={"patient": [_("Say for whom.")]})
    return found

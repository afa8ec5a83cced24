"""Appointments: listing, booking, moving, and every step of their status machine."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.domain.queries import patients_open_to
from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.schema import ErrorSerializer, example
from scheduling import rules
from scheduling.domain import booking, progress, reading, referral_queries
from scheduling.domain.queries import appointments_visible_to
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Service

from . import parameters
from .serializers import AppointmentSerializer, BookSerializer, ReasonSerializer, RescheduleSerializer

CONFLICT = OpenApiResponse(
    ErrorSerializer, "`code` says why not now; `slot_taken` adds `nearest` free slots."
)


def me(request: Request) -> User:
    return cast(User, request.user)


def visible_or_404(request: Request, pk: UUID) -> Appointment:
    return get_object_or_404(shown_to(me(request)), pk=pk)


def shown_to(user: User) -> QuerySet[Appointment]:
    return appointments_visible_to(user).prefetch_related("resources")


def answer(request: Request, pk: UUID) -> Response:
    return Response(AppointmentSerializer(visible_or_404(request, pk), context={"request": request}).data)


class AppointmentList(generics.ListAPIView):
    """Those the caller may see, latest first."""

    serializer_class = AppointmentSerializer
    cursor_ordering = ("-starts_at", "-id")

    def get_queryset(self) -> QuerySet[Appointment]:
        if getattr(self, "swagger_fake_view", False):
            return Appointment.objects.none()
        found = shown_to(me(self.request))
        wanted = self.request.GET
        statuses = [value for given in wanted.getlist("status") for value in given.split(",") if value]
        if statuses:
            for value in statuses:
                parameters.choice(value, "status", AppointmentStatus.values)
            found = found.filter(status__in=statuses)
        zone = timezone.get_default_timezone()
        if first_day := parameters.day(wanted.get("from"), "from"):
            found = found.filter(starts_at__gte=datetime.combine(first_day, time(), tzinfo=zone))
        if last_day := parameters.day(wanted.get("to"), "to"):
            following = last_day + timedelta(days=1)
            found = found.filter(starts_at__lt=datetime.combine(following, time(), tzinfo=zone))
        return found

    @extend_schema(
        parameters=[
            OpenApiParameter("status", enum=AppointmentStatus.values, many=True, description="Or by commas."),
            OpenApiParameter("from", OpenApiTypes.DATE, description="First day, of the clinic."),
            OpenApiParameter("to", OpenApiTypes.DATE, description="Last day, of the clinic."),
        ]
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return super().get(request, *args, **kwargs)


class AppointmentDetail(APIView):
    @extend_schema(responses=AppointmentSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        reading.note_read(visible_or_404(request, pk), me(request))
        return answer(request, pk)


BOOKING = {
    "doctor": "5a1f3f6e-8f0e-4c3c-9c2b-0f6f6f1b7a11",
    "service": "0b9d5c58-52a3-4f7e-8f0f-3a6d4f3f2c22",
    "starts_at": "2027-01-04T10:00:00+05:45",
    "mode": "video",
    "reason": "घाँटी दुखेको",
}


class Book(APIView):
    @extend_schema(
        request=BookSerializer,
        responses={201: AppointmentSerializer, 409: CONFLICT},
        examples=[example("A video visit", BOOKING, request=True)],
    )
    def post(self, request: Request) -> Response:
        """Hold a slot. 409 `slot_taken` names the `nearest` free ones; 409 `too_many_holds`. For a time at which any
        doctor of a specialty is free, name one of its `doctors`."""
        asked = BookSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        user = me(request)
        appointment = booking.book(
            patient=_patient(user, wanted),
            doctor=_known(User.objects.select_related("doctor_profile"), wanted, "doctor"),
            service=_known(Service.objects.all(), wanted, "service"),
            starts_at=wanted["starts_at"],
            mode=wanted["mode"],
            reason=wanted["reason"],
            booked_by=user,
            files=wanted["files"],
            referral=_known(referral_queries.visible_to(user), wanted, "referral")
            if wanted.get("referral")
            else None,
            overbooking_reason=wanted["overbooking_reason"],
            pay_later=wanted["pay_later"],
        )
        # Not read again: doctors may book for their patients with another doctor, whose visits they don't see.
        shown = AppointmentSerializer(appointment, context={"request": request})
        return Response(shown.data, status=status.HTTP_201_CREATED)


class Reschedule(APIView):
    @extend_schema(request=RescheduleSerializer, responses={200: AppointmentSerializer, 409: CONFLICT})
    def put(self, request: Request, pk: UUID) -> Response:
        """Move to another free slot. 409 `slot_taken`, `too_late`, `invalid_transition`; `moved_meanwhile` says where
        it is now."""
        visible_or_404(request, pk)
        asked = RescheduleSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        booking.reschedule(
            pk,
            starts_at=wanted["starts_at"],
            actor=me(request),
            doctor=_known(User.objects.select_related("doctor_profile"), wanted, "doctor")
            if "doctor" in wanted
            else None,
            overbooking_reason=wanted["overbooking_reason"],
            seen_sequence=wanted["sequence"],
        )
        return answer(request, pk)


class Cancel(APIView):
    @extend_schema(request=ReasonSerializer, responses={200: AppointmentSerializer, 409: CONFLICT})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Let the visit go. 409 `too_late`, `invalid_transition`."""
        return _act(request, pk, "cancel")


class Act(APIView):
    """A step of the visit, named by the address; for its doctor and management, with an optional reason."""

    action = ""

    @extend_schema(request=ReasonSerializer, responses={200: AppointmentSerializer, 409: CONFLICT})
    def post(self, request: Request, pk: UUID) -> Response:
        if not rules.can_manage(me(request), visible_or_404(request, pk)):
            raise NotAllowed
        return _act(request, pk, self.action)


def _act(request: Request, pk: UUID, action: str) -> Response:
    visible_or_404(request, pk)
    asked = ReasonSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    progress.ACTIONS[action](pk, actor=me(request), reason=asked.validated_data["reason"])
    return answer(request, pk)


def _patient(user: User, wanted: Mapping[str, Any]) -> User:
    """Staff say for whom they book. Patients book for themselves, whatever else they name is not theirs to name."""
    if not (user.is_patient or user.is_doctor or user.is_management):
        raise NotAllowed
    if user.is_patient:
        if wanted.get("patient", user.pk) != user.pk:
            raise NotAllowed(_("You can book for yourself only."))
        return user
    if "patient" not in wanted:
        raise Invalid(fields={"patient": [_("Say for whom you book.")]})
    if user.is_management:
        return _known(User.objects.all(), wanted, "patient")
    theirs = patients_open_to(user).filter(pk=wanted["patient"]).first()
    if theirs is None:
        raise NotAllowed
    return theirs


def _known(found: QuerySet[Any], wanted: Mapping[str, Any], name: str) -> Any:
    one = found.filter(pk=wanted[name]).first()
    if one is None:
        raise Invalid(fields={name: [_("This is not known here.")]})
    return one

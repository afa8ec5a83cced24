"""What anybody may see: services, specialties, doctors and their free slots."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.domain.queries import doctors
from accounts.enums import Mode
from accounts.models import Specialty, User
from clinic.core.errors import Invalid
from clinic.core.schema import ErrorSerializer
from scheduling.domain import queries
from scheduling.domain.availability import free_slots, free_with_any
from scheduling.enums import ServiceKind
from scheduling.models import Service

from . import parameters
from .serializers import (
    AnySlotsSerializer,
    DoctorSerializer,
    ServiceSerializer,
    SlotsSerializer,
    SpecialtySerializer,
)


class ServiceList(generics.ListAPIView):
    """What can be booked."""

    serializer_class = ServiceSerializer
    permission_classes = [AllowAny]
    cursor_ordering = ("name", "id")

    def get_queryset(self) -> QuerySet[Service]:
        kind = parameters.choice(self.request.GET.get("kind"), "kind", ServiceKind.values)
        found = queries.services()
        return found.filter(kind=kind) if kind else found

    @extend_schema(parameters=[OpenApiParameter("kind", enum=ServiceKind.values)])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return super().get(request, *args, **kwargs)


class DoctorList(generics.ListAPIView):
    """Active doctors, by name."""

    serializer_class = DoctorSerializer
    permission_classes = [AllowAny]
    cursor_ordering = ("first_name", "last_name", "id")

    def get_queryset(self) -> QuerySet[User]:
        wanted = self.request.GET
        return queries.narrowed(
            doctors(), specialty=wanted.get("specialty", ""), search=wanted.get("search", "")
        )

    @extend_schema(
        parameters=[
            OpenApiParameter("specialty", description="Its id, slug or name."),
            OpenApiParameter("search", description="Words of the doctor's name or specialty."),
        ]
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return super().get(request, *args, **kwargs)


class SpecialtyList(generics.ListAPIView):
    """The clinic's departments, by name."""

    serializer_class = SpecialtySerializer
    permission_classes = [AllowAny]
    queryset = Specialty.objects.all()
    cursor_ordering = ("name", "id")


SLOT_PARAMETERS = [
    OpenApiParameter("service", OpenApiTypes.UUID, required=True),
    OpenApiParameter("from", OpenApiTypes.DATE, description="First day; today by default."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="Last day; six days later by default."),
    OpenApiParameter("mode", enum=Mode.values),
]


class DoctorSlots(APIView):
    permission_classes = [AllowAny]

    @extend_schema(parameters=SLOT_PARAMETERS, responses={200: SlotsSerializer, 400: ErrorSerializer})
    def get(self, request: Request, pk: UUID) -> Response:
        """Free slots only, 31 days of the clinic's calendar at most. Management, which books at short notice and far
        ahead, is shown those too."""
        doctor = get_object_or_404(doctors(), pk=pk)
        service = _service(queries.services_for(doctor), request)
        found = free_slots(doctor, service, *parameters.days(request.GET), **_options(request))
        return Response(SlotsSerializer({"slots": found}).data)


class SpecialtySlots(APIView):
    permission_classes = [AllowAny]

    @extend_schema(parameters=SLOT_PARAMETERS, responses={200: AnySlotsSerializer, 400: ErrorSerializer})
    def get(self, request: Request, pk: UUID) -> Response:
        """Times at which any doctor of the specialty is free, each once with all of those `doctors`; else as for one
        doctor. To book, name one of them."""
        specialty = get_object_or_404(Specialty, pk=pk)
        service = _service(queries.services().filter(Q(specialty=None) | Q(specialty=specialty)), request)
        people = doctors().filter(doctor_profile__specialty=specialty)
        found = free_with_any(people, service, *parameters.days(request.GET), **_options(request))
        return Response(AnySlotsSerializer({"slots": found}).data)


def _service(offered: QuerySet[Service], request: Request) -> Service:
    service = offered.filter(pk=parameters.identifier(request.GET.get("service"), "service")).first()
    if service is None:
        raise Invalid(fields={"service": [_("This service is not offered here.")]})
    return service


def _options(request: Request) -> dict[str, Any]:
    return {
        "mode": parameters.choice(request.GET.get("mode"), "mode", Mode.values),
        "by_staff": bool(getattr(request.user, "is_management", False)),
    }

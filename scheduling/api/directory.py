"""What anybody may see: services, doctors and their free slots."""

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
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
from accounts.models import User
from clinic.core.errors import Invalid
from clinic.core.schema import ErrorSerializer
from scheduling.domain import queries
from scheduling.domain.availability import free_slots
from scheduling.enums import MAX_SLOT_RANGE_DAYS, ServiceKind
from scheduling.models import Service

from . import parameters
from .serializers import DoctorSerializer, ServiceSerializer, SlotsSerializer

DEFAULT_SLOT_DAYS = 7


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


class DoctorSlots(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        parameters=[
            OpenApiParameter("service", OpenApiTypes.UUID, required=True),
            OpenApiParameter("from", OpenApiTypes.DATE, description="First day; today by default."),
            OpenApiParameter("to", OpenApiTypes.DATE, description="Last day; six days later by default."),
            OpenApiParameter("mode", enum=Mode.values),
        ],
        responses={200: SlotsSerializer, 400: ErrorSerializer},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Free slots only, 31 days of the clinic's calendar at most."""
        doctor = get_object_or_404(doctors(), pk=pk)
        service_id = parameters.identifier(request.GET.get("service"), "service")
        service = queries.services_for(doctor).filter(pk=service_id).first()
        if service is None:
            raise Invalid(fields={"service": [_("This doctor does not offer this service.")]})
        first_day = parameters.day(request.GET.get("from"), "from") or timezone.localdate(
            timezone=timezone.get_default_timezone()
        )
        last_day = parameters.day(request.GET.get("to"), "to") or first_day + timedelta(
            days=DEFAULT_SLOT_DAYS - 1
        )
        if last_day < first_day:
            raise Invalid(fields={"to": [_("The last day is before the first.")]})
        if (last_day - first_day).days >= MAX_SLOT_RANGE_DAYS:
            message = _("Ask for at most %(limit)s days at a time.") % {"limit": MAX_SLOT_RANGE_DAYS}
            raise Invalid(fields={"to": [message]})
        mode = parameters.choice(request.GET.get("mode"), "mode", Mode.values)
        found = free_slots(doctor, service, first_day, last_day, mode=mode)
        return Response(SlotsSerializer({"slots": found}).data)

"""Referrals: those the caller may see, asking for a scan, withdrawing. Booking one: `referral` of appointments/book."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.domain.queries import patients_open_to
from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.schema import ErrorSerializer
from scheduling.domain import referral_queries, referral_reading, referrals
from scheduling.domain.referrals import QUESTION_MAX_LENGTH
from scheduling.enums import ReferralPriority, ReferralStatus
from scheduling.models import Referral, ReferralStatusChange, Service

from .appointments import me
from .serializers import ReasonSerializer

CONFLICT = OpenApiResponse(ErrorSerializer, "`already_asked` names that `referral`; `invalid_transition`.")


class ReferralHistorySerializer(serializers.ModelSerializer[ReferralStatusChange]):
    actor_name = serializers.CharField(source="actor.name", default=None, allow_null=True, read_only=True)

    class Meta:
        model = ReferralStatusChange
        fields = ["from_status", "to_status", "at", "reason", "actor", "actor_name"]
        read_only_fields = fields


class ReferralSerializer(serializers.ModelSerializer[Referral]):
    """`appointment` is the booked scan, null while there is none."""

    patient = serializers.UUIDField(source="patient_id", read_only=True)
    patient_name = serializers.CharField(source="patient.name", read_only=True)
    referrer = serializers.UUIDField(source="referrer_id", read_only=True)
    referrer_name = serializers.CharField(source="referrer.name", read_only=True)
    service = serializers.UUIDField(source="service_id", read_only=True)
    service_name = serializers.CharField(source="service.name", read_only=True)
    question = serializers.SerializerMethodField(help_text="Empty for management.")
    appointment = serializers.UUIDField(source="appointment_id", allow_null=True, read_only=True)
    history = ReferralHistorySerializer(many=True, read_only=True)

    class Meta:
        model = Referral
        fields = [
            "id",
            "status",
            "priority",
            "patient",
            "patient_name",
            "referrer",
            "referrer_name",
            "service",
            "service_name",
            "question",
            "document_name",
            "appointment",
            "created_at",
            "history",
        ]
        read_only_fields = fields

    def get_question(self, referral: Referral) -> str:
        """Whoever else finds a referral may read it (referral_queries.visible_to, referral_rules)."""
        return "" if self.context["request"].user.is_management else referral.question

    def to_representation(self, instance: Referral) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if self.context["request"].user.is_management:
            shown["document_name"] = ""
        return shown


class AskSerializer(serializers.Serializer[Any]):
    """A document comes as multipart `document`."""

    patient = serializers.UUIDField()
    service = serializers.UUIDField()
    question = serializers.CharField(max_length=QUESTION_MAX_LENGTH)
    priority = serializers.ChoiceField(
        choices=ReferralPriority.choices, required=False, default=ReferralPriority.ROUTINE
    )
    document = serializers.FileField(required=False, allow_null=True, default=None)


@extend_schema_view(
    get=extend_schema(
        parameters=[
            OpenApiParameter("status", OpenApiTypes.STR, enum=ReferralStatus.values),
            OpenApiParameter("patient", OpenApiTypes.UUID),
        ]
    )
)
class ReferralList(generics.ListAPIView):
    """Those the caller may see, latest first; doctors ask for a scan by POST."""

    serializer_class = ReferralSerializer
    cursor_ordering = ("-created_at", "-id")

    def get_queryset(self) -> QuerySet[Referral]:
        if getattr(self, "swagger_fake_view", False):
            return Referral.objects.none()
        found = _shown_to(me(self.request))
        wanted = self.request.query_params
        if state := wanted.get("status"):
            if state not in ReferralStatus.values:
                raise Invalid(fields={"status": [f"{', '.join(ReferralStatus.values)}"]})
            found = found.filter(status=state)
        if patient := wanted.get("patient"):
            found = found.filter(patient=serializers.UUIDField().run_validation(patient))
        return found

    @extend_schema(request=AskSerializer, responses={201: ReferralSerializer, 409: CONFLICT})
    def post(self, request: Request) -> Response:
        """Ask for a scan for a patient whose record is open to the caller. 409 `already_asked`."""
        user = me(request)
        if not user.is_doctor:
            raise NotAllowed
        asked = AskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        made = referrals.ask(
            referrer=user,
            patient=get_object_or_404(patients_open_to(user), pk=wanted.pop("patient")),
            service=get_object_or_404(Service, pk=wanted.pop("service")),
            **wanted,
        )
        return _answer(request, made.pk, status.HTTP_201_CREATED)


class ReferralDetail(APIView):
    @extend_schema(responses={200: ReferralSerializer})
    def get(self, request: Request, pk: UUID) -> Response:
        """One that the caller may see."""
        return _answer(request, pk)


class Withdraw(APIView):
    @extend_schema(request=ReasonSerializer, responses={200: ReferralSerializer, 409: CONFLICT})
    def post(self, request: Request, pk: UUID) -> Response:
        """Not needed any more: whoever asked, or management. A booked visit is cancelled with it."""
        get_object_or_404(referral_queries.visible_to(me(request)), pk=pk)
        asked = ReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        referrals.withdraw(pk, actor=me(request), reason=asked.validated_data["reason"])
        return _answer(request, pk)


def _shown_to(user: User) -> QuerySet[Referral]:
    steps = ReferralStatusChange.objects.select_related("actor")
    return referral_queries.visible_to(user).prefetch_related(Prefetch("history", steps))


def _answer(request: Request, pk: UUID, code: int = status.HTTP_200_OK) -> Response:
    user = me(request)
    referral = get_object_or_404(_shown_to(user), pk=pk)
    if not user.is_management:
        referral_reading.note_read(referral, user)
    return Response(ReferralSerializer(referral, context={"request": request}).data, status=code)

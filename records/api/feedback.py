"""Feedback over the API: the patient's own, management's queue and decisions, and what is published."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.domain.queries import doctors
from accounts.models import User
from clinic.core.schema import ErrorSerializer
from records.domain import feedback as domain
from records.domain import reviews
from records.enums import COMMENT_MAX_LENGTH, FeedbackStatus
from records.models import Feedback
from scheduling.domain.queries import appointments_visible_to


class FeedbackSerializer(serializers.ModelSerializer[Feedback]):
    """`shown_as` is the name under which it is published."""

    patient = serializers.UUIDField(source="appointment.patient_id", read_only=True)
    patient_name = serializers.CharField(source="appointment.patient.name", read_only=True)
    doctor = serializers.UUIDField(source="appointment.doctor_id", read_only=True)
    doctor_name = serializers.CharField(source="appointment.doctor.name", read_only=True)
    shown_as = serializers.CharField(source="author_name", read_only=True)
    status = serializers.ChoiceField(choices=FeedbackStatus.choices, read_only=True)

    class Meta:
        model = Feedback
        fields = [
            "id",
            "appointment",
            "patient",
            "patient_name",
            "doctor",
            "doctor_name",
            "overall",
            "staff",
            "facility",
            "clarity",
            "recommend",
            "comment",
            "shown_as",
            "status",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


def _stars(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=5, **options)


class FeedbackInSerializer(serializers.Serializer[Any]):
    appointment = serializers.UUIDField()
    overall = _stars()
    staff = _stars(required=False, allow_null=True)
    facility = _stars(required=False, allow_null=True)
    clarity = _stars(required=False, allow_null=True)
    recommend = serializers.BooleanField()
    comment = serializers.CharField(
        max_length=COMMENT_MAX_LENGTH, required=False, allow_blank=True, trim_whitespace=False
    )


class HideSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=domain.REASON_MAX_LENGTH)


class ReviewSerializer(serializers.ModelSerializer[Feedback]):
    """`month` is when it was written, as YYYY-MM."""

    name = serializers.CharField(source="author_name", read_only=True)
    month = serializers.DateTimeField(source="created_at", format="%Y-%m", read_only=True)

    class Meta:
        model = Feedback
        fields = ["id", "name", "overall", "comment", "month"]
        read_only_fields = fields


class FeedbackList(generics.ListAPIView[Feedback]):
    """A patient's own, all for management, newest first."""

    serializer_class = FeedbackSerializer

    def get_queryset(self) -> QuerySet[Feedback]:
        if getattr(self, "swagger_fake_view", False):
            return Feedback.objects.none()
        found = reviews.feedback_visible_to(cast(User, self.request.user)).prefetch_related(None)
        wanted = self.request.GET.get("status", "")
        if not wanted:
            return found
        return found.filter(status=wanted) if wanted in FeedbackStatus.values else found.none()

    @extend_schema(parameters=[OpenApiParameter("status", enum=FeedbackStatus.values)])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=FeedbackInSerializer,
        responses={200: FeedbackSerializer, 201: FeedbackSerializer, 409: ErrorSerializer},
    )
    def post(self, request: Request) -> Response:
        """The patient of a completed visit says how it was (201), or says it anew (200) until it is decided.

        409 `not_completed` before, `invalid_transition` after.
        """
        asked = FeedbackInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        answers, user = dict(asked.validated_data), cast(User, request.user)
        visit_id: UUID = answers.pop("appointment")
        if not appointments_visible_to(user).filter(pk=visit_id).exists():
            raise Http404
        before = Feedback.objects.filter(appointment=visit_id).exists()
        given = domain.give(visit_id, author=user, answers=answers)
        stored = get_object_or_404(self.get_queryset(), pk=given.pk)
        return Response(self.get_serializer(stored).data, status=200 if before else 201)


class _Decision(APIView):
    """Of management."""

    def decide(self, request: Request, pk: UUID) -> None:
        raise NotImplementedError

    def answer(self, request: Request, pk: UUID) -> Response:
        visible = reviews.feedback_visible_to(cast(User, request.user)).prefetch_related(None)
        get_object_or_404(visible, pk=pk)
        self.decide(request, pk)
        return Response(FeedbackSerializer(visible.get(pk=pk)).data)


class FeedbackPublish(_Decision):
    @extend_schema(request=None, responses={200: FeedbackSerializer, 409: ErrorSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Let everybody read it, and count its rating."""
        return self.answer(request, pk)

    def decide(self, request: Request, pk: UUID) -> None:
        domain.publish(pk, actor=cast(User, request.user))


class FeedbackHide(_Decision):
    @extend_schema(request=HideSerializer, responses={200: FeedbackSerializer, 409: ErrorSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Keep it from the public and from the rating."""
        return self.answer(request, pk)

    def decide(self, request: Request, pk: UUID) -> None:
        asked = HideSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        domain.hide(pk, reason=asked.validated_data["reason"], actor=cast(User, request.user))


class DoctorReviews(generics.ListAPIView[Feedback]):
    """What is published about a doctor, newest first."""

    serializer_class = ReviewSerializer
    permission_classes = [AllowAny]

    def get_queryset(self) -> QuerySet[Feedback]:
        if getattr(self, "swagger_fake_view", False):
            return Feedback.objects.none()
        doctor = get_object_or_404(doctors(), pk=self.kwargs["pk"])
        return reviews.reviews_of(doctor.pk)

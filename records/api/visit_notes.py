"""Visit notes over the API: those the caller may read, and writing for the visit's doctor."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from records.domain import notes, queries
from records.models import VisitNote
from scheduling.domain.queries import appointments_visible_to


class VisitNoteSerializer(serializers.ModelSerializer[VisitNote]):
    author_name = serializers.CharField(source="author.name", read_only=True)
    patient = serializers.UUIDField(source="appointment.patient_id", read_only=True)
    patient_name = serializers.CharField(source="appointment.patient.name", read_only=True)
    starts_at = serializers.DateTimeField(source="appointment.starts_at", read_only=True)

    class Meta:
        model = VisitNote
        fields = [
            "id",
            "appointment",
            "starts_at",
            "author",
            "author_name",
            "patient",
            "patient_name",
            "status",
            "version",
            "text",
            "signed_at",
            "updated_at",
        ]
        read_only_fields = fields


class VisitNoteInSerializer(serializers.Serializer[Any]):
    appointment = serializers.UUIDField()
    text = serializers.CharField(
        max_length=notes.MAX_LENGTH, allow_blank=True, trim_whitespace=False, required=True
    )
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)
    sign = serializers.BooleanField(default=False, help_text="Also make it final.")


class _Visible(generics.GenericAPIView[VisitNote]):
    serializer_class = VisitNoteSerializer

    def get_queryset(self) -> QuerySet[VisitNote]:
        if getattr(self, "swagger_fake_view", False):
            return VisitNote.objects.none()
        return queries.visible_to(cast(User, self.request.user))


class VisitNoteList(_Visible, generics.ListAPIView[VisitNote]):
    """Newest first."""

    def paginate_queryset(self, queryset: Any) -> Any:
        shown = super().paginate_queryset(queryset)
        notes.read(shown or [], reader=cast(User, self.request.user))
        return shown

    @extend_schema(request=VisitNoteInSerializer, responses={201: VisitNoteSerializer})
    def post(self, request: Request) -> Response:
        """Save the note of a visit; 409 `stale_version` when another save came first."""
        asked = VisitNoteInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data, user = asked.validated_data, cast(User, request.user)
        if not appointments_visible_to(user).filter(pk=data["appointment"]).exists():
            raise Http404
        note = notes.save(data["appointment"], author=user, text=data["text"], version=data["version"])
        if data["sign"]:
            note = notes.sign(data["appointment"], author=user)
        note = get_object_or_404(self.get_queryset(), pk=note.pk)
        return Response(self.get_serializer(note).data, status=status.HTTP_201_CREATED)


class VisitNoteDetail(_Visible, generics.RetrieveAPIView[VisitNote]):
    """One note."""

    def get_object(self) -> VisitNote:
        note = super().get_object()
        notes.read([note], reader=cast(User, self.request.user))
        return note

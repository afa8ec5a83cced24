"""Visit notes over the API: those the caller may read, and writing for the visit's doctor."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from records.domain import addenda, note_content, notes, queries
from records.enums import NoteKind
from records.models import NoteAddendum, VisitNote
from scheduling.domain.queries import appointments_visible_to


class NoteAddendumSerializer(serializers.ModelSerializer[NoteAddendum]):
    author_name = serializers.CharField(source="author.name", read_only=True)

    class Meta:
        model = NoteAddendum
        fields = ["id", "text", "author", "author_name", "created_at"]
        read_only_fields = fields


class VisitNoteSerializer(serializers.ModelSerializer[VisitNote]):
    author_name = serializers.CharField(source="author.name", read_only=True)
    patient = serializers.UUIDField(source="appointment.patient_id", read_only=True)
    patient_name = serializers.CharField(source="appointment.patient.name", read_only=True)
    starts_at = serializers.DateTimeField(source="appointment.starts_at", read_only=True)
    addenda = NoteAddendumSerializer(many=True, read_only=True)

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
            "kind",
            *note_content.LABELS,
            "addenda",
            "signed_at",
            "updated_at",
        ]
        read_only_fields = fields


def _part(help_text: str) -> serializers.CharField:
    return serializers.CharField(
        max_length=note_content.MAX_LENGTH,
        allow_blank=True,
        trim_whitespace=False,
        required=False,
        help_text=help_text,
    )


class VisitNoteInSerializer(serializers.Serializer[Any]):
    """What is left out of a note stays as it is stored."""

    appointment = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=NoteKind.choices, required=False)
    text = _part("The note, of one in free text.")
    subjective = _part("What the patient says, of a structured note.")
    objective = _part("What was found.")
    assessment = _part("What the doctor makes of it.")
    plan = _part("What is to be done.")
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)
    sign = serializers.BooleanField(default=False, help_text="Also make it final.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if not data.keys() & set(note_content.FIELDS):
            raise serializers.ValidationError({"text": [_("Send the note's text, or its parts.")]})
        return data


class _Visible(generics.GenericAPIView[VisitNote]):
    serializer_class = VisitNoteSerializer

    def get_queryset(self) -> QuerySet[VisitNote]:
        if getattr(self, "swagger_fake_view", False):
            return VisitNote.objects.none()
        return queries.visible_to(cast(User, self.request.user)).prefetch_related("addenda__author")


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
        content = {name: data[name] for name in note_content.FIELDS if name in data}
        note = notes.save(data["appointment"], author=user, version=data["version"], **content)
        if data["sign"]:
            note = notes.sign(data["appointment"], author=user, version=note.version)
        note = get_object_or_404(self.get_queryset(), pk=note.pk)
        return Response(self.get_serializer(note).data, status=status.HTTP_201_CREATED)


class VisitNoteDetail(_Visible, generics.RetrieveAPIView[VisitNote]):
    """One note."""

    def get_object(self) -> VisitNote:
        note = super().get_object()
        notes.read([note], reader=cast(User, self.request.user))
        return note


class NoteAddendumInSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=addenda.MAX_LENGTH)


class VisitNoteAddenda(_Visible):
    @extend_schema(request=NoteAddendumInSerializer, responses={201: NoteAddendumSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Add to a signed note: its author and the patient's care team. 409 while it is a draft."""
        asked = NoteAddendumInSerializer(data=request.data)
        note = get_object_or_404(self.get_queryset(), pk=pk)
        asked.is_valid(raise_exception=True)
        added = addenda.add(note.pk, author=cast(User, request.user), text=asked.validated_data["text"])
        return Response(NoteAddendumSerializer(added).data, status=status.HTTP_201_CREATED)

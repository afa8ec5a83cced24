"""Documents over the API: those the caller may see, and adding one in a single request or in parts."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.domain.queries import patients_open_to
from accounts.models import User
from clinic.core.api import AnyAccept
from clinic.core.errors import Invalid
from clinic.core.files import DOCUMENT_TYPES, serve_private
from records.domain import documents
from records.domain.document_queries import documents_visible_to, narrowed
from records.enums import DocumentCategory
from records.models import Document


class DocumentSerializer(serializers.ModelSerializer[Document]):
    patient_name = serializers.CharField(source="patient.name", read_only=True)
    recorded_by_name = serializers.CharField(source="recorded_by.name", read_only=True)
    has_preview = serializers.SerializerMethodField()
    has_file = serializers.SerializerMethodField(help_text="False once retention has removed it.")

    class Meta:
        model = Document
        fields = [
            "id",
            "patient",
            "patient_name",
            "recorded_by",
            "recorded_by_name",
            "category",
            "title",
            "dated_on",
            "note",
            "name",
            "content_type",
            "size",
            "digest",
            "pages",
            "has_file",
            "has_preview",
            "released_at",
            "keep_until",
            "created_at",
        ]
        read_only_fields = fields

    def get_has_preview(self, document: Document) -> bool:
        return bool(document.preview)

    def get_has_file(self, document: Document) -> bool:
        return bool(document.file)


class DocumentWordsSerializer(serializers.Serializer[Any]):
    """What is said about a file that is added."""

    patient = serializers.UUIDField(required=False, help_text="Doctors say whose; a patient's own by itself.")
    category = serializers.ChoiceField(choices=DocumentCategory.choices)
    title = serializers.CharField(max_length=documents.TITLE_MAX_LENGTH, required=False, allow_blank=True)
    dated_on = serializers.DateField(required=False, allow_null=True, help_text="Today when it is left out.")
    is_released = serializers.BooleanField(
        default=True, help_text="Of a doctor's: whether the patient sees it."
    )


class DocumentUploadSerializer(DocumentWordsSerializer):
    file = serializers.FileField()
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


class DocumentFilterSerializer(serializers.Serializer[Any]):
    patient = serializers.UUIDField(required=False)
    category = serializers.ChoiceField(choices=DocumentCategory.choices, required=False)
    search = serializers.CharField(max_length=80, required=False)
    from_ = serializers.DateField(required=False)
    to = serializers.DateField(required=False)


def me(request: Request) -> User:
    return cast(User, request.user)


def patient_named(request: Request, pk: Any) -> User:
    """Whose record the request is about. Raises Http404 for one that is not open to the caller, Invalid for none."""
    user = me(request)
    if pk is None and user.is_patient:
        pk = user.pk
    if pk is None:
        missing = "Please say whose record it is."
        raise Invalid(missing, fields={"patient": [missing]})
    return get_object_or_404(patients_open_to(user).select_related("patient_profile"), pk=pk)


class _Visible(generics.GenericAPIView[Document]):
    serializer_class = DocumentSerializer

    def get_queryset(self) -> QuerySet[Document]:
        if getattr(self, "swagger_fake_view", False):
            return Document.objects.none()
        return documents_visible_to(me(self.request))


class DocumentUpload(APIView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        request={"multipart/form-data": DocumentUploadSerializer}, responses={201: DocumentSerializer}
    )
    def post(self, request: Request) -> Response:
        """Add a picture or PDF to a record in one request (50 MB). Over a poor line take `uploads/`. 409
        `duplicate_document` when the same file is in the record already."""
        asked = DocumentUploadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        words = dict(asked.validated_data)
        document = documents.add(
            patient_named(request, words.pop("patient", None)), words.pop("file"), actor=me(request), **words
        )
        return Response(DocumentSerializer(document).data, status=status.HTTP_201_CREATED)


@extend_schema_view(
    get=extend_schema(
        parameters=[
            OpenApiParameter("patient", str, description="One patient's only."),
            OpenApiParameter("category", str, enum=DocumentCategory.values),
            OpenApiParameter("search", str, description="Words of title, file name or note."),
            OpenApiParameter("from", str, description="Dated on or after, YYYY-MM-DD."),
            OpenApiParameter("to", str, description="Dated on or before."),
        ]
    )
)
class DocumentList(_Visible, DocumentUpload, generics.ListAPIView[Document]):
    """The latest added first."""

    def filter_queryset(self, queryset: Any) -> Any:
        given = {name: value for name, value in self.request.query_params.items() if value}
        asked = DocumentFilterSerializer(
            data={**given, "from_": given.get("from")} if "from" in given else given
        )
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        found = narrowed(
            super().filter_queryset(queryset),
            search=wanted.get("search", ""),
            category=wanted.get("category", ""),
            first=wanted.get("from_"),
            last=wanted.get("to"),
        )
        return found.filter(patient=wanted["patient"]) if "patient" in wanted else found

    def paginate_queryset(self, queryset: Any) -> Any:
        shown = super().paginate_queryset(queryset)
        for patient in {document.patient_id: document.patient for document in shown or []}.values():
            documents.note_listed(patient, me(self.request))
        return shown


class DocumentDetail(_Visible, generics.RetrieveAPIView[Document]):
    """One document; its file is at `file/`."""

    def get_object(self) -> Document:
        document = super().get_object()
        documents.note_opened(document, me(self.request))
        return document


class DocumentFile(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(responses={(200, one): OpenApiTypes.BINARY for one in sorted(DOCUMENT_TYPES)})
    def get(self, request: Request, pk: Any) -> HttpResponseBase:
        """The file, of the type that `content_type` says."""
        document = get_object_or_404(documents_visible_to(me(request)), pk=pk)
        if not document.file:
            raise Http404
        documents.note_opened(document, me(request))
        return serve_private(
            document.file, content_type=document.content_type, name=document.name, download=True
        )

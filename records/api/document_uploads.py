"""A large file in parts: begin, send parts, look how far it is, make the document."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import parsers, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clinic.core.api import JSONParser
from clinic.core.errors import Invalid, TooLarge
from records.api.documents import DocumentSerializer, DocumentWordsSerializer, me, patient_named
from records.domain import uploads
from records.models import UploadSession


class BytesParser(parsers.BaseParser):
    """The body as it is."""

    media_type = "application/octet-stream"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        length = int((parser_context or {})["request"].META.get("CONTENT_LENGTH") or 0)
        if length > uploads.PART_MAX_BYTES:
            raise TooLarge
        return bytes(stream.read())


class DocumentUploadStartSerializer(DocumentWordsSerializer):
    name = serializers.CharField(max_length=255)
    size = serializers.IntegerField(
        min_value=1, max_value=2**53, error_messages={"min_value": _("This file is empty.")}
    )
    fingerprint = serializers.RegexField(
        r"^[0-9a-f]{64}\Z",
        help_text="SHA-256 by which you know the same file again: of its beginning and end, say.",
    )


class DocumentUploadStateSerializer(serializers.ModelSerializer[UploadSession]):
    part_max_bytes = serializers.SerializerMethodField()

    class Meta:
        model = UploadSession
        fields = [
            "id",
            "patient",
            "name",
            "size",
            "received",
            "category",
            "title",
            "dated_on",
            "part_max_bytes",
        ]
        read_only_fields = fields

    def get_part_max_bytes(self, _session: UploadSession) -> int:
        return uploads.PART_MAX_BYTES


class DocumentUploadStart(APIView):
    parser_classes = [JSONParser]

    @extend_schema(request=DocumentUploadStartSerializer, responses={201: DocumentUploadStateSerializer})
    def post(self, request: Request) -> Response:
        """Begin, or find what you began with the same file: go on from `received`."""
        if isinstance(request.data, dict) and isinstance(request.data.get("size"), int):
            uploads.check_size(request.data["size"])
        asked = DocumentUploadStartSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        words = dict(asked.validated_data)
        session = uploads.start(
            patient_named(request, words.pop("patient", None)), owner=me(request), **words
        )
        return Response(DocumentUploadStateSerializer(session).data, status=status.HTTP_201_CREATED)


class DocumentUploadPart(APIView):
    parser_classes = [BytesParser]

    @extend_schema(responses={200: DocumentUploadStateSerializer})
    def get(self, request: Request, pk: Any) -> Response:
        """How far it is."""
        return Response(DocumentUploadStateSerializer(_own(request, pk)).data)

    @extend_schema(
        parameters=[
            OpenApiParameter("Upload-Offset", int, OpenApiParameter.HEADER, required=True),
            OpenApiParameter(
                "Part-Sha256",
                str,
                OpenApiParameter.HEADER,
                required=True,
                description="Of this part, in hex.",
            ),
        ],
        request={"application/octet-stream": bytes},
        responses={200: DocumentUploadStateSerializer},
    )
    def put(self, request: Request, pk: Any) -> Response:
        """The next part. 409 `wrong_offset` names with `received` where to go on; 400 `damaged`: send it again."""
        session, offset = _own(request, pk), offset_of(request)
        part = request.data if isinstance(request.data, bytes) else b""
        digest = request.headers.get("Part-Sha256", "")
        with gone_is_404():
            session = uploads.receive(session.pk, offset=offset, part=part, digest=digest)
        return Response(DocumentUploadStateSerializer(session).data)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, pk: Any) -> Response:
        """Give it up."""
        uploads.give_up(_own(request, pk).pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class DocumentUploadFinish(APIView):
    parser_classes = [JSONParser]

    @extend_schema(request=None, responses={201: DocumentSerializer})
    def post(self, request: Request, pk: Any) -> Response:
        """Make the document once everything has arrived; the same refusals as an upload in one request. Once more gives
        the same document."""
        with gone_is_404():
            document = uploads.finish(pk, owner=me(request))
        return Response(DocumentSerializer(document).data, status=status.HTTP_201_CREATED)


def offset_of(request: Request) -> int:
    """Raises Invalid."""
    offset = request.headers.get("Upload-Offset", "")
    if not (offset.isascii() and offset.isdigit() and len(offset) < 16):
        raise Invalid("The header Upload-Offset says where this part begins.")
    return int(offset)


@contextmanager
def gone_is_404() -> Iterator[None]:
    """Another call has just made something of it or given it up."""
    try:
        yield
    except UploadSession.DoesNotExist as error:
        raise Http404 from error


def _own(request: Request, pk: Any) -> UploadSession:
    return get_object_or_404(uploads.of(me(request)), pk=pk)

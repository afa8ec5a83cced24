"""Pictures of a scan in parts, as a large document is sent: begin, send parts, look how far it is, hand them over."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clinic.core.api import JSONParser
from records.api.document_uploads import BytesParser, gone_is_404, offset_of
from records.api.documents import me
from records.domain import uploads
from records.domain.imaging import pictures
from records.models import ImagingUpload, UploadSession


class ImagingUploadStartSerializer(serializers.Serializer[Any]):
    imaging_report = serializers.UUIDField()
    name = serializers.CharField(max_length=255)
    size = serializers.IntegerField(
        min_value=1, max_value=2**53, error_messages={"min_value": _("This file is empty.")}
    )
    fingerprint = serializers.RegexField(
        r"^[0-9a-f]{64}\Z",
        help_text="SHA-256 by which you know the same file again: of its beginning and end, say.",
    )


class ImagingUploadStateSerializer(serializers.ModelSerializer[UploadSession]):
    part_max_bytes = serializers.SerializerMethodField()

    class Meta:
        model = UploadSession
        fields = ["id", "imaging_report", "name", "size", "received", "part_max_bytes"]
        read_only_fields = fields

    def get_part_max_bytes(self, _session: UploadSession) -> int:
        return uploads.PART_MAX_BYTES


class ImagingUploadResultSerializer(serializers.ModelSerializer[ImagingUpload]):
    """What arrived whole: a task reads it now."""

    class Meta:
        model = ImagingUpload
        fields = ["id", "report", "name", "size", "state"]
        read_only_fields = fields


class ImagingUploadStart(APIView):
    parser_classes = [JSONParser]

    @extend_schema(request=ImagingUploadStartSerializer, responses={201: ImagingUploadStateSerializer})
    def post(self, request: Request) -> Response:
        """Begin with a DICOM file or a zip of them, or find what you began with the same: go on from `received`. For
        those who read such scans, and management."""
        asked = ImagingUploadStartSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        words = dict(asked.validated_data)
        reports = pictures.reports_to_bring_to(me(request))
        report = get_object_or_404(reports, pk=words.pop("imaging_report"))
        session = uploads.start_pictures(report, owner=me(request), **words)
        return Response(ImagingUploadStateSerializer(session).data, status=status.HTTP_201_CREATED)


class ImagingUploadPart(APIView):
    parser_classes = [BytesParser]

    @extend_schema(responses={200: ImagingUploadStateSerializer})
    def get(self, request: Request, pk: Any) -> Response:
        """How far it is."""
        return Response(ImagingUploadStateSerializer(_own(request, pk)).data)

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
        responses={200: ImagingUploadStateSerializer},
    )
    def put(self, request: Request, pk: Any) -> Response:
        """The next part. 409 `wrong_offset` names with `received` where to go on; 400 `damaged`: send it again."""
        session, offset = _own(request, pk), offset_of(request)
        part = request.data if isinstance(request.data, bytes) else b""
        digest = request.headers.get("Part-Sha256", "")
        with gone_is_404():
            session = uploads.receive(session.pk, offset=offset, part=part, digest=digest)
        return Response(ImagingUploadStateSerializer(session).data)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, pk: Any) -> Response:
        """Give it up."""
        uploads.give_up(_own(request, pk).pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ImagingUploadFinish(APIView):
    parser_classes = [JSONParser]

    @extend_schema(request=None, responses={201: ImagingUploadResultSerializer})
    def post(self, request: Request, pk: Any) -> Response:
        """Hand over what has arrived. What is in it shows on the report's page once it is read. Once more finds the
        same."""
        with gone_is_404():
            upload = uploads.finish_pictures(pk, owner=me(request))
        return Response(ImagingUploadResultSerializer(upload).data, status=status.HTTP_201_CREATED)


def _own(request: Request, pk: Any) -> UploadSession:
    return get_object_or_404(uploads.of_pictures(me(request)), pk=pk)

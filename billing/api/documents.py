"""Endpoints of invoices, receipts and credit notes."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.reverse import reverse

from accounts.models import User
from billing.domain import document_queries
from billing.enums import DocumentKind
from billing.models import BillingDocument
from billing.views.documents import pdf_answer
from clinic.core.api import AnyAccept


class BillingDocumentSerializer(serializers.ModelSerializer[BillingDocument]):
    """`content` is what stands on it, as it was issued; `corrects` the invoice that a credit note takes back, or the
    credit note that a new invoice follows."""

    number = serializers.CharField(source="shown_number", read_only=True)
    payment = serializers.PrimaryKeyRelatedField[Any](read_only=True)
    appointment = serializers.UUIDField(source="payment.appointment_id", read_only=True)
    patient = serializers.UUIDField(source="payment.appointment.patient_id", read_only=True)
    corrects = serializers.PrimaryKeyRelatedField[Any](read_only=True, allow_null=True)
    pdf_url = serializers.SerializerMethodField()

    class Meta:
        model = BillingDocument
        fields = [
            "id", "kind", "number", "total", "currency", "payment", "appointment", "patient", "corrects", "content",
            "pdf_url", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.URLField())
    def get_pdf_url(self, document: BillingDocument) -> str:
        request = self.context.get("request")
        return reverse("api-billing-document-pdf", kwargs={"pk": document.pk}, request=request)


@extend_schema_view(
    list=extend_schema(
        summary="Own invoices, receipts and credit notes; all of them for management",
        parameters=[
            OpenApiParameter("kind", OpenApiTypes.STR, enum=DocumentKind.values),
            OpenApiParameter("payment", OpenApiTypes.UUID),
        ],
    ),
    retrieve=extend_schema(summary="One invoice, receipt or credit note"),
)
class BillingDocumentViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[BillingDocument]
):
    serializer_class = BillingDocumentSerializer
    queryset = BillingDocument.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[BillingDocument]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        found = document_queries.visible_to(cast(User, self.request.user))
        if self.action != "list":
            return found
        kind, payment = (self.request.query_params.get(name, "") for name in ("kind", "payment"))
        if kind:
            if kind not in DocumentKind.values:
                raise ValidationError({"kind": [f"One of: {', '.join(DocumentKind.values)}."]})
            found = found.filter(kind=kind)
        if payment:
            found = found.filter(payment=serializers.UUIDField().run_validation(payment))
        return found

    @extend_schema(summary="The document as PDF", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], content_negotiation_class=AnyAccept)
    def pdf(self, request: Request, pk: UUID) -> Any:
        return pdf_answer(self.get_object(), cast(User, request.user))

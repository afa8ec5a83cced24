"""Endpoints of payments."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, throttling, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from billing.domain import deciding, payments, queries
from billing.enums import PaymentStatus
from billing.models import Payment
from billing.views import pictures
from clinic.core.api import AnyAccept, JSONParser
from clinic.core.limits import ApiThrottle

from .serializers import (
    AskAgainSerializer,
    ConfirmSerializer,
    PaymentSerializer,
    RefundSerializer,
    RejectSerializer,
    SubmitSerializer,
)


class UploadThrottle(throttling.ScopedRateThrottle):
    """Pictures are costly to decode; plain references are not counted."""

    def allow_request(self, request: Request, view: Any) -> bool:
        self.scope = "upload"
        if not (request.content_type or "").startswith("multipart/"):
            return True
        self.rate = self.get_rate()
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return super(throttling.ScopedRateThrottle, self).allow_request(request, view)


CONFLICT = OpenApiResponse(description="409 `{code, detail, fields}`; nothing has changed.")


@extend_schema_view(
    list=extend_schema(
        summary="Own payments; all of them for management",
        parameters=[OpenApiParameter("status", OpenApiTypes.STR, enum=PaymentStatus.values)],
    ),
    retrieve=extend_schema(summary="One payment"),
)
class PaymentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Payment]):
    serializer_class = PaymentSerializer
    queryset = Payment.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Payment]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        found = queries.visible_to(self.request.user)  # type: ignore[arg-type]
        status = self.request.query_params.get("status")
        if self.action == "list" and status:
            if status not in PaymentStatus.values:
                raise ValidationError({"status": [f"One of: {', '.join(PaymentStatus.values)}."]})
            found = found.filter(status=status)
        return found

    @extend_schema(
        summary="Hand in the bank's reference of a transfer",
        description="Patient only. The same reference again for the attempt being checked changes nothing. "
        "409: `duplicate_reference`, `duplicate_proof`, `expired`, `invalid_transition`.",
        request={"application/json": SubmitSerializer, "multipart/form-data": SubmitSerializer},
        responses={200: PaymentSerializer, 409: CONFLICT},
    )
    @action(
        detail=True,
        methods=["post"],
        parser_classes=[JSONParser, MultiPartParser, FormParser],
        throttle_classes=[UploadThrottle, ApiThrottle],
    )
    def submit(self, request: Request, pk: UUID) -> Response:
        self.get_object()
        given = SubmitSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        payments.submit(
            pk,
            bank_reference=given.validated_data["bank_reference"],
            proof=given.validated_data.get("proof"),
            actor=request.user,  # type: ignore[arg-type]
        )
        return self._present()

    @extend_schema(
        summary="The money has arrived",
        description="Management only. `amount` is what has arrived, all that is expected when not given: with less the "
        "payment is `due` for the rest, what is more becomes credit. 409 `already_confirmed` (with `confirmed_by`, "
        "`confirmed_at`) the second time, `under_review` while somebody else is checking it. Where two people have to "
        "agree the payment stays `submitted` after the first (`first_approval_by` of the attempt); 409 "
        "`second_person_needed` for the same person again.",
        request=ConfirmSerializer,
        responses={200: PaymentSerializer, 409: CONFLICT},
    )
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: UUID) -> Response:
        self.get_object()
        given = ConfirmSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        payments.confirm(pk, amount=given.validated_data.get("amount"), actor=request.user)  # type: ignore[arg-type]
        return self._present()

    @extend_schema(
        summary="The patient should send something again",
        description="Management only. `kind` says what is missing, `reason` adds words (needed for `other`). The "
        "payment is `rejected`, its attempt `asked_again`, and the slot held anew.",
        request=AskAgainSerializer,
        responses={200: PaymentSerializer, 409: CONFLICT},
    )
    @action(detail=True, methods=["post"], url_path="ask-again")
    def ask_again(self, request: Request, pk: UUID) -> Response:
        self.get_object()
        given = AskAgainSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        deciding.ask_again(pk, **given.validated_data, actor=request.user)  # type: ignore[arg-type]
        return self._present()

    @extend_schema(
        summary="The money is not there",
        description="Management only. The patient reads `reason` (3–240 characters) and may try again.",
        request=RejectSerializer,
        responses={200: PaymentSerializer, 409: CONFLICT},
    )
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: UUID) -> Response:
        self.get_object()
        given = RejectSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        payments.reject(pk, reason=given.validated_data["reason"], actor=request.user)  # type: ignore[arg-type]
        return self._present()

    @extend_schema(
        summary="The money was sent back",
        description="Management only, while the status is `refund_due`.",
        request=RefundSerializer,
        responses={200: PaymentSerializer, 409: CONFLICT},
    )
    @action(detail=True, methods=["post"])
    def refund(self, request: Request, pk: UUID) -> Response:
        self.get_object()
        given = RefundSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        payments.refund(pk, reason=given.validated_data["reason"], actor=request.user)  # type: ignore[arg-type]
        return self._present()

    @extend_schema(
        summary="The payment's QR code as SVG",
        responses={(200, "image/svg+xml"): OpenApiTypes.STR},
    )
    @action(detail=True, methods=["get"], content_negotiation_class=AnyAccept)
    def qr(self, request: Request, pk: UUID) -> HttpResponse:
        return pictures.qr_svg(self.get_object())

    @extend_schema(
        summary="The picture of one attempt",
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY},
    )
    @action(
        detail=True,
        methods=["get"],
        url_path="proof/<uuid:attempt_id>",
        content_negotiation_class=AnyAccept,
    )
    def proof(self, request: Request, pk: UUID, attempt_id: UUID) -> Any:
        return pictures.proof_of(self.get_object(), attempt_id, reader=cast(User, request.user))

    def _present(self) -> Response:
        """The payment as it stands now, for the caller."""
        return Response(self.get_serializer(self.get_object()).data)

"""Payments as other programs see them."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from billing import rules
from billing.domain import codes, proofs
from billing.enums import AskAgain, PaymentStatus
from billing.models import Attempt, Payment
from billing.views.standing import qr_label


class CheckSerializer(serializers.Serializer[Any]):
    """`result`: good, bad, or open (not verified); `text` says it in the reader's language."""

    what = serializers.CharField()
    result = serializers.ChoiceField(choices=["good", "bad", "open"])
    text = serializers.CharField()


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    """One attempt to pay. `proof_url` is null without a picture. For management only, else null: `checks`, what the
    portal has verified of the proof and what not (nothing is confirmed by it), `resembles`, the payment whose picture
    looks the same, and `first_approval_by`, the first of two people who have to agree."""

    decided_by = serializers.PrimaryKeyRelatedField[Any](read_only=True, allow_null=True)
    decided_by_name = serializers.CharField(
        source="decided_by.name", default=None, allow_null=True, read_only=True
    )
    first_approval_by = serializers.SerializerMethodField()
    reason = serializers.CharField(source="reason_shown", read_only=True)
    proof_url = serializers.SerializerMethodField()
    checks = serializers.SerializerMethodField()
    resembles = serializers.SerializerMethodField()

    class Meta:
        model = Attempt
        fields = [
            "id",
            "bank_reference",
            "proof_url",
            "checks",
            "resembles",
            "outcome",
            "reason_kind",
            "reason",
            "first_approval_by",
            "created_at",
            "decided_at",
            "decided_by",
            "decided_by_name",
        ]
        read_only_fields = fields

    def get_proof_url(self, attempt: Attempt) -> str | None:
        if not attempt.proof:
            return None
        kwargs = {"pk": attempt.payment_id, "attempt_id": attempt.pk}
        return reverse("api-payment-proof", kwargs=kwargs, request=self.context.get("request"))

    @extend_schema_field(CheckSerializer(many=True, allow_null=True))
    def get_checks(self, attempt: Attempt) -> list[dict[str, Any]] | None:
        if not self._for_management():
            return None
        return CheckSerializer(proofs.checks(attempt.payment, attempt), many=True).data  # type: ignore[return-value]

    def get_resembles(self, attempt: Attempt) -> UUID | None:
        if attempt.resembles is None or not self._for_management():
            return None
        return attempt.resembles.payment_id

    def get_first_approval_by(self, attempt: Attempt) -> UUID | None:
        return attempt.first_approval_by_id if self._for_management() else None

    def _for_management(self) -> bool:
        request = self.context.get("request")
        return request is not None and rules.can_decide(request.user)


class PaymentSerializer(serializers.ModelSerializer[Payment]):
    """`outstanding` is what `qr_payload` asks for: an EMVCo merchant-presented code or a UPI link, `qr_label` in words.
    `app_link` opens a payment app on the same phone; "" where the code has no link. `hold_expires_at` is null once no
    slot waits for the money. Of a visit that was called off `refund_owed` goes back (`refunded` of it was sent) and
    `kept` is the cancellation fee."""

    appointment = serializers.PrimaryKeyRelatedField[Any](read_only=True)
    patient = serializers.UUIDField(source="appointment.patient_id", read_only=True)
    patient_name = serializers.CharField(source="appointment.patient.name", read_only=True)
    doctor = serializers.UUIDField(source="appointment.doctor_id", read_only=True)
    doctor_name = serializers.CharField(source="appointment.doctor.name", read_only=True)
    starts_at = serializers.DateTimeField(source="appointment.starts_at", read_only=True)
    hold_expires_at = serializers.DateTimeField(
        source="appointment.hold_expires_at", read_only=True, allow_null=True
    )
    status = serializers.ChoiceField(choices=PaymentStatus.choices, read_only=True)
    outstanding = serializers.DecimalField(max_digits=10, decimal_places=2, read_only=True)
    qr_svg_url = serializers.SerializerMethodField()
    qr_label = serializers.SerializerMethodField()
    app_link = serializers.SerializerMethodField()
    attempts = AttemptSerializer(many=True, read_only=True)

    class Meta:
        model = Payment
        fields = [
            "id",
            "status",
            "kind",
            "appointment",
            "amount",
            "received",
            "outstanding",
            "refund_owed",
            "refunded",
            "kept",
            "currency",
            "reference",
            "qr_payload",
            "qr_svg_url",
            "qr_label",
            "app_link",
            "covered",
            "co_payment",
            "shortfall",
            "hold_expires_at",
            "submitted_at",
            "created_at",
            "patient",
            "patient_name",
            "doctor",
            "doctor_name",
            "starts_at",
            "attempts",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.URLField())
    def get_qr_svg_url(self, payment: Payment) -> str:
        return reverse("api-payment-qr", kwargs={"pk": payment.pk}, request=self.context.get("request"))

    def get_qr_label(self, payment: Payment) -> str:
        return qr_label(payment)

    def get_app_link(self, payment: Payment) -> str:
        return codes.app_link(payment.qr_payload)


class SubmitSerializer(serializers.Serializer[Any]):
    """What is a bank reference and what a picture, the domain says (domain/references.py, domain/attempts.py)."""

    bank_reference = serializers.CharField(max_length=120)
    proof = serializers.FileField(required=False, allow_null=True)


class ConfirmSerializer(serializers.Serializer[Any]):
    amount = serializers.DecimalField(max_digits=12, decimal_places=4, required=False)


class AskAgainSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=AskAgain.choices)
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class RejectSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=1000)


class RefundSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")

"""What a visit would cost, and what it was quoted at."""

from typing import Any, cast
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from billing import rules
from billing.domain import authorisations, quote_words, quoting
from billing.domain.quote_words import Spoken
from billing.models import Claim, Quote
from clinic.core import money
from clinic.core.errors import NotAllowed
from clinic.core.fields import MomentField
from scheduling.domain.queries import appointments_visible_to

from .aid import AuthorisationStateSerializer, ClaimStateSerializer, state_of


class QuoteSerializer(serializers.Serializer[Any]):
    """`charge` = `covered` + `co_payment` + `shortfall`; `to_pay` is the patient's. With `authorisation_open` the cover
    is no guarantee. `sentences` explains each part, `standing` says why no medical aid counts ("" when one does).
    `authorisation` and `claim` are null before a visit is booked, and where it has none."""

    charge = serializers.CharField()
    covered = serializers.CharField()
    co_payment = serializers.CharField()
    shortfall = serializers.CharField()
    to_pay = serializers.CharField()
    currency = serializers.CharField()
    plan = serializers.CharField(allow_null=True)
    membership = serializers.UUIDField(allow_null=True)
    authorisation_open = serializers.BooleanField()
    standing = serializers.CharField()
    sentences = serializers.DictField(child=serializers.CharField())
    warning = serializers.CharField()
    authorisation = AuthorisationStateSerializer(allow_null=True)
    claim = ClaimStateSerializer(allow_null=True)


class QuoteQuery(serializers.Serializer[Any]):
    doctor = serializers.UUIDField()
    service = serializers.UUIDField()
    starts_at = MomentField()
    patient = serializers.UUIDField(required=False)


class QuoteView(APIView):
    @extend_schema(
        summary="What a visit would cost the caller, or (management) a patient",
        parameters=[
            OpenApiParameter("doctor", OpenApiTypes.UUID, required=True),
            OpenApiParameter("service", OpenApiTypes.UUID, required=True),
            OpenApiParameter("starts_at", OpenApiTypes.DATETIME, required=True),
            OpenApiParameter("patient", OpenApiTypes.UUID, description="Management only"),
        ],
        responses=QuoteSerializer,
    )
    def get(self, request: Request) -> Response:
        user = cast(User, request.user)
        if not (user.is_patient or user.is_management):
            raise NotAllowed
        query = QuoteQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        found = quoting.estimate_for(
            user,
            doctor_id=asked["doctor"],
            service_id=asked["service"],
            starts_at=asked["starts_at"],
            patient_id=asked.get("patient"),
        )
        spoken = quote_words.speak(
            found.parts, found.basis, currency=found.currency, authorisation_open=found.authorisation_open
        )
        counts = found.cover.membership if found.cover.terms else None
        return Response(
            _body(found.parts, found.basis, spoken, counts.pk if counts else None, found.authorisation_open)
        )


class AppointmentQuoteView(APIView):
    @extend_schema(summary="The quote of a visit, frozen when it was booked", responses=QuoteSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        user = cast(User, request.user)
        visit = get_object_or_404(appointments_visible_to(user), pk=pk)
        if not rules.can_see_quote(user, visit.patient_id):
            raise NotAllowed
        quote = get_object_or_404(Quote, appointment=visit)
        is_open = quoting.still_open(quote)
        spoken = quote_words.speak(quote, quote.basis, currency=quote.currency, authorisation_open=is_open)
        state = state_of(authorisations.of_visit(visit.pk), Claim.objects.filter(appointment=visit).first())
        return Response({**_body(quote, quote.basis, spoken, quote.membership_id, is_open), **state})


def _body(
    parts: Any, basis: dict[str, Any], spoken: Spoken, membership: UUID | None, is_open: bool
) -> dict[str, Any]:
    names = ("charge", "covered", "co_payment", "shortfall")
    return {
        **{name: _amount(getattr(parts, name), spoken.currency) for name in names},
        "to_pay": _amount(spoken.to_pay, spoken.currency),
        "currency": spoken.currency,
        "plan": basis.get("plan"),
        "membership": membership,
        "authorisation_open": is_open,
        "standing": spoken.standing,
        "sentences": {line.name: line.sentence for line in spoken.lines},
        "warning": spoken.warning,
        **state_of(None, None),
    }


def _amount(value: Any, currency: str) -> str:
    """Two places as everywhere in the API, or more where the currency has them."""
    return f"{value:.{max(2, money.places(currency))}f}"

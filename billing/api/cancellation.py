"""What comes back if a visit is cancelled now, before anybody does it."""

from typing import Any, cast
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from billing import rules
from billing.domain import cancelling, cancelling_words
from clinic.core.errors import NotAllowed
from clinic.core.money import ZERO
from scheduling.domain.queries import appointments_visible_to


class CancellationSerializer(serializers.Serializer[Any]):
    """If the patient cancels now: `received` so far, what comes `back`, what is `kept` as the fee. `sentences` say it
    in the reader's language, and why; none when nothing was paid."""

    received = serializers.DecimalField(max_digits=10, decimal_places=2)
    back = serializers.DecimalField(max_digits=10, decimal_places=2)
    kept = serializers.DecimalField(max_digits=10, decimal_places=2)
    sentences = serializers.ListField(child=serializers.CharField())


class CancellationView(APIView):
    @extend_schema(
        summary="What comes back if the patient cancels this visit now", responses=CancellationSerializer
    )
    def get(self, request: Request, pk: UUID) -> Response:
        user = cast(User, request.user)
        visit = get_object_or_404(appointments_visible_to(user), pk=pk)
        if not rules.can_see_quote(user, visit.patient_id):
            raise NotAllowed
        share = cancelling.share_now(visit, at_patients_wish=True)
        found = {
            "received": share.received if share else ZERO,
            "back": share.back if share else ZERO,
            "kept": share.kept if share else ZERO,
            "sentences": cancelling_words.before_cancelling(visit, user),
        }
        return Response(CancellationSerializer(found).data)

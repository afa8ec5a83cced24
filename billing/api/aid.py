"""What has become of a visit's cover, as other programs see it."""

from typing import Any

from rest_framework import serializers

from billing.models import Authorisation, Claim


class AuthorisationStateSerializer(serializers.ModelSerializer[Authorisation]):
    """The visit's present authorisation. `amount` null: as the plan says."""

    class Meta:
        model = Authorisation
        fields = ["status", "number", "amount", "valid_until"]
        read_only_fields = fields


class ClaimStateSerializer(serializers.ModelSerializer[Claim]):
    """`expected` by the quote, `actual` by the insurer's answer (null: none yet); the patient pays or gets back the
    difference."""

    class Meta:
        model = Claim
        fields = ["id", "status", "expected", "actual", "currency"]
        read_only_fields = fields


def state_of(authorisation: Authorisation | None, claim: Claim | None) -> dict[str, Any]:
    """Both keys of a quote, null where there is none."""
    return {
        "authorisation": AuthorisationStateSerializer(authorisation).data if authorisation else None,
        "claim": ClaimStateSerializer(claim).data if claim else None,
    }

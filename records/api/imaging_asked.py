"""What is sent to the API of imaging reports."""

from typing import Any

from rest_framework import serializers

from records.domain.imaging import deciding
from scheduling.domain.referrals import QUESTION_MAX_LENGTH
from scheduling.enums import ReferralPriority


class ImagingOrderSerializer(serializers.Serializer[Any]):
    patient = serializers.UUIDField()
    service = serializers.UUIDField(help_text="A service of kind imaging.")
    question = serializers.CharField(max_length=QUESTION_MAX_LENGTH, help_text="What the scan is to answer.")
    priority = serializers.ChoiceField(choices=ReferralPriority.choices, required=False)


class ImagingSaveSerializer(serializers.Serializer[Any]):
    """Sections that are left out stay as they are."""

    version = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="The one seen last; 0 at first."
    )
    is_critical = serializers.BooleanField(required=False)
    history_text = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    technique = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    findings = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    impression = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    recommendation = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)


class ImagingVersionSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        required=False,
        help_text="The one that you have read: 409 `stale_version` when it says something else by now.",
    )


class ImagingReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(min_length=3, max_length=deciding.REASON_MAX_LENGTH)


class ImagingTextSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=deciding.ADDENDUM_MAX_LENGTH)

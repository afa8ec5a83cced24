"""Fields of forms and of the API that several apps have."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from rest_framework import serializers


class MomentField(serializers.DateTimeField):
    """A moment; without an offset the clinic's clock. DRF lets the first and last days of all time through to an
    overflow."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            return super().to_internal_value(value)
        except OverflowError:
            self.fail("overflow")


def filter_day(label: Any) -> forms.DateField:
    """A day that narrows a list. Days at either end of all time, with no moment before or after, are refused."""
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2999, 12, 31))],
    )

"""Fields of the API that several apps read."""

from datetime import datetime
from typing import Any

from rest_framework import serializers


class MomentField(serializers.DateTimeField):
    """A moment; without an offset the clinic's clock. DRF lets the first and last days of all time through to an
    overflow."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            return super().to_internal_value(value)
        except OverflowError:
            self.fail("overflow")

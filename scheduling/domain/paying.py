"""Which of a visit's payments its pages speak of. Payments belong to an app above; only its relation is used."""

from typing import Any

from scheduling.models import Appointment


def payment_that_counts(appointment: Appointment) -> Any:
    """The oldest that is still open; else the visit's first one that stands, not what came after it (a shortfall, a
    fee); else the newest one; None without any. From the prefetched payments where there are any."""
    payments = sorted(appointment.payments.all(), key=lambda payment: payment.created_at)  # type: ignore[attr-defined]
    standing = [payment for payment in payments if not payment.is_void]
    still_open = [payment for payment in standing if payment.is_open]
    return next(iter(still_open or standing or payments[::-1]), None)

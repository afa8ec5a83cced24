"""What open pages hear about payments."""

from billing.models import Attempt, Payment
from clinic.core import realtime


def payment_changed(payment: Payment) -> None:
    """To the patient, their doctor (whose appointment depends on it) and management."""
    appointment = payment.appointment
    realtime.publish(
        [
            realtime.user_group(appointment.patient_id),
            realtime.user_group(appointment.doctor_id),
            realtime.role_group("management"),
        ],
        {
            "type": "payment.changed",
            "id": str(payment.pk),
            "appointment": str(appointment.pk),
            "status": str(payment.status),
        },
    )


def review_changed(attempt: Attempt) -> None:
    """To management: someone opened an attempt in the queue to check it, or let it go."""
    realtime.publish(
        [realtime.role_group("management")], {"type": "payment.review", "id": str(attempt.payment_id)}
    )

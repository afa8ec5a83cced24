"""What open pages hear about payments."""

from billing.models import Payment
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

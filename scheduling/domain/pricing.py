"""What a visit costs."""

from decimal import Decimal

from accounts.models import User
from scheduling.models import Service


def charge(doctor: User, service: Service) -> Decimal:
    """The doctor's own fee for services charged at it, the service's price for the others."""
    return doctor.doctor_profile.fee if service.price_from_doctor else service.price

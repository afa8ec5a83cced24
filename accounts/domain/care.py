"""The care team."""

from accounts.models import CareLink, User


def link(patient: User, doctor: User) -> CareLink:
    """Put the doctor on the patient's care team; the link that stands already is returned as it is."""
    return CareLink.objects.get_or_create(patient=patient, doctor=doctor)[0]

"""Who may do what with the templates and phrases for the reports of scans."""

from accounts.models import User
from records.models import ImagingPhrase, ImagingReport, ImagingTemplate
from scheduling.domain.queries import reads_scans


def is_reader(user: User) -> bool:
    """Has scans to read: a doctor of a specialty that does them, or who has done one that belongs to no specialty."""
    if not user.is_active or not user.is_doctor:
        return False
    return reads_scans(user) or ImagingReport.objects.filter(appointment__doctor=user.pk).exists()


def can_use_words(user: User) -> bool:
    """Open their pages: those who read scans write with them, and management keeps the clinic's."""
    return user.is_active and (user.is_management or is_reader(user))


def can_change_words(user: User, words: ImagingTemplate | ImagingPhrase) -> bool:
    """A radiologist their own, management the clinic's."""
    if not user.is_active or not (user.is_doctor or user.is_management):
        return False
    return words.doctor_id is None if user.is_management else words.doctor_id == user.pk

"""Who may do what with imaging reports. They are written and authorised by the doctors who read such scans: those of
the scan's specialty, and whoever did it."""

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.rules import treats
from records.enums import ImagingStatus
from records.models import ImagingReport

_I = ImagingStatus


def reads(user: User, report: ImagingReport) -> bool:
    """Belongs to those who read this scan."""
    if not user.is_active or not user.is_doctor:
        return False
    if report.appointment is not None and report.appointment.doctor_id == user.pk:
        return True
    profile = getattr(user, "doctor_profile", None)
    return profile is not None and profile.specialty_id == report.service.specialty_id


def is_held_by_another(user: User, report: ImagingReport) -> bool:
    """Somebody else has it open to write it."""
    return (
        report.reader_id is not None
        and report.reader_id != user.pk
        and report.reading_until is not None
        and report.reading_until > timezone.now()
    )


def can_claim(user: User, report: ImagingReport) -> bool:
    """Write it, now."""
    return report.status == _I.ACQUIRED and reads(user, report) and not is_held_by_another(user, report)


def can_send_back(user: User, report: ImagingReport) -> bool:
    return report.status == _I.REPORTED and reads(user, report)


def can_authorise(user: User, report: ImagingReport) -> bool:
    return report.status == _I.REPORTED and reads(user, report) and not needs_another(user, report)


def needs_another(user: User, report: ImagingReport) -> bool:
    """The clinic wants a second radiologist, and this is the first."""
    return settings.IMAGING_SECOND_RADIOLOGIST and report.reported_by_id == user.pk


def can_release(user: User, report: ImagingReport) -> bool:
    """Let the patient see it: whoever asked for the scan, reads such scans, or treats the patient. Who broke the glass
    reads and does not decide."""
    return report.released_at is None and report.status == _I.AUTHORISED and is_concerned(user, report)


def is_concerned(user: User, report: ImagingReport) -> bool:
    """Asked for the scan, reads such scans, or treats the patient."""
    if not user.is_active or not user.is_doctor:
        return False
    asked = report.referral is not None and report.referral.referrer_id == user.pk
    return asked or reads(user, report) or treats(user, report.patient)


def can_add(user: User, report: ImagingReport) -> bool:
    """An addendum."""
    return report.status == _I.AUTHORISED and reads(user, report)


def can_read_text(user: User, report: ImagingReport) -> bool:
    """Of one that `user` finds (domain.imaging.queries.visible_to): once it is in force everybody; before that those
    who write it."""
    return report.status == _I.AUTHORISED or reads(user, report)

"""Who may do what with critical findings, of lab results and of scans alike."""

from uuid import UUID

from accounts.models import User
from accounts.rules import may_open_record
from records.models import CriticalAlert

# From here on management hears of it.
MANAGEMENT_LEVEL = 2


def responsible(alert: CriticalAlert) -> User | None:
    """The doctor who is told first: whose lab report it is, or who sent the patient to the scan. None: nobody did."""
    if alert.report is not None:
        return alert.report.doctor
    assert alert.imaging_report is not None
    referral = alert.imaging_report.referral
    return referral.referrer if referral is not None else None


def readers(alert: CriticalAlert) -> frozenset[UUID]:
    """Who wrote and who authorised the scan's report, but for whom it is theirs to act on; of lab results nobody."""
    scan, first = alert.imaging_report, responsible(alert)
    if scan is None:
        return frozenset()
    found = {pk for pk in (scan.reported_by_id, scan.authorised_by_id) if pk is not None}
    return frozenset(found - {first.pk if first else None})


def is_concerned(user: User, alert: CriticalAlert) -> bool:
    """A doctor of the patient, who sent them to the scan, or who read it; management once it has been told."""
    if not user.is_active:
        return False
    if user.is_management:
        return alert.level >= MANAGEMENT_LEVEL
    if not user.is_doctor:
        return False
    first = responsible(alert)
    if user.pk in readers(alert) or (first is not None and user.pk == first.pk):
        return True
    return may_open_record(user, alert.subject.patient)


def can_acknowledge(user: User, alert: CriticalAlert) -> bool:
    """Whoever takes it on: a doctor of the patient or who asked for the scan; management, after it has reached one.
    Not who read a scan that another asked for, though the booking made them the patient's: they tell somebody, see
    can_note_telling."""
    if alert.acknowledged_at is not None or not is_concerned(user, alert):
        return False
    if user.is_management:
        return True
    first = responsible(alert)
    if first is not None and user.pk == first.pk:
        return True
    if first is not None and user.pk in readers(alert):
        return False
    return may_open_record(user, alert.subject.patient)


def can_note_telling(user: User, alert: CriticalAlert) -> bool:
    """Also afterwards: what was said on the telephone is often written down later."""
    return is_concerned(user, alert)

"""Looking into a referral leaves a line in the activity trail; patients looking at their own leave none."""

from accounts.domain import trail, trail_queries
from accounts.enums import ActivityVerb
from accounts.models import User
from scheduling.models import Referral


def note_read(referral: Referral, reader: User, *, by_itself: bool = False) -> None:
    """`by_itself`: an open page fetched this again; no second line for who has one lately."""
    about = [(referral, referral.patient_id)]
    if not by_itself or trail_queries.not_looked_at(ActivityVerb.REFERRAL_READ, about, reader=reader):
        _note(ActivityVerb.REFERRAL_READ, referral, reader)


def note_opened(referral: Referral, reader: User) -> None:
    """The document."""
    _note(ActivityVerb.REFERRAL_FILE_OPENED, referral, reader)


def _note(verb: ActivityVerb, referral: Referral, reader: User) -> None:
    if reader.pk != referral.patient_id:
        trail.record(verb, actor=reader, target=referral, patient=referral.patient_id)

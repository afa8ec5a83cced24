"""Everything the portal tells people: one catalogue of occasions, their words and the ways they go."""

from clinic.core.wording import Words
from messaging.enums import Channel, NotificationKind

from .occasion import Filled, Occasion, Text, Variable
from .occasions_aid import MEDICAL_AID
from .occasions_clinic import OTHERS, PAYMENTS
from .occasions_records import RECORDS
from .occasions_visits import VISITS

__all__ = ["OCCASIONS", "Filled", "Occasion", "Text", "Variable", "Words", "default_on", "kinds_by", "must"]

OCCASIONS: dict[str, Occasion] = {
    each.name: each for each in (*VISITS, *PAYMENTS, *MEDICAL_AID, *RECORDS, *OTHERS)
}

# Where a kind does not go by a channel unless its person asks for it.
_ASKED_FOR = frozenset(
    {
        (NotificationKind.MESSAGE, Channel.EMAIL),
        (NotificationKind.PAYMENT, Channel.SMS),
        # Several a day, for months.
        (NotificationKind.MEDICINE, Channel.EMAIL),
        (NotificationKind.MEDICINE, Channel.SMS),
    }
)
# Whose record was opened is told by mail, wanted or not.
_MUST = frozenset({(NotificationKind.PRIVACY, Channel.EMAIL)})


def default_on(kind: str, channel: str) -> bool:
    """Whether a kind goes by a channel for someone who has chosen nothing."""
    return (kind, channel) not in _ASKED_FOR


def must(kind: str, channel: str) -> bool:
    """Whether it goes by this channel whatever its person chose."""
    return (kind, channel) in _MUST


def kinds_by(channel: str) -> set[str]:
    """The kinds that have anything to go by this channel: for the others there is nothing to choose."""
    return {each.kind for each in OCCASIONS.values() if channel in each.channels}

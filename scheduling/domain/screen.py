"""The key to the waiting room's screen: a television needs no account, and none should stay logged in on it.

The key opens a page that shows initials and times only, and only today; tomorrow's is another one.
"""

from django.core.signing import BadSignature, Signer
from django.utils import timezone

_signer = Signer(salt="waiting-room-screen")


def key() -> str:
    """Today's."""
    return _signer.sign(timezone.localdate().isoformat())


def opens(given: str) -> bool:
    """Whether this is today's key."""
    try:
        return _signer.unsign(given) == timezone.localdate().isoformat()
    except BadSignature:
        return False

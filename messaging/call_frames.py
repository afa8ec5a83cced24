"""What the frames of a call may hold; each of these raises Invalid for anything else."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clinic.core.consumers import Frame
from clinic.core.errors import Invalid

DESCRIPTION_TYPES = ("offer", "answer", "pranswer", "rollback")
CANDIDATE_KEYS = ("candidate", "sdpMid", "sdpMLineIndex", "usernameFragment")


def flag(frame: Frame, key: str) -> bool:
    value = frame.get(key)
    if not isinstance(value, bool):
        raise Invalid(_("%(key)s is true or false.") % {"key": key})
    return value


def peer_id(value: object) -> UUID:
    """Raises Invalid unless it is the id of a peer."""
    try:
        return UUID(value) if isinstance(value, str) else UUID("")
    except ValueError:
        raise Invalid(_("This names no peer.")) from None


def signal_payload(frame: Frame) -> dict[str, Any]:
    """The one of description and candidate that the frame carries, in the shape browsers give it. Raises Invalid."""
    if ("description" in frame) == ("candidate" in frame):
        raise Invalid(_("A signal carries either a description or a candidate."))
    if "description" in frame:
        description = frame["description"]
        if (
            not isinstance(description, dict)
            or description.get("type") not in DESCRIPTION_TYPES
            or not _is_text(description.get("sdp", ""))
        ):
            raise Invalid(_("A description has a type and an sdp."))
        return {"description": {"type": description["type"], "sdp": description.get("sdp", "")}}
    candidate = frame["candidate"]
    if candidate is None:  # there are no more
        return {"candidate": None}
    if not (
        isinstance(candidate, dict)
        and _is_text(candidate.get("candidate"))
        and (candidate.get("sdpMid") is None or _is_text(candidate["sdpMid"]))
        and _is_line_index(candidate.get("sdpMLineIndex"))
        and (candidate.get("usernameFragment") is None or _is_text(candidate["usernameFragment"]))
    ):
        raise Invalid(_("A candidate is what RTCIceCandidate.toJSON() gives, or null."))
    return {"candidate": {key: candidate[key] for key in CANDIDATE_KEYS if key in candidate}}


def _is_line_index(value: object) -> bool:
    """As WebIDL has it, an unsigned short. Redis carries no number of more than 64 bits."""
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**16)


def _is_text(value: object) -> bool:
    """Text that can be sent: half a surrogate pair would break the receiver's socket, not the sender's."""
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)

"""What open pages are told of explanations: ids, status and how many sentences there are, never a word of them."""

from clinic.core.realtime import publish, user_group
from records.enums import Audience, ExplanationStatus
from records.models import Explanation


def explanation_changed(explanation: Explanation) -> None:
    """`explanation.changed {id, status, sentences}` to who asked for it, and to the patient from its release on."""
    groups = [user_group(explanation.asked_by_id)]
    if explanation.released_at is not None and explanation.audience == Audience.PATIENT:
        groups.append(user_group(explanation.patient_id))
    publish(
        groups,
        {
            "type": "explanation.changed",
            "id": str(explanation.pk),
            "status": str(ExplanationStatus(explanation.status)),
            "sentences": len(explanation.sentences),
        },
    )

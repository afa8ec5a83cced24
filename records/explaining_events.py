"""What open pages are told of explanations: ids, status and how many sentences there are, never a word of them."""

from accounts.models import CareLink
from clinic.core.realtime import publish, user_group
from records.enums import Audience, ExplanationStatus
from records.models import Explanation


def explanation_changed(explanation: Explanation) -> None:
    """`explanation.changed {id, status, sentences}` to who asked for it, to the patient from its release on, and to the
    doctors who read what is for the patient once it is written: their homes count the drafts, and one of them decides.
    """
    groups = [user_group(explanation.asked_by_id)]
    if explanation.status != ExplanationStatus.WAITING and explanation.audience == Audience.PATIENT:
        doctors = CareLink.objects.filter(patient=explanation.patient_id).values_list("doctor", flat=True)
        groups += [user_group(doctor) for doctor in doctors if doctor != explanation.asked_by_id]
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

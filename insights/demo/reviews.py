"""What the invented patients say about their visits: most of it published, the latest still to be read."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from accounts.models import User
from insights.demo import cast
from records.domain import feedback
from records.models import Feedback
from records.rules import can_moderate
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

SHARE = 0.55
WORDLESS = 0.3
# Management reads within a day.
READ_AFTER = timedelta(days=1)
# Written once each; who finds none left gives stars only.
WORDS: list[tuple[int, str]] = [
    (5, "Listened until I had finished, then explained everything twice without hurry. I left calmer than I came."),
    (5, "Began on the minute. No half day lost."),
    (5, "धेरै राम्रो सेवा। डाक्टरले सबै कुरा बुझ्ने गरी सम्झाउनुभयो।"),
    (5, "My mother is hard of hearing and was treated with great patience."),
    (5, "Clear words, a clear plan, and an answer in the chat the same evening."),
    (5, "Payment by QR took a minute and was confirmed before I had put the kettle on."),
    (5, "मेरी आमालाई लिएर गएकी थिएँ। सबै जना नम्र हुनुहुन्थ्यो, पर्खनु पनि परेन। धन्यवाद!"),
    (5, "She asked what worried me most and started there."),
    (5, "Second visit, and I will come again. Nothing was sold to me that I did not need."),
    (4, "Good visit. We began ten minutes late, but I was told so beforehand."),
    (4, "Friendly and thorough. I would have liked the advice in writing too."),
    (4, "राम्रो लाग्यो। पार्किङ भने अलि साँघुरो रहेछ।"),
    (4, "Easy to book, easy to find, good advice. The reminder came a little late."),
    (4, "Helpful. The waiting room gets crowded in the late morning, come early."),
    (4, "Went through every result with me. The room is a little cold in November."),
    (4, "Everything as promised on the page: the time, the price, the doctor."),
    (3, "The doctor is kind, but I felt the fifteen minutes were short for my questions."),
    (3, "Fine in the end. Finding the entrance took me longer than the visit."),
    (2, "I waited forty minutes past my time and nobody said why."),
]  # fmt: skip
HIDDEN = (1, "Do not go there, the man at the gate, Ramesh from our village, tells everybody who comes.")


def seed(people: Mapping[str, User], now: datetime) -> None:
    """Add what patients said about visits that have none yet. The visits of the log-ins stay free to try it."""
    manager = people["manager"]
    if not can_moderate(manager):
        return
    used = set(Feedback.objects.values_list("comment", flat=True))
    visits = (
        Appointment.objects.filter(
            status=AppointmentStatus.COMPLETED,
            feedback=None,
            patient__email__endswith=f"@{cast.DOMAIN}",
            patient__is_active=True,
        )
        .exclude(patient__in=[people["patient"], people["patient2"]])
        .select_related("patient")
        .order_by("-starts_at", "id")
    )
    for visit in visits:
        chance = random.Random(str(visit.pk))
        if chance.random() > SHARE:
            continue
        read = visit.ends_at + READ_AFTER < now
        if read and HIDDEN[1] not in used:
            overall, words = HIDDEN
        else:
            overall, words = _said(chance, used)
        used.add(words)
        given = feedback.give(visit.pk, author=visit.patient, answers=_answers(overall, words, chance))
        if words == HIDDEN[1]:
            feedback.hide(given.pk, reason="Names somebody", actor=manager)
        elif read:
            feedback.publish(given.pk, actor=manager)
        Feedback.objects.filter(pk=given.pk).update(created_at=min(visit.ends_at + timedelta(hours=3), now))


def _said(chance: random.Random, used: set[str]) -> tuple[int, str]:
    left = [entry for entry in WORDS if entry[1] not in used]
    if not left or chance.random() < WORDLESS:
        return chance.choices([5, 4, 3], weights=[6, 4, 1])[0], ""
    return chance.choice(left)


def _answers(overall: int, words: str, chance: random.Random) -> dict[str, object]:
    def near() -> int | None:
        return None if chance.random() < 0.3 else min(5, max(1, overall + chance.choice([-1, 0, 0, 1])))

    return {
        "overall": overall,
        "staff": near(),
        "facility": near(),
        "clarity": near(),
        "recommend": overall >= 3,
        "comment": words,
    }

"""What people wrote to each other."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from accounts.domain import care
from accounts.models import User
from messaging.domain import conversations, messages
from messaging.models import Conversation, Member, Message
from records.enums import NoteStatus
from records.models import VisitNote
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

# Two people, how many of the last lines the first of them has not read, the lines as (who, text).
Talk = tuple[str, str, int, list[tuple[str, str]]]
TALKS: list[Talk] = [
    ("patient", "doctor", 2, [
        ("patient", "Namaste, Dr. Sharma. The blood test is done, I have the paper here."),
        ("doctor", "Namaste, Asha. Very good. Did you fast before it?"),
        ("patient", "Yes, since the evening before."),
        ("doctor", "Then the values count. Please have the paper beside you in our video visit."),
        ("patient", "I will. Do I go on with the iron tablets until then?"),
        ("doctor", "Yes, one a day after food, as before."),
        ("doctor", "We talk about the rest in the video visit. तपाईंलाई भेट्न पाउँदा खुसी लाग्नेछ।"),
    ]),
    ("patient", "manager", 0, [
        ("patient", "Hello, I paid for the X-ray twice by mistake."),
        ("manager", "Thank you for telling us. I found both transfers; the second one goes back to you today."),
        ("patient", "धन्यवाद!"),
    ]),
    ("doctor", "patient2", 1, [
        ("doctor", "Your results are here. Nothing to worry about; we go through them on video."),
        ("patient2", "Thank you, doctor. Can my wife join from her office?"),
    ]),
    ("doctor", "kopila.limbu", 1, [
        ("kopila.limbu", "The cough is better, but I still wake up at night."),
    ]),
    ("doctor2", "doctor", 1, [
        ("doctor2", "Could you see Mr. Karki this week? His pressure is fine from my side."),
        ("doctor", "Gladly. Front desk has a place for him on my list."),
    ]),
    ("manager", "doctor", 0, [
        ("manager", "Room 3 is free again from noon."),
        ("doctor", "Thank you, Maya."),
    ]),
]  # fmt: skip

NOTE = (
    "Fatigue for six weeks, no weight loss, no fever. Menstruation heavy for a year.\n"
    "Pale conjunctivae, pulse 88, BP 112/70, heart and lungs without findings.\n"
    "Assessment: iron deficiency likely.\n"
    "Plan: blood count, ferritin, TSH; iron 60 mg once a day after food; video visit with the results.\n\n"
    "(Demo note about an invented person.)"
)


def seed(people: Mapping[str, User], now: datetime) -> None:
    for talk in TALKS:
        _talk(people, talk, now)
    _note(people)


def _talk(people: Mapping[str, User], talk: Talk, now: datetime) -> None:
    reader, other, unread, lines = talk
    a, b = people[reader], people[other]
    for patient, doctor in ((a, b), (b, a)):
        if patient.is_patient and doctor.is_doctor:
            care.link(patient, doctor)
    conversation = conversations.between(a, b)
    client_id = f"demo-{reader}-{other}"
    if Message.objects.filter(conversation=conversation, client_id__startswith=client_id).exists():
        return
    for number, (who, text) in enumerate(lines):
        messages.post(conversation, sender=people[who], text=text, client_id=f"{client_id}-{number}")
    for message in conversation.messages.filter(client_id__startswith=client_id):
        number = int(message.client_id.rsplit("-", 1)[1])
        at = now - timedelta(minutes=8 * (len(lines) - number))
        Message.objects.filter(pk=message.pk).update(created_at=at)
    conversation.refresh_from_db()
    Conversation.objects.filter(pk=conversation.pk).update(last_message_at=now - timedelta(minutes=8))
    Member.objects.filter(conversation=conversation).update(last_read_seq=conversation.last_seq)
    Member.objects.filter(conversation=conversation, user=a).update(
        last_read_seq=max(conversation.last_seq - unread, 0)
    )


def _note(people: Mapping[str, User]) -> None:
    doctor = people["doctor"]
    visit = Appointment.objects.filter(
        doctor=doctor, patient=people["patient"], status=AppointmentStatus.COMPLETED, visit_note=None
    ).first()
    if visit is None or VisitNote.objects.filter(author=doctor).exists():
        return
    note = VisitNote.objects.create(
        appointment=visit,
        author=doctor,
        text=NOTE,
        version=4,
        status=NoteStatus.FINAL,
        signed_at=visit.ends_at,
    )
    note.history.create(to_status=NoteStatus.PRELIMINARY, actor=doctor)
    note.history.create(from_status=NoteStatus.PRELIMINARY, to_status=NoteStatus.FINAL, actor=doctor)

"""What doctors write with and have written: templates and phrases, signed notes of visits that are over, and what they
have asked the clinic to prepare. Nobody is told: the notes are long past, and the requests stand in the queue."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from accounts.models import User
from records.domain import note_words, record_requests
from records.enums import NoteKind, NoteStatus, RecordRequestKind
from records.models import (
    LabPanel,
    NoteAddendum,
    NoteTemplate,
    NoteVersion,
    Phrase,
    RecordRequest,
    VisitNote,
    VisitNoteStatusChange,
)
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

PHRASES = {
    "manager": {
        ".bp": "Blood pressure taken sitting after five minutes of rest, on the right arm: /  mmHg.",
        ".lungs": "Chest: equal air entry on both sides, vesicular breath sounds, no wheeze, no crackles.",
        ".heart": "Heart: first and second sound normal, regular, no murmur.",
        ".abdomen": "Abdomen: soft, not tender, no mass, liver and spleen not felt, bowel sounds present.",
        ".return": "Come back at once with fever above 39 °C, trouble breathing, or if you can't keep fluids down.",
    },
    "doctor": {
        ".salt": "Less than a teaspoon of salt a day, no pickles and papad; walk half an hour on most days.",
        ".नुन": "दिनमा एक चम्चाभन्दा कम नुन, अचार र पापड नखाने, धेरैजसो दिन आधा घण्टा हिँड्ने।",
    },
}
TEMPLATES = {
    "manager": {
        "Cough and cold": {
            "subjective": "Cough for __ days, fever: , breathlessness: , contacts: ",
            "objective": "Temp:   SpO2:   Throat:   Chest: ",
            "assessment": "",
            "plan": "Fluids, rest, paracetamol when needed. Return if not better in five days.",
        },
        "Diabetes review": {
            "subjective": "Home glucose: , low sugars: , feet: ",
            "objective": "Weight:   BP:   HbA1c:   Feet: ",
            "assessment": "Type 2 diabetes, control: ",
            "plan": "Medicines: , next HbA1c in 3 months, eyes once a year.",
        },
    },
    "doctor": {
        "Blood pressure check": {"objective": "BP:   Pulse: ", "plan": "Continue, see again in 4 weeks."}
    },
}
NOTES = [
    {
        "subjective": "Home sugars 140–180 fasting, no low sugars. Feet fine. Walks 20 minutes a day.",
        "objective": "BP 138/84, weight 74 kg, pulses felt on both feet, monofilament felt at all points.",
        "assessment": "Type 2 diabetes, better than last time. Blood pressure just above the aim.",
        "plan": "Continue metformin. Less salt. HbA1c and kidney function before the next visit.",
    },
    {
        "subjective": "Dizzy when standing up for a week, no fall.",
        "objective": "BP 124/76 lying, 108/70 standing. Pulse 78, regular.",
        "assessment": "Drop of pressure on standing, likely from the higher dose.",
        "plan": "Back to the former dose, drink more, see again in two weeks.",
    },
    {
        "subjective": "खोकी तीन दिनदेखि, ज्वरो छैन। रातमा बढी।",
        "objective": "Chest clear, SpO2 98 %.",
        "assessment": "Viral infection of the airways.",
        "plan": "तातो पानी, आराम। पाँच दिनमा निको नभए फेरि आउने।",
    },
]
REQUESTS = [
    (
        RecordRequestKind.LAB_REPORT,
        "Sample sent with the patient, report from City Laboratory.",
        "Diabetes",
        False,
    ),
    (RecordRequestKind.PRESCRIPTION, "Metformin 500 mg twice a day for three months, as before.", "", False),
    (RecordRequestKind.LAB_REPORT, "Potassium, please call me with the result.", "Kidney", True),
]


def seed(people: Mapping[str, User], now: datetime) -> None:
    """Add what is missing."""
    for name, phrases in PHRASES.items():
        for shortcut, text in phrases.items():
            if not Phrase.objects.filter(doctor=_owner(people[name]), shortcut=shortcut).exists():
                note_words.save_phrase(actor=people[name], shortcut=shortcut, text=text)
    for name, templates in TEMPLATES.items():
        for title, content in templates.items():
            if not NoteTemplate.objects.filter(doctor=_owner(people[name]), name=title).exists():
                note_words.save_template(actor=people[name], name=title, kind=NoteKind.SOAP, content=content)
    _notes(people["doctor"], now)
    _requests(people["doctor"], people["patient"])


def _owner(user: User) -> User | None:
    return None if user.is_management else user


def _notes(doctor: User, now: datetime) -> None:
    """A note for each of the doctor's latest visits that has none."""
    if VisitNote.objects.filter(author=doctor, kind=NoteKind.SOAP).exists():
        return
    over = Appointment.objects.filter(doctor=doctor, status=AppointmentStatus.COMPLETED, visit_note=None)
    free = list(over.order_by("-starts_at")[: len(NOTES)])
    for visit, content in zip(free, NOTES, strict=False):
        at = min(visit.ends_at + timedelta(minutes=4), now)
        note = VisitNote.objects.create(
            appointment=visit,
            author=doctor,
            kind=NoteKind.SOAP,
            version=1,
            status=NoteStatus.FINAL,
            signed_at=at,
            **content,
        )
        NoteVersion.objects.create(
            note=note, number=1, content={"kind": "soap", "text": "", **content}, author=doctor
        )
        for before, after in (("", NoteStatus.PRELIMINARY), (NoteStatus.PRELIMINARY, NoteStatus.FINAL)):
            VisitNoteStatusChange.objects.create(note=note, from_status=before, to_status=after, actor=doctor)
        if visit is free[0]:
            NoteAddendum.objects.create(
                note=note, author=doctor, text="HbA1c came back at 7.1 %: nothing to change."
            )


def _requests(doctor: User, patient: User) -> None:
    visit = Appointment.objects.filter(
        doctor=doctor, patient=patient, status=AppointmentStatus.COMPLETED
    ).latest("starts_at")
    if RecordRequest.objects.filter(doctor=doctor).exists():
        return
    for kind, text, panel, is_urgent in REQUESTS:
        panels = list(LabPanel.objects.filter(name__icontains=panel, is_active=True)[:1]) if panel else []
        asked = record_requests.ask(visit.pk, doctor=doctor, kind=kind, text=text, panels=panels)
        if is_urgent:
            # Asked for as urgent it would be told to management by mail.
            RecordRequest.objects.filter(pk=asked.pk).update(is_urgent=True)

"""The database itself refuses to change what was signed."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from records.domain import notes
from records.enums import NoteStatus
from records.models import NoteAddendum, NoteVersion, VisitNote, signed_notes
from scheduling.enums import AppointmentStatus
from scheduling.tests.factories import make_appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(patient: Any, doctor: Any, service: Any) -> VisitNote:
    visit = make_appointment(patient, doctor, service, status=AppointmentStatus.IN_PROGRESS)
    note = notes.save(visit.pk, author=doctor, text="Rest.", version=0)
    NoteVersion.objects.get_or_create(note=note, number=1, defaults={"content": {}, "author": doctor})
    return note


def test_every_trigger_stands_after_all_migrations() -> None:
    assert signed_notes.missing(connection) == []


def test_a_draft_changes_and_a_signed_note_does_not(note: VisitNote, doctor: Any) -> None:
    assert VisitNote.objects.update(text="Bed rest.") == 1
    assert NoteVersion.objects.update(content={"text": "Bed rest."}) == 1
    notes.sign(note.appointment_id, author=doctor)
    addendum = NoteAddendum.objects.create(note=note, text="And tea.", author=doctor)
    for model, change in (
        (VisitNote, {"text": "Run."}),
        (VisitNote, {"status": NoteStatus.PRELIMINARY}),
        (NoteVersion, {"content": {"text": "Run."}}),
        (NoteAddendum, {"text": "Coffee."}),
    ):
        rows = model._default_manager.all()  # type: ignore[attr-defined]
        for attack in (
            lambda rows=rows, change=change: rows.update(**change),
            lambda rows=rows: rows._raw_delete(rows.db),
        ):
            with pytest.raises(DatabaseError, match=signed_notes.MESSAGE), transaction.atomic():
                attack()
    note.refresh_from_db()
    addendum.refresh_from_db()
    assert (note.text, note.status, addendum.text) == ("Bed rest.", "final", "And tea.")

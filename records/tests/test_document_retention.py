"""How long documents are kept: the last day, the notice before, holds, and what stays."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain import care
from accounts.enums import ActivityVerb as V
from accounts.models import Activity, User
from clinic.core.testing.tasks import run_due_tasks
from messaging.models import Notification
from records.domain import document_sweep, documents
from records.domain.document_queries import documents_visible_to
from records.domain.retention import keep_until
from records.models import Document
from records.tests.files import make_document

YEARS = {"letter": 10, "identity": 2}


@pytest.mark.parametrize(
    ("category", "added", "born", "last"),
    [
        ("letter", date(2026, 11, 21), date(1980, 1, 1), date(2036, 11, 21)),
        ("letter", date(2026, 11, 21), None, date(2036, 11, 21)),
        ("identity", date(2026, 11, 21), None, date(2028, 11, 21)),
        # A child's from their 18th birthday.
        ("letter", date(2026, 11, 21), date(2020, 5, 1), date(2048, 5, 1)),
        ("identity", date(2024, 2, 29), None, date(2026, 3, 1)),
        ("letter", date(2026, 1, 1), date(2008, 2, 29), date(2036, 3, 1)),
    ],
)
def test_the_last_day(category: str, added: date, born: date | None, last: date) -> None:
    assert keep_until(category, added, born, YEARS) == last


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_never_less_than_its_years(added: date, born: date | None) -> None:
    last = keep_until("letter", added, born, YEARS)
    assert last >= date(added.year + 10, 1, 1)
    assert born is None or last.year >= born.year + 28


@pytest.fixture
def written(patient: User, doctor: User) -> Document:
    """Kept until 21 November 2036."""
    care.link(patient, doctor)
    with time_machine.travel(datetime(2026, 11, 21, 6, tzinfo=UTC), tick=False):
        return make_document(patient, doctor, title="HIV test")


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, tzinfo=UTC)


LAST = date(2036, 11, 21)


@pytest.mark.django_db(transaction=True)
def test_told_first_and_removed_a_month_later(client: Any, patient: User, written: Document) -> None:
    name = written.file.name
    assert written.keep_until == LAST
    early = document_sweep.sweep(at(LAST - timedelta(days=40)))
    assert (early.told, early.removed) == (0, 0)
    assert document_sweep.sweep(at(LAST - timedelta(days=29))).told == 1
    told = Notification.objects.get(occasion="document.expiring")
    assert told.user == patient
    assert "HIV" not in told.title
    assert document_sweep.sweep(at(LAST)).removed == 0
    assert document_sweep.sweep(at(LAST + timedelta(days=2))).removed == 1
    written.refresh_from_db()
    assert (written.file.name, written.title) == ("", "HIV test")
    assert not written.file.storage.exists(name)
    assert list(documents_visible_to(patient)) == [written]
    line = Activity.objects.get(verb=V.DOCUMENT_REMOVED)
    assert (line.actor, line.patient) == (None, patient)
    client.force_login(patient)
    assert "The file is gone" in client.get(f"/documents/{written.pk}/").content.decode()
    assert client.get(f"/documents/{written.pk}/file/").status_code == 404
    assert document_sweep.sweep(at(LAST + timedelta(days=9))).removed == 0


@pytest.mark.django_db(transaction=True)
def test_a_server_that_slept_tells_before_it_removes(written: Document) -> None:
    late = at(LAST + timedelta(days=400))
    first = document_sweep.sweep(late)
    assert (first.told, first.removed) == (1, 0)
    assert document_sweep.sweep(late + timedelta(days=29)).removed == 0
    assert document_sweep.sweep(late + timedelta(days=30)).removed == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_held_stays_until_it_is_let_go(doctor: User, written: Document) -> None:
    document_sweep.sweep(at(LAST - timedelta(days=29)))
    documents.hold(written.pk, actor=doctor, reason="Complaint")
    late = at(LAST + timedelta(days=100))
    assert document_sweep.sweep(late).removed == 0
    documents.let_go(written.pk, actor=doctor)
    # The notice of long ago does not count any more.
    swept = document_sweep.sweep(late)
    assert (swept.told, swept.removed) == (1, 0)
    assert document_sweep.sweep(late + timedelta(days=30)).removed == 1


@pytest.mark.django_db(transaction=True)
def test_the_command_says_what_it_would_remove_and_names_nothing(written: Document) -> None:
    document_sweep.sweep(at(LAST - timedelta(days=29)))
    said = StringIO()
    with time_machine.travel(at(LAST + timedelta(days=2)), tick=False):
        call_command("sweep_documents", "--dry-run", stdout=said)
        assert said.getvalue() == f"to remove: {written.pk} letter, kept until 2036-11-21\n"
        assert Document.objects.exclude(file="").exists()
        call_command("sweep_documents", stdout=said)
    assert said.getvalue().endswith("told 0, removed 1, uploads 0\n")


@pytest.mark.django_db(transaction=True)
def test_the_sweep_comes_by_itself_each_day_once(patient: User, doctor: User) -> None:
    care.link(patient, doctor)
    for seed in range(3):
        make_document(patient, doctor, seed=seed)
    sweeps = DBTaskResult.objects.filter(task_path="records.tasks.sweep_documents")
    assert sweeps.count() == 1
    with time_machine.travel(sweeps.get().run_after + timedelta(minutes=1), tick=False):
        run_due_tasks()
    assert sorted(sweeps.values_list("status", flat=True)) == ["READY", "SUCCESSFUL"]

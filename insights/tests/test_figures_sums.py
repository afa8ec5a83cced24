"""The roll-ups say what the tables say, whatever happened and whoever summed them up."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import make_doctor, make_patient
from clinic.core.testing.racing import race
from insights.domain.figures import behind, marks, reading, sums
from insights.domain.figures.periods import By, Period, pieces
from insights.domain.figures.reading import Figures
from insights.domain.figures.sources import Narrowing, Raw
from insights.models import FeedbackFigures, FigureMark, MoneyFigures, VisitFigures
from insights.tasks import sum_figures
from insights.tests.figures import DAYS, FIRST, Life, by_hand, of_a_piece, summed
from scheduling.models import Appointment
from scheduling.signals import swept
from scheduling.tests.factories import make_appointment, make_service

WHOLE = Period(FIRST - timedelta(days=2), FIRST + timedelta(days=DAYS + 2))
KEY = ("day", "doctor", "service", "mode")


@pytest.fixture
def people(db: None) -> tuple[Any, Any, Any]:
    patients = [make_patient(f"p{n}@figures.test") for n in range(2)]
    doctors = [make_doctor(f"d{n}@figures.test") for n in range(3)]
    return patients, doctors, [make_service(name) for name in ("Talk", "Scan")]


def stored() -> dict[str, Any]:
    """All roll-ups, with their keys, as they would be compared."""
    found: dict[str, Any] = {}
    for model, more in (
        (VisitFigures, ("currency",)),
        (MoneyFigures, ("currency", "method")),
        (FeedbackFigures, ()),
    ):
        rows: Any = model._default_manager.values()
        for row in rows:
            key = (model.__name__, row["day"], row["doctor_id"], row["service_id"], row["mode"])
            kept = {
                name: value
                for name, value in row.items()
                if name not in ("id", "created_at", "updated_at") and value
            }
            found[str((*key, *(row[name] for name in more)))] = kept
    return found


def anew() -> dict[str, Any]:
    """The same from nothing."""
    with transaction.atomic():
        for model in (VisitFigures, MoneyFigures, FeedbackFigures):
            model._default_manager.all().delete()
        marks.mark_everything()
        sums.sum_marked()
        found = stored()
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_figures_are_those_reckoned_by_hand(people: tuple[Any, Any, Any], seed: int) -> None:
    life = Life(seed, *people)
    for _step in range(70):
        life.step()
        if life.chance.random() < 0.08:
            sums.sum_marked(most=life.chance.choice([1, 3, None]))
    _compare(people)
    sums.sum_marked()
    assert not FigureMark.objects.exists()
    assert stored() == anew()
    _compare(people)


def _compare(people: tuple[Any, Any, Any]) -> None:
    _patients, doctors, services = people
    doctor, service = doctors[1], services[0]
    for narrowing, wanted in (
        (Narrowing(), lambda _visit: True),
        (Narrowing(doctor=doctor.pk), lambda visit: visit.doctor_id == doctor.pk),
        (
            Narrowing(service=service.pk, mode="video"),
            lambda visit: visit.service_id == service.pk and visit.mode == "video",
        ),
    ):
        found = reading.find(WHOLE, narrowing, by=By.DAY)
        assert found.total == by_hand(WHOLE, wanted)
        assert reading.find(WHOLE, narrowing, by=By.DAY, in_pieces=False).total == found.total
        for piece, each in found.pieces.items():
            assert each == of_a_piece(piece, wanted), piece
        for group in (found.doctors, found.services, found.modes):
            assert summed(group.values()) == found.total
        _compare_rows(found, narrowing)
    for by in (By.WEEK, By.MONTH, By.YEAR):
        found = reading.find(WHOLE, Narrowing(), by=by)
        assert found.pieces == {piece: of_a_piece(piece) for piece in pieces(WHOLE, by)}


def _compare_rows(found: reading.Found, narrowing: Narrowing) -> None:
    """As many rows behind each number as it says, and as much money."""
    for what in behind.WHATS.keys() - {"quoted"}:
        count = behind.rows(what, WHOLE, narrowing).count()
        assert count == getattr(found.total, what), what
    for what, amount, name in (
        ("payments", "amount", "received"),
        ("refunds", "amount", "refunded"),
        ("quoted", "quote__charge", "charged"),
        ("quoted", "quote__covered", "covered"),
    ):
        amounts = behind.rows(what, WHOLE, narrowing).values_list(amount, flat=True)
        assert sum(amounts) == getattr(found.total, name), what
    for method, each in found.methods.items():
        assert behind.rows("payments", WHOLE, narrowing, method=method).count() == each.payments
        assert behind.rows("refunds", WHOLE, narrowing, method=method).count() == each.refunds


@pytest.mark.django_db
def test_a_day_begins_at_midnight_in_kathmandu(people: tuple[Any, Any, Any]) -> None:
    """18:15 in Greenwich, summer and winter."""
    (patient, _other), (doctor, *_more), (service, _scan) = people
    for month in (1, 7):
        for minute, starts_at in enumerate([(14, 18, 10), (14, 18, 15)]):
            day, hour, at = starts_at
            moment = datetime(2026, month, day, hour, at, tzinfo=UTC)
            make_appointment(patient, doctor, service, starts_at=moment, status="expired")
            expected = date(2026, month, 14 + minute)
            assert marks.marked(Period(expected, expected)) == [expected]
    sums.sum_marked()
    rows = VisitFigures.objects.order_by("day").values_list("day", "booked")
    assert list(rows) == [(date(2026, month, day), 1) for month in (1, 7) for day in (14, 15)]


@pytest.mark.django_db
def test_too_many_marked_days_are_read_raw(
    people: tuple[Any, Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    life = Life(9, *people)
    for _step in range(40):
        life.step()
    monkeypatch.setattr(reading, "MOST_RAW_DAYS", 1)
    assert reading.find(WHOLE, Narrowing(), by=By.DAY).total == by_hand(WHOLE)
    # What was written past the signals is found when all is summed up.
    sums.sum_marked()
    Appointment.objects.update(status="no_show")
    marks.mark_everything()
    sum_figures.call()
    assert VisitFigures.objects.exists()
    assert not FigureMark.objects.exists()
    assert reading.find(WHOLE, Narrowing(), by=By.DAY).total == by_hand(WHOLE)


@pytest.mark.django_db
def test_a_change_costs_one_insert_and_is_undone_with_it(people: tuple[Any, Any, Any]) -> None:
    (patient, _other), (doctor, *_more), (service, _scan) = people
    visit = make_appointment(patient, doctor, service)
    sums.sum_marked()
    with CaptureQueriesContext(connection) as queries:
        visit.status = "cancelled"
        visit.save(update_fields=["status"])
    assert len([query for query in queries if "figuremark" in query["sql"]]) == 1
    with CaptureQueriesContext(connection) as queries:
        marks.moments([visit.starts_at + timedelta(days=n) for n in range(300)])
    assert len(queries) == 1
    FigureMark.objects.all().delete()
    with transaction.atomic():
        visit.save()
        transaction.set_rollback(True)
    assert not FigureMark.objects.exists()


@pytest.mark.django_db
def test_each_sweep_sums_up(people: tuple[Any, Any, Any]) -> None:
    (patient, _other), (doctor, *_more), (service, _scan) = people
    make_appointment(patient, doctor, service)
    answers = swept.send_robust(sender=None)
    assert not [answer for _receiver, answer in answers if isinstance(answer, Exception)]
    assert VisitFigures.objects.get().booked == 1


@pytest.mark.django_db
def test_who_dies_on_the_way_leaves_all_as_it_was(
    people: tuple[Any, Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    life = Life(5, *people)
    for _step in range(30):
        life.step()
    sums.sum_marked()
    before = stored()
    for _step in range(30):
        life.step()
    with monkeypatch.context() as broken:
        broken.setattr(Raw, "feedback", lambda *_args, **_more: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sums.sum_marked()
    assert stored() == before
    assert reading.find(WHOLE, Narrowing(), by=By.DAY).total == by_hand(WHOLE)
    sums.sum_marked()
    assert stored() == anew()


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once(people: tuple[Any, Any, Any]) -> None:
    life = Life(6, *people)
    for _step in range(60):
        life.step()

    def live() -> None:
        for _step in range(10):
            with transaction.atomic():
                life.step()

    race(sums.sum_marked, live, sums.sum_marked, sums.sum_marked)
    assert reading.find(WHOLE, Narrowing(), by=By.DAY).total == by_hand(WHOLE)
    sums.sum_marked()
    assert stored() == anew()
    assert not FigureMark.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_a_change_that_ends_after_the_sum_is_not_lost(people: tuple[Any, Any, Any]) -> None:
    (patient, _other), (doctor, *_more), (service, _scan) = people
    visit = make_appointment(patient, doctor, service)
    changed, summed_up = threading.Event(), threading.Event()

    def change() -> None:
        with transaction.atomic():
            visit.status = "no_show"
            visit.save()
            changed.set()
            assert summed_up.wait(10)
        connections.close_all()

    thread = threading.Thread(target=change)
    thread.start()
    assert changed.wait(10)
    # It does not wait for the open transaction, and does not see it.
    sums.sum_marked()
    assert VisitFigures.objects.get().no_show == 0
    summed_up.set()
    thread.join()
    day = marks.day_of(visit.starts_at)
    assert reading.find(Period(day, day), Narrowing(), by=By.DAY).total == Figures(booked=1, no_show=1)
    sums.sum_marked()
    assert VisitFigures.objects.get().no_show == 1

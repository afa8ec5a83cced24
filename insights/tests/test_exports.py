"""Lists as files: who gets which rows, at once or by a worker, once, for a day."""

import io
import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts.enums import ActivityVerb
from accounts.models import Activity
from clinic.core import pdf
from clinic.core.testing.tasks import run_due_tasks
from insights.domain import exports
from insights.domain.lists import base
from insights.domain.lists.appointments import AppointmentList
from insights.domain.lists.base import PAGE_ROWS
from insights.enums import ExportStatus as S
from insights.models import Export
from insights.tests.factories import make_export
from messaging.models import Notification
from scheduling.models import Appointment
from scheduling.tests.factories import clinic_time, make_appointment

NEW = "/exports/new/"


def rows_of(answer: Any) -> list[tuple[Any, ...]]:
    content = answer.getvalue() if hasattr(answer, "getvalue") else answer.content
    return list(load_workbook(io.BytesIO(content)).active.values)  # type: ignore[union-attr]


def many(patient: Any, doctor: Any, service: Any, count: int) -> None:
    """Cancelled ones, which claim no time."""
    Appointment.objects.bulk_create(
        Appointment(
            patient=patient, doctor=doctor, service=service, booked_by=patient, mode="video", status="cancelled",
            starts_at=clinic_time(1, 8) + timedelta(minutes=number), ends_at=clinic_time(90, 8), price=800,
            currency="NPR",
        )
        for number in range(count)
    )  # fmt: skip


@pytest.fixture
def cast(patient: Any, doctor: Any, request: pytest.FixtureRequest) -> SimpleNamespace:
    others = ("other_patient", "other_doctor", "manager")
    return SimpleNamespace(
        patient=patient, doctor=doctor, **{name: request.getfixturevalue(name) for name in others}
    )


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of two visits is a large one."""
    monkeypatch.setattr(exports, "SMALL", 1)


@pytest.mark.django_db
def test_a_patient_takes_their_own_to_excel(
    client: Any, patient: Any, other_patient: Any, doctor: Any, service: Any
) -> None:
    patient.first_name = "=HYPERLINK(1)"
    patient.save()
    service.name = "भेटघाट"
    service.save()
    visit = make_appointment(patient, doctor, service, reason="@SUM(A1) ज्वरो")
    make_appointment(other_patient, doctor, service, starts_at=clinic_time(3, 10))
    client.force_login(patient)
    assert client.post(NEW, {"format": "pdf"}).status_code == 403
    answer = client.post(f"{NEW}?doctor={doctor.pk}&status=completed", {"format": "xlsx"})
    assert answer["Content-Disposition"] == f'attachment; filename="appointments-{timezone.localdate()}.xlsx"'
    assert "no-store" in answer["Cache-Control"]
    header, row = rows_of(answer)
    found = dict(zip(header, row, strict=True))
    assert "Patient" not in found
    assert found["Starts"] == timezone.make_naive(visit.starts_at)
    assert found["Service"] == "भेटघाट"
    assert found["What you wrote"] == "'@SUM(A1) ज्वरो"
    assert found["Price"] == 800
    line = Activity.objects.get(verb=ActivityVerb.LIST_EXPORTED)
    assert (line.actor, line.reason) == (patient, "appointments, xlsx, 1")


@pytest.mark.django_db
def test_staff_get_what_they_see_filtered_as_their_list(
    client: Any, cast: SimpleNamespace, service: Any
) -> None:
    patient, other_patient, doctor = cast.patient, cast.other_patient, cast.doctor
    other_doctor, manager = cast.other_doctor, cast.manager
    make_appointment(patient, doctor, service, reason="Coughing blood")
    make_appointment(other_patient, other_doctor, service, starts_at=clinic_time(3, 10))
    make_appointment(other_patient, doctor, service, starts_at=clinic_time(-3, 10), status="completed")

    def names(user: Any, filters: str = "") -> list[Any]:
        client.force_login(user)
        header, *rows = rows_of(client.post(f"{NEW}?kind=appointments{filters}"))
        assert "What you wrote" not in header
        return [row[header.index("Patient")] for row in rows]

    assert names(doctor) == ["Asha Gurung"]
    assert names(doctor, "&when=all") == ["Asha Gurung", "Bikash Rai"]
    assert names(doctor, f"&doctor={other_doctor.pk}") == ["Asha Gurung"]
    assert names(manager) == ["Asha Gurung", "Bikash Rai"]
    assert names(manager, f"&doctor={other_doctor.pk}") == ["Bikash Rai"]
    assert names(manager, "&q=asha") == ["Asha Gurung"]
    line = Activity.objects.filter(verb=ActivityVerb.LIST_EXPORTED).latest("pk")
    assert (line.actor, line.changed) == (manager, ["q"])
    assert client.post(f"{NEW}?from=nonsense").status_code == 422
    # Which filter is wrong; and nothing is offered that would not be made.
    said = client.get(f"{NEW}?from=nonsense&status=nonsense").content.decode()
    assert "From: Enter a valid date." in said
    assert "Status: " in said
    assert " rows" not in said
    assert 'name="format"' not in said
    assert client.post(NEW, {"format": "exe"}).status_code == 400
    assert client.get(f"{NEW}?kind=secrets").status_code == 404


@pytest.mark.django_db
@pytest.mark.skipif(not pdf.is_possible(), reason="Pango is not installed")
def test_a_pdf_has_numbered_pages_and_says_whose_it_is(
    client: Any, cast: SimpleNamespace, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient, manager = cast.patient, cast.manager
    monkeypatch.setattr(base, "PIECE_ROWS", PAGE_ROWS)
    patient.last_name = "<b>श्रेष्ठ</b>"
    patient.save()
    many(patient, cast.doctor, service, 2 * PAGE_ROWS + 1)
    client.force_login(manager)
    answer = client.post(f"{NEW}?status=cancelled", {"format": "pdf"})
    assert answer["Content-Type"] == "application/pdf"
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]
    assert len(pages) == 3
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of 3" in text
        assert "Sagarmatha Clinic" in text
        assert text.count("Dr. Sita Sharma") == (1 if number == 3 else PAGE_ROWS)
    assert "Status: Cancelled" in pages[0]
    assert f"made {timezone.localdate().day} " in pages[0].replace("\n", " ")


@pytest.mark.django_db
def test_many_rows_take_no_more_queries(patient: Any, doctor: Any, manager: Any, service: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            AppointmentList(manager).make("xlsx", lambda _done: None)
        return len(asked)

    make_appointment(patient, doctor, service)
    one = queries()
    many(patient, doctor, service, 29)
    assert queries() == one <= 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small")
def test_a_large_list_is_made_by_a_worker_for_its_owner_alone(
    client: Any, cast: SimpleNamespace, service: Any
) -> None:
    patient, doctor, other_doctor, manager = cast.patient, cast.doctor, cast.other_doctor, cast.manager
    many(patient, doctor, service, 3)
    client.force_login(doctor)
    for _twice in range(2):
        assert client.post(f"{NEW}?status=cancelled&when=").url == "/exports/"
    export = Export.objects.get()
    assert "Waiting for its turn" in client.get("/exports/").content.decode()
    address = reverse("export_download", args=[export.pk])
    assert client.get(address).status_code == 404
    run_due_tasks()
    export.refresh_from_db()
    assert (export.status, export.done, export.total) == (S.READY, 3, 3)
    assert Notification.objects.get(user=doctor).title == "Your list is ready to download: 3 rows"
    assert address in client.get("/exports/").content.decode()
    answer = client.get(address)
    assert "no-store" in answer["Cache-Control"]
    assert len(rows_of(answer)) == 4
    trail = Activity.objects.filter(verb__startswith="list.").order_by("pk").values_list("verb", "target_id")
    assert list(trail) == [("list.export", str(export.pk)), ("list.download", str(export.pk))]
    for outsider in (other_doctor, manager, patient):
        client.force_login(outsider)
        assert client.get(address).status_code == 404
        for step in ("export_cancel", "export_restart"):
            assert client.post(reverse(step, args=[export.pk])).status_code == 404
        assert str(export.pk) not in client.get("/exports/").content.decode()
    doctor.role = "management"
    doctor.save()
    client.force_login(doctor)
    assert client.get(address).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_after_a_day_it_is_gone(client: Any, manager: Any) -> None:
    export = make_export(manager, status=S.READY, content=b"old")
    path = export.file.name
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        client.force_login(manager)
        assert client.get(reverse("export_download", args=[export.pk])).status_code == 404
        assert exports.remove_old() == 1
        export.refresh_from_db()
        assert (export.status, export.file.name) == (S.REMOVED, "")
        assert not default_storage.exists(path)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_make_one_export_twice(manager: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    export = make_export(manager)
    begun: list[int] = []
    both = threading.Barrier(2)

    def make(self: Any, *_arguments: Any) -> bytes:
        begun.append(1)
        return b"made"

    def work() -> None:
        both.wait()
        exports.run(export.pk)
        connections.close_all()

    monkeypatch.setattr(AppointmentList, "make", make)
    workers = [threading.Thread(target=work) for _worker in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    export.refresh_from_db()
    assert (begun, export.status) == ([1], S.READY)


@pytest.mark.django_db(transaction=True)
def test_a_dead_worker_is_noticed_and_its_ghost_changes_nothing(
    client: Any, cast: SimpleNamespace, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = cast.manager
    many(cast.patient, cast.doctor, service, 2)
    export = make_export(manager)
    revived: list[Any] = []

    def hang(self: Any, file_format: str, progress: Any) -> bytes:
        """As a worker that was taken for dead in the middle, while the owner starts the export again."""
        monkeypatch.undo()
        with time_machine.travel(timezone.now() + exports.STALE + timedelta(seconds=1)):
            client.force_login(manager)
            page = client.get("/exports/").content.decode()
            assert "Start again" in page
            client.post(reverse("export_restart", args=[export.pk]))
            run_due_tasks()
        revived.append(Export.objects.get(pk=export.pk))
        progress(1)
        raise AssertionError("the ghost went on")

    monkeypatch.setattr(AppointmentList, "make", hang)
    assert exports.run(export.pk) is False
    (made,) = revived
    export.refresh_from_db()
    assert (made.status, export.status, export.file.name) == (S.READY, S.READY, made.file.name)
    assert "could not be finished" in str(list(Notification.objects.values_list("title", flat=True)))


@pytest.mark.django_db(transaction=True)
def test_the_watch_goes_on_while_it_is_made_and_ends_then(manager: Any) -> None:
    export = make_export(manager, status=S.RUNNING)
    assert exports.watch(export.pk)
    Export.objects.update(beat_at=timezone.now() - exports.STALE * 2)
    assert not exports.watch(export.pk)
    export.refresh_from_db()
    assert export.status == S.FAILED


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_one_stops_at_its_next_portion(
    client: Any, manager: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = make_export(manager)

    def make(self: Any, file_format: str, progress: Any) -> bytes:
        client.force_login(manager)
        client.post(reverse("export_cancel", args=[export.pk]))
        progress(1)
        raise AssertionError("went on")

    monkeypatch.setattr(AppointmentList, "make", make)
    assert exports.run(export.pk) is False
    export.refresh_from_db()
    assert (export.status, export.file.name) == (S.CANCELLED, "")
    assert not Notification.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_breaks_is_told_and_can_be_started_again(manager: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    export = make_export(manager)

    def break_down(*_arguments: Any) -> bytes:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(AppointmentList, "make", break_down)
        with pytest.raises(OSError, match="disk full"):
            exports.run(export.pk)
    export.refresh_from_db()
    assert export.status == S.FAILED
    exports.restart(export)
    run_due_tasks()
    export.refresh_from_db()
    assert export.status == S.READY


@pytest.mark.django_db
@pytest.mark.usefixtures("small")
def test_nobody_fills_the_queue(client: Any, patient: Any, doctor: Any, manager: Any, service: Any) -> None:
    many(patient, doctor, service, 2)
    client.force_login(manager)
    statuses = [client.post(f"{NEW}?when=all&q={word}").status_code for word in ("a", "g", "u", "s")]
    assert statuses == [302, 302, 302, 409]
    assert client.post(f"{NEW}?when=all&q=a").status_code == 302
    assert Export.objects.count() == 3


@pytest.mark.django_db
def test_the_list_of_exports_takes_no_more_queries(client: Any, manager: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/exports/")
        return len(asked)

    client.force_login(manager)
    make_export(manager, status=S.CANCELLED)
    client.get("/exports/")
    one = queries()
    for _more in range(15):
        make_export(manager, status=S.CANCELLED)
    assert queries() == one

"""One timeline of all that happened: filtered, in pages, at a constant cost, and only what its reader may see."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain import care
from accounts.models import User
from records.domain import keyset, said, timeline
from records.domain.export.collect import collect
from records.models import (
    Document,
    ImagingReport,
    Immunisation,
    LabReport,
    Medicine,
    Prescription,
    PrescriptionItem,
    VisitNote,
    VitalSigns,
)
from records.tests.whole_record import write_record
from scheduling.models import Appointment
from scheduling.tests.factories import clinic_time, make_appointment


def make_history(
    patient: User, doctor: User, service: Any, *, months: range, is_released: bool = True
) -> None:
    """One of each kind for each of these months ago."""
    medicine, _new = Medicine.objects.get_or_create(
        key="x", defaults={"generic": "Metformin", "form": "tablet", "strength": "500 mg"}
    )
    for month in months:
        visit = make_appointment(
            patient, doctor, service, starts_at=clinic_time(-30 * month - 1, 10), status="completed"
        )
        at, day = visit.starts_at, timezone.localdate(visit.starts_at)
        then = at if is_released else None
        written = {"patient": patient, "recorded_by": doctor}
        VisitNote.objects.create(
            appointment=visit, author=doctor, text="Well.", version=1, signed_at=then,
            status="final" if is_released else "preliminary",
        )  # fmt: skip
        VitalSigns.objects.create(
            **written, measured_at=at, systolic=130, diastolic=85,
            voided_at=None if is_released else timezone.now(),
        )  # fmt: skip
        Immunisation.objects.create(**written, vaccine="Influenza", given_on=day)
        Document.objects.create(
            **written, category="letter", title=f"Letter {month}", dated_on=day, content_type="application/pdf",
            name="a.pdf", size=1, digest=f"{month:064}", released_at=then,
        )  # fmt: skip
        rx = Prescription.objects.create(patient=patient, author=doctor, number=f"RX{month}")
        PrescriptionItem.objects.create(
            prescription=rx, position=1, medicine=medicine, dose=1, frequency="bd", starts_on=day, days=30
        )
        Prescription.objects.filter(pk=rx.pk).update(status="signed", signed_at=at)
        LabReport.objects.create(
            patient=patient, doctor=doctor, entered_by=doctor, title="Blood count", collected_at=at,
            status="released" if is_released else "final", final_at=at, released_at=then,
        )  # fmt: skip
        ImagingReport.objects.create(
            patient=patient, service=service, status="authorised", acquired_at=at, reported_by=doctor,
            authorised_by=doctor, authorised_at=at, released_at=then, impression="Clear",
        )  # fmt: skip


@pytest.fixture
def treated(patient: User, doctor: User, db: None) -> User:
    care.link(patient, doctor)
    return patient


def every_page(reader: User, patient: User, **narrowed: Any) -> Iterator[timeline.Entry]:
    after = ""
    while True:
        page = timeline.page(reader, patient, after=after, **narrowed)
        yield from page.entries
        after = page.next
        if not after:
            return


@pytest.mark.django_db
def test_pages_hold_everything_once_and_in_order(treated: User, doctor: User, service: Any) -> None:
    make_history(treated, doctor, service, months=range(12))
    found = list(every_page(doctor, treated))
    assert len(found) == len({entry.row.pk for entry in found}) == 12 * len(timeline.EntryKind)
    assert [entry.at for entry in found] == sorted((entry.at for entry in found), reverse=True)
    only = [entry.kind for entry in every_page(doctor, treated, kinds=["lab", "document", "nonsense"])]
    assert sorted(only) == ["document"] * 12 + ["lab"] * 12
    first, last = (timezone.localdate() - timedelta(days=days) for days in (100, 50))
    inside = list(every_page(doctor, treated, first=first, last=last))
    assert len(inside) == 2 * len(timeline.EntryKind)


@pytest.mark.django_db
def test_patients_see_what_is_released_and_nobody_what_is_half_done(
    treated: User, doctor: User, service: Any
) -> None:
    make_history(treated, doctor, service, months=range(1), is_released=False)
    Prescription.objects.create(patient=treated, author=doctor, number="DRAFT")
    LabReport.objects.create(
        patient=treated, doctor=doctor, entered_by=doctor, title="Draft", collected_at=timezone.now()
    )
    ImagingReport.objects.create(
        patient=treated, service=service, status="reported", acquired_at=timezone.now(), reported_by=doctor
    )
    assert {entry.kind for entry in every_page(treated, treated)} == {"immunisation", "prescription", "visit"}
    seen = [(entry.kind, str(entry.row)) for entry in every_page(doctor, treated)]
    assert sorted(kind for kind, _row in seen) == [
        "document", "imaging", "immunisation", "lab", "note", "prescription", "visit",
    ]  # fmt: skip
    assert not any("raft" in row.lower() for _kind, row in seen)


@pytest.mark.django_db
def test_it_leaves_out_nothing_that_an_export_has(treated: User, doctor: User, service: Any) -> None:
    write_record(treated, doctor, service, times=2)
    for reader in (treated, doctor):
        record = collect(treated, reader)
        lists = (
            record.visits, record.notes, record.prescriptions, record.labs, record.documents, record.vitals,
            record.immunisations, record.imaging,
        )  # fmt: skip
        exported = {row.pk for rows in lists for row in rows}  # type: ignore[attr-defined]
        entries = list(every_page(reader, treated))
        # A doctor finds their own unsigned note there too.
        drafts = {entry.row.pk for entry in entries if entry.kind == "note" and not entry.row.signed_at}
        assert {entry.row.pk for entry in entries} - drafts == exported
        assert len(drafts) == (reader == doctor)


@pytest.mark.django_db
def test_the_page_costs_the_same_for_ten_years(
    client: Any, treated: User, doctor: User, service: Any
) -> None:
    client.force_login(doctor)
    address = f"/patients/{treated.pk}/record/"
    make_history(treated, doctor, service, months=range(1))
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    make_history(treated, doctor, service, months=range(1, 31))
    with CaptureQueriesContext(connection) as many:
        page = client.get(address)
    assert len(many) == len(one)
    more = client.get(address, {"after": page.context["page"].next}, headers={"HX-Request": "true"})
    assert more.content.decode().count("data-entry=") == timeline.PER_PAGE
    assert "<html" not in more.content.decode()
    filtered = client.get(address, {"kind": "lab", "first": "soon", "last": "1.1.1"})
    assert {entry.kind for entry in filtered.context["page"].entries} == {"lab"}


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 9),
    st.uuids(),
)
def test_a_mark_survives_its_way_through_an_address(at: datetime, rank: int, pk: Any) -> None:
    mark = keyset.Mark(at, rank, pk)
    assert keyset.read_mark(mark.written()) == mark


@given(st.text(max_size=60))
def test_nonsense_is_no_mark(text: str) -> None:
    assert keyset.read_mark(text) is None


@pytest.mark.django_db
def test_day_rows_stand_between_moments(treated: User, doctor: User, service: Any) -> None:
    """A day counts from its first moment: below a visit on it, above one on the evening before."""
    make_history(treated, doctor, service, months=range(1))
    visit = Appointment.objects.get()
    day: date = timezone.localdate(visit.starts_at)
    make_appointment(
        treated, doctor, service, starts_at=visit.starts_at - timedelta(days=1), status="completed"
    )
    kinds, after = [], ""
    while True:
        page = timeline.page(doctor, treated, kinds=["visit", "immunisation"], after=after, size=1)
        kinds += [entry.kind for entry in page.entries]
        after = page.next
        if not after:
            break
    assert kinds == ["visit", "immunisation", "visit"]
    assert Immunisation.objects.get().given_on == day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Penicillin, peanuts; dust\nsulfa", ["Penicillin", "peanuts", "dust", "sulfa"]),
        ("  - Penicillin (rash)  \n\n", ["Penicillin (rash)"]),
        ("none", []),
        ("छैन", []),
        ("aspirin and ibuprofen", ["aspirin", "ibuprofen"]),
        ("धुलो र माटो", ["धुलो", "माटो"]),
        ("nuts, nuts", ["nuts"]),
        ("", []),
    ],
)
def test_what_the_patient_wrote_falls_into_pieces(text: str, expected: list[str]) -> None:
    assert said.pieces(text) == expected


@pytest.mark.django_db
def test_one_click_takes_it_over_once(client: Any, treated: User, doctor: User) -> None:
    treated.patient_profile.allergies = "Penicillin, peanuts"
    treated.patient_profile.save()
    client.force_login(doctor)
    record = f"/patients/{treated.pk}/record/"
    assert "peanuts" in str(client.get(record).context["said"])
    for _click in range(2):
        client.post(record + "take-over/", {"kind": "allergy", "text": "peanuts"})
    client.post(record + "take-over/", {"kind": "allergy", "text": "not said"})
    (fact,) = treated.allergy_records.all()
    assert (fact.substance, fact.recorded_by) == ("peanuts", doctor)
    assert client.get(record).context["said"]["allergy"] == ["Penicillin"]

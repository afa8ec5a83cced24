"""A page that stays open fetches itself again with every change: in the trail that is one look, on every page."""

from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from accounts.enums import ActivityVerb
from accounts.models import Activity
from clinic.tests import world
from clinic.tests.test_every_url import rows

READERS = ("doctor", "manager", "patient")
# Pages that show clinical data; the walk has to have found these, among others.
KNOWN = {
    "doctor": {
        "patient_record", "record_summary", "record_history", "record_vitals", "record_notes", "record_labs",
        "record_lab_trends", "record_prescriptions", "record_documents", "record_imaging", "record_adherence",
        "record_explanations", "visit_note", "note_versions", "lab_report", "prescription", "document", "request",
        "explanation", "imaging_report", "critical_alert", "appointment", "referral", "visit_panel_history",
        "visit_panel_labs", "visit_panel_documents", "visit_panel_imaging",
    },
    "manager": {"request", "appointment"},
    "patient": {"patient_record", "lab_report", "prescription", "imaging_report"},
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("reader", READERS)
def test_what_fetches_itself_again_is_no_new_look(
    request: pytest.FixtureRequest, service: Any, reader: str
) -> None:
    people = ("patient", "other_patient", "doctor", "other_doctor", "manager", "admin")
    cast = {name: request.getfixturevalue(name) for name in people}
    things = world.build(cast, service)
    client = Client()
    client.force_login(cast[reader])
    cookies = client.cookies.output(header="", sep=";")

    def lines(path: str, **headers: str) -> int:
        """How many more stand in the trail once this page was fetched; 0 for anything but a page."""
        cache.clear()
        visitor = Client()
        visitor.cookies = SimpleCookie(cookies)
        theirs = Activity.objects.filter(actor=cast[reader]).exclude(
            verb=ActivityVerb.BILLING_DOCUMENT_OPENED
        )
        before, answer = theirs.count(), visitor.get(path, headers=headers)
        is_page = answer.headers.get("Content-Type", "").startswith("text/html")
        return theirs.count() - before if is_page else 0

    noted, wrong = set(), []
    for row in rows():
        if row.method != "GET" or row.expected[reader] != "200" or row.target.startswith("api-"):
            continue
        path = row.path(things)
        # Some addresses log somebody out or change something: nothing of it stays for the next one.
        with transaction.atomic():
            if lines(path):
                noted.add(row.target.partition("(")[0])
                if lines(path, **{"X-Background": "1"}):
                    wrong.append(row.target)
            transaction.set_rollback(True)
    assert wrong == []
    assert noted >= KNOWN[reader], KNOWN[reader] - noted

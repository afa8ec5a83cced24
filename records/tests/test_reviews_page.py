"""Management's reading room: tabs, decisions, refusals, and nobody else inside."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import make_patient
from records.models import Feedback
from records.tests.factories import make_feedback, make_past_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(patient: Any, doctor: Any, service: Any) -> Feedback:
    return make_feedback(make_past_visit(patient, doctor, service, reason="Secret reason"))


def decide(client: Client, feedback: Feedback, decision: str, **data: str) -> Any:
    return client.post(reverse("review_decision", args=[feedback.pk, decision]), data)


def test_the_queue_shows_what_waits_and_never_why_they_came(
    client: Client, waiting: Feedback, manager: Any
) -> None:
    client.force_login(manager)
    page = client.get(reverse("reviews")).content.decode()
    assert "Took time for us." in page
    assert "Asha Gurung" in page
    assert "shown as Asha G." in page
    assert "Secret reason" not in page


def test_publish_then_hide_with_a_reason(client: Client, waiting: Feedback, manager: Any) -> None:
    client.force_login(manager)
    response = decide(client, waiting, "publish", status="pending", page="1")
    assert (response.status_code, response["Location"]) == (302, "/reviews/?status=pending&page=1")
    assert "Nothing to read" in client.get(reverse("reviews")).content.decode()
    decide(client, waiting, "hide", reason="Names a neighbour")
    page = client.get(reverse("reviews"), {"status": "hidden"}).content.decode()
    assert "Names a neighbour" in page
    waiting.refresh_from_db()
    assert (waiting.status, waiting.moderated_by) == ("hidden", manager)


def test_a_second_click_says_that_it_is_done(client: Client, waiting: Feedback, manager: Any) -> None:
    client.force_login(manager)
    decide(client, waiting, "publish")
    response = client.post(reverse("review_decision", args=[waiting.pk, "publish"]), follow=True)
    assert response.status_code == 200
    assert "present status" in response.content.decode()
    assert waiting.history.count() == 2


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "a\u202eb"])
def test_a_reason_that_is_refused_stays_in_its_field(
    client: Client, waiting: Feedback, manager: Any, reason: str
) -> None:
    client.force_login(manager)
    response = decide(client, waiting, "hide", reason=reason)
    assert response.status_code == 422
    page = response.content.decode()
    assert 'aria-invalid="true"' in page
    assert f">{reason}</textarea>" in page
    waiting.refresh_from_db()
    assert waiting.status == "pending"


def test_outsiders(
    client: Client, waiting: Feedback, other_patient: Any, other_doctor: Any, admin: Any
) -> None:
    mine, doctor = waiting.appointment.patient, waiting.appointment.doctor
    listing = {None: 302, mine: 403, other_patient: 403, doctor: 403, other_doctor: 403, admin: 403}
    deciding = {None: 302, mine: 403, other_patient: 404, doctor: 404, other_doctor: 404, admin: 404}
    for person, status in listing.items():
        client.logout()
        if person:
            client.force_login(person)
        assert client.get(reverse("reviews")).status_code == status
        assert decide(client, waiting, "publish").status_code == deciding[person]
        assert decide(client, waiting, "hide", reason="No").status_code == deciding[person]
    waiting.refresh_from_db()
    assert waiting.status == "pending"


def test_bad_addresses(client: Client, waiting: Feedback, manager: Any) -> None:
    client.force_login(manager)
    assert decide(client, waiting, "burn").status_code == 404
    assert client.get(reverse("review_decision", args=[waiting.pk, "publish"])).status_code == 405
    for query in ({"status": "burnt"}, {"page": "x"}, {"page": "999"}):
        assert "Took time for us." in client.get(reverse("reviews"), query).content.decode()
    response = decide(client, waiting, "publish", status="//evil.example", page="1&x=y")
    assert response["Location"] == "/reviews/?status=pending"


def test_script_in_comment_and_name_stays_text(
    client: Client, doctor: Any, service: Any, manager: Any
) -> None:
    patient = make_patient(first_name="<b>Bold</b>", last_name="<i>Thin")
    make_feedback(make_past_visit(patient, doctor, service), comment="<img src=x onerror=alert(1)>")
    client.force_login(manager)
    page = client.get(reverse("reviews")).content.decode()
    assert "<img src=x" not in page
    assert "<b>Bold" not in page


def test_paging_and_a_flat_number_of_queries(
    client: Client, patient: Any, doctor: Any, service: Any, manager: Any
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("reviews")).status_code == 200
        return len(captured)

    client.force_login(manager)
    make_feedback(make_past_visit(patient, doctor, service, days_ago=1))
    one = queries()
    for number in range(2, 31):
        make_feedback(make_past_visit(patient, doctor, service, days_ago=number))
    assert queries() == one
    assert "Page 1 of 2" in client.get(reverse("reviews")).content.decode()

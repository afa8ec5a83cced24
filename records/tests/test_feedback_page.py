"""'How was your visit?': the patient's page, from the visit's own page to the refusal after the decision."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from records.models import Feedback
from records.tests.factories import make_feedback, make_past_visit
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

SENT = {"overall": "4", "recommend": "yes", "comment": "Listened well.", "staff": ""}


@pytest.fixture
def visit(patient: Any, doctor: Any, service: Any) -> Appointment:
    return make_past_visit(patient, doctor, service, reason="Rash on the arm")


def address(visit: Appointment) -> str:
    return reverse("feedback", args=[visit.pk])


def test_from_the_visit_to_the_thank_you(client: Client, visit: Appointment) -> None:
    client.force_login(visit.patient)
    visit_page = reverse("appointment", args=[visit.pk])
    assert address(visit) in client.get(visit_page).content.decode()
    assert "How was your visit?" in client.get(address(visit)).content.decode()
    response = client.post(address(visit), SENT, follow=True)
    assert response.redirect_chain == [(visit_page, 302)]
    page = response.content.decode()
    assert "Thank you." in page
    assert "Your feedback" in page
    stored = Feedback.objects.get()
    assert (stored.overall, stored.staff, stored.recommend, stored.comment) == (
        4,
        None,
        True,
        "Listened well.",
    )


def test_it_comes_back_filled_and_may_be_changed(client: Client, visit: Appointment) -> None:
    make_feedback(visit, overall=2, recommend=False, comment="Too short")
    client.force_login(visit.patient)
    page = client.get(address(visit)).content.decode()
    assert "Too short" in page
    assert 'value="2" required id="id_overall_1" checked' in page
    assert 'value="no" required id="id_recommend_1" checked' in page
    client.post(address(visit), SENT)
    assert Feedback.objects.get().overall == 4


def test_a_double_click_stores_one(client: Client, visit: Appointment) -> None:
    client.force_login(visit.patient)
    assert [client.post(address(visit), SENT).status_code for _ in range(2)] == [302, 302]
    assert Feedback.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"overall": ""},
        {"overall": "6"},
        {"overall": "४"},
        {"staff": "x"},
        {"recommend": "perhaps"},
        {"comment": "y" * 1001},
        {"comment": "a\u202eb"},
    ],
)
def test_bad_input_is_named_and_what_was_typed_stays(
    client: Client, visit: Appointment, wrong: dict[str, str]
) -> None:
    client.force_login(visit.patient)
    response = client.post(address(visit), {**SENT, **wrong})
    assert response.status_code == 422
    assert response.context["form"].errors
    assert (wrong.get("comment") or "Listened well.") in response.content.decode()
    assert not Feedback.objects.exists()


def test_a_thousand_characters_over_several_lines_fit(client: Client, visit: Appointment) -> None:
    client.force_login(visit.patient)
    # A browser counts a line end as one sign and sends two.
    text = "\r\n".join("y" * 99 for _ in range(10))
    assert client.post(address(visit), {**SENT, "comment": text + "y"}).status_code == 302
    assert len(Feedback.objects.get().comment) == 1000


def test_after_the_decision_it_is_only_read(client: Client, visit: Appointment, manager: Any) -> None:
    make_feedback(visit, comment="First words", published_by=manager)
    client.force_login(visit.patient)
    page = client.get(address(visit)).content.decode()
    assert "First words" in page
    assert "published under the name: Asha G." in page
    assert 'name="overall"' not in page
    response = client.post(address(visit), {**SENT, "comment": "Other words"})
    assert response.status_code == 409
    assert "does not change any more" in response.content.decode()
    assert Feedback.objects.get().comment == "First words"


@pytest.mark.parametrize("status", [AppointmentStatus.CONFIRMED, AppointmentStatus.NO_SHOW])
def test_before_it_is_over_there_is_nothing_to_say(
    client: Client, patient: Any, doctor: Any, service: Any, status: str
) -> None:
    visit = make_past_visit(patient, doctor, service, status=status)
    client.force_login(patient)
    assert address(visit) not in client.get(reverse("appointment", args=[visit.pk])).content.decode()
    assert client.get(address(visit)).status_code == 409
    assert client.post(address(visit), SENT).status_code == 409
    assert not Feedback.objects.exists()


def test_outsiders(
    client: Client, visit: Appointment, other_patient: Any, other_doctor: Any, manager: Any
) -> None:
    expected = {None: 302, other_patient: 404, other_doctor: 404, visit.doctor: 403, manager: 403}
    for person, status in expected.items():
        client.logout()
        if person:
            client.force_login(person)
        assert client.get(address(visit)).status_code == status
        assert client.post(address(visit), SENT).status_code == status
    assert not Feedback.objects.exists()


def test_script_in_a_comment_stays_text(client: Client, visit: Appointment) -> None:
    client.force_login(visit.patient)
    client.post(address(visit), {**SENT, "comment": "<script>alert(1)</script>"})
    page = client.get(address(visit)).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page

"""The assistant's pages: what stands on them, for whom, and that no word of a model becomes markup."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.domain import care
from accounts.enums import ActivityVerb as V
from accounts.models import Activity, User
from records.domain.explaining import explanations
from records.models import Explanation, LabReport
from records.tests.explaining import make_explanation
from records.tests.factories_labs import HAEMOGLOBIN, make_lab_report

pytestmark = pytest.mark.django_db


def page(client: Client, user: User, name: str, *args: Any) -> str:
    client.force_login(user)
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_sentences_lead_to_what_they_cite_and_are_words_only(
    client: Client, patient: User, doctor: User
) -> None:
    made = make_explanation(patient, doctor)
    made.sentences = [{"text": "<b>Low</b> & bad.", "cites": [made.findings[0]["key"], 1]}]
    made.dropped, made.failure, made.model = 3, "cut", "some-model"
    made.save()
    shown = page(client, doctor, "explanation", made.pk)
    assert "&lt;b&gt;Low&lt;/b&gt; &amp; bad." in shown
    assert "<b>Low" not in shown
    for anchor in ("finding-1", "line-1"):
        assert f'href="#{anchor}"' in shown
        assert f'id="{anchor}"' in shown
    for words in ("3 sentences were left out", "broke off", "some-model", "the patient does not see it"):
        assert words in shown
    explanations.release(made.pk, actor=doctor)
    theirs = page(client, patient, "explanation", made.pk)
    assert "Dr. Sita Sharma has read this" in theirs
    assert not any(words in theirs for words in ("left out", "broke off", "some-model", "Discard"))
    read = Activity.objects.filter(verb=V.EXPLANATION_READ, target_id=str(made.pk))
    assert set(read.values_list("actor__email", flat=True)) == {doctor.email, patient.email}


def test_the_corner_of_a_report(client: Client, patient: User, doctor: User, other_doctor: User) -> None:
    report = make_explanation(patient, doctor).lab_report
    assert report is not None
    assert "Explain this to the patient" in page(client, doctor, "lab_report", report.pk)
    theirs = page(client, patient, "lab_report", report.pk)
    assert "Explain this" in theirs
    assert "Read the explanation" not in theirs
    client.force_login(patient)
    asked = client.post(reverse("explanation_ask", args=["lab_report", report.pk]), {"audience": "patient"})
    assert asked.status_code == 302
    explanations.release(Explanation.objects.get().pk, actor=doctor)
    assert "Read the explanation" in page(client, patient, "lab_report", report.pk)


def test_a_refusal_is_said_on_the_page(client: Client, patient: User, doctor: User) -> None:
    care.link(patient, doctor)
    report: LabReport = make_lab_report(patient, doctor, {HAEMOGLOBIN: "9.1"}, status="final")
    made = make_explanation(patient, doctor, source=report)
    client.force_login(doctor)
    answer = client.post(reverse("explanation_action", args=[made.pk, "release"]))
    assert answer.status_code == 409
    assert "see what this explains yet" in answer.content.decode()


def test_the_list_asks_no_more_for_more(client: Client, patient: User, doctor: User) -> None:
    def asked(user: User) -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client, user, "record_explanations", patient.pk)
        return len(queries)

    explanations.release(make_explanation(patient, doctor).pk, actor=doctor)
    for user in (doctor, patient):
        page(client, user, "record_explanations", patient.pk)
    before = {user.pk: asked(user) for user in (doctor, patient)}
    for row in Explanation.objects.all():
        for _time in range(9):
            row.pk = None
            row._state.adding = True
            row.save()
    assert {user.pk: asked(user) for user in (doctor, patient)} == before


def test_nothing_yet(client: Client, patient: User) -> None:
    assert "No explanations yet" in page(client, patient, "record_explanations", patient.pk)

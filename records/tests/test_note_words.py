"""Templates and phrases: own and the clinic's, who keeps which."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.core.errors import Invalid, NotAllowed
from records.domain import note_words
from records.models import NoteTemplate, Phrase
from scheduling.enums import AppointmentStatus
from scheduling.tests.factories import make_appointment

pytestmark = pytest.mark.django_db


def phrase(actor: Any, shortcut: str = ".bp", text: str = "Blood pressure measured sitting.") -> Phrase:
    return note_words.save_phrase(actor=actor, shortcut=shortcut, text=text)


def template(actor: Any, name: str = "Cold", **content: str) -> NoteTemplate:
    content = content or {"subjective": "Runny nose.", "plan": "Rest."}
    return note_words.save_template(actor=actor, name=name, kind="soap", content=content)


def test_a_doctors_own_phrase_goes_before_the_clinics(doctor: Any, other_doctor: Any, manager: Any) -> None:
    phrase(manager, text="The clinic's words.")
    assert note_words.expansions_for(doctor) == {".bp": "The clinic's words."}
    phrase(doctor, text="My words.")
    assert note_words.expansions_for(doctor) == {".bp": "My words."}
    assert note_words.expansions_for(other_doctor) == {".bp": "The clinic's words."}


@pytest.mark.parametrize("shortcut", ["", ".", ".two words", ".a" * 2, "." + "x" * 24, ".<b>"])
def test_a_shortcut_can_be_typed(doctor: Any, shortcut: str) -> None:
    with pytest.raises(Invalid) as refused:
        phrase(doctor, shortcut)
    assert refused.value.fields.keys() == {"shortcut"}


def test_a_dot_that_was_forgotten_is_put_in_front_and_names_are_given_once(doctor: Any, manager: Any) -> None:
    assert phrase(doctor, "ज्वरो", "Fever.").shortcut == ".ज्वरो"
    for actor in (doctor, manager):
        phrase(actor, ".x")
        template(actor)
        with pytest.raises(Invalid) as refused:
            phrase(actor, ".x", "Again.")
        assert "shortcut" in refused.value.fields
        with pytest.raises(Invalid) as refused:
            template(actor)
        assert "name" in refused.value.fields


def test_a_template_has_what_its_form_has(doctor: Any) -> None:
    made = note_words.save_template(
        actor=doctor, name=" Check  up ", kind="free", content={"text": "Well.", "plan": "Left over."}
    )
    assert (made.name, made.content["text"], made.content["plan"]) == ("Check up", "Well.", "")
    for bad in ({"name": ""}, {"kind": "poem"}, {"content": {"text": "  "}}, {"content": {"text": "a\x00"}}):
        given = {"name": "Other", "kind": "free", "content": {"text": "x"}, **bad}
        with pytest.raises(Invalid):
            note_words.save_template(actor=doctor, **given)  # type: ignore[arg-type]


def test_everyone_changes_only_what_is_theirs(
    doctor: Any, other_doctor: Any, manager: Any, patient: Any, client: Any
) -> None:
    own, clinic = phrase(doctor), phrase(manager)
    for actor, words in ((other_doctor, own), (manager, own), (doctor, clinic), (patient, own)):
        with pytest.raises(NotAllowed):
            note_words.save_phrase(actor=actor, shortcut=".y", text="x", phrase_id=words.pk)
        with pytest.raises(NotAllowed):
            note_words.remove(words, actor=actor)
    client.force_login(other_doctor)
    assert client.get(f"/notes/phrases/{own.pk}/").status_code == 404
    assert client.get(f"/notes/phrases/{clinic.pk}/").status_code == 403
    assert client.post(f"/notes/phrases/{clinic.pk}/remove/").status_code == 403
    client.force_login(manager)
    assert client.get(f"/notes/phrases/{own.pk}/").status_code == 404
    client.post(f"/notes/phrases/{clinic.pk}/", {"shortcut": ".rr", "text": "Breaths counted."})
    clinic.refresh_from_db()
    assert clinic.shortcut == ".rr"
    client.post(f"/notes/phrases/{clinic.pk}/remove/")
    assert list(Phrase.objects.values_list("pk", flat=True)) == [own.pk]


def test_the_pages_keep_what_was_typed(doctor: Any, client: Any) -> None:
    client.force_login(doctor)
    assert "No templates yet" in client.get("/notes/templates/").content.decode()
    answer = client.post("/notes/templates/new/", {"name": "", "kind": "soap", "plan": "Rest & tea."})
    assert answer.status_code == 422
    assert "Rest &amp; tea." in answer.content.decode()
    data = {"name": "Cold", "kind": "soap", "subjective": "  Nose:", "plan": "Rest."}
    assert client.post("/notes/templates/new/", data).status_code == 302
    made = NoteTemplate.objects.get()
    assert (made.doctor, made.content["subjective"]) == (doctor, "  Nose:")
    answer = client.post(f"/notes/templates/{made.pk}/", {**data, "name": ""})
    assert answer.status_code == 422


def test_the_editor_brings_them_along_and_the_list_stays_flat(
    doctor: Any, manager: Any, patient: Any, service: Any, client: Any
) -> None:
    phrase(doctor, text="</script><b>")
    template(manager)
    visit = make_appointment(patient, doctor, service, status=AppointmentStatus.IN_PROGRESS)
    client.force_login(doctor)
    page = client.get(f"/visits/{visit.pk}/note/").content.decode()
    assert "\\u003C/script\\u003E" in page
    assert "<option" in page
    with CaptureQueriesContext(connection) as one:
        client.get("/notes/phrases/")
    for index in range(24):
        phrase(doctor, f".p{index}")
    with CaptureQueriesContext(connection) as many:
        assert len(client.get("/notes/phrases/").context["page_obj"].object_list) == 25
    assert len(one) == len(many)

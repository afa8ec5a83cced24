"""The patient's page of medicines, the doctor's section of the record, and both over the API."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.domain import care
from accounts.enums import ActivityVerb
from accounts.models import Activity
from records.models import Intake
from records.tests.factories_doses import make_course, make_intake

KATHMANDU = ZoneInfo("Asia/Kathmandu")
DAY = date(2026, 3, 4)
YESTERDAY = DAY - timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _morning() -> Any:
    with time_machine.travel(datetime(2026, 3, 4, 9, tzinfo=KATHMANDU), tick=False):
        yield


@pytest.fixture
def item(patient: Any, doctor: Any) -> Any:
    return make_course(patient, doctor, starts_on=DAY - timedelta(days=3), instructions="खाना खाएपछि")


@pytest.fixture
def people(patient: Any, other_patient: Any, doctor: Any, other_doctor: Any, manager: Any) -> dict[str, Any]:
    """All of them; the doctor treats the patient."""
    care.link(patient, doctor)
    return {
        "patient": patient,
        "other_patient": other_patient,
        "doctor": doctor,
        "other_doctor": other_doctor,
        "manager": manager,
    }


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def tell(client: Client, item: Any, action: str, **data: Any) -> Any:
    data = {"day": str(DAY), "time": "08:00", **data}
    return client.post(reverse("dose", args=[item.pk, action]), data)


def test_a_day_that_is_none_is_a_kind_word(item: Any, patient: Any) -> None:
    client = signed_in(patient)
    for day in ("0001-01-01", "9999-12-31", "nonsense"):
        for answer in (
            tell(client, item, "take", day=day, when="on_time"),
            tell(client, item, "skip", day=day),
            client.post(reverse("medicines_take"), {"day": day, "time": "20:00"}),
        ):
            assert answer.status_code == 302
    assert not Intake.objects.exists()


def test_the_most_a_day_stands_beside_what_is_taken_as_needed(patient: Any, doctor: Any) -> None:
    item = make_course(patient, doctor, frequency="od", as_needed=True, times=["08:00"], starts_on=DAY)
    client = signed_in(patient)
    before = client.get(reverse("medicines")).content.decode()
    assert "at most 1 time a day" in before
    assert "all that is meant for one day" not in before
    client.post(reverse("dose", args=[item.pk, "needed"]), {"seen": "none"})
    assert "all that is meant for one day" in client.get(reverse("medicines")).content.decode()


def test_today_comes_first_then_what_yesterday_lacks(item: Any, patient: Any) -> None:
    make_intake(item, YESTERDAY, "08:00")
    page = signed_in(patient).get("/medicines/").content.decode()
    assert "0 of 2 doses taken" in page
    assert page.index("20:00") < page.index("Yesterday nothing was noted")
    assert page.count('value="on_time"') == 1  # yesterday's evening
    assert "खाना खाएपछि" in page


def test_take_skip_and_undo_by_plain_forms(item: Any, patient: Any) -> None:
    client = signed_in(patient)
    assert tell(client, item, "take").status_code == 302
    assert "1 of 2 doses taken" in client.get("/medicines/").content.decode()
    assert tell(client, item, "undo", next="/medicines/history/")["Location"] == "/medicines/history/"
    tell(client, item, "skip", why="side_effects")
    assert Intake.objects.get().reason == "side_effects"
    assert "It made me feel bad" in client.get("/medicines/").content.decode()
    # The other tab still offers to take it.
    tell(client, item, "take")
    assert Intake.objects.get().outcome == "skipped"
    assert "Something else was told" in client.get("/medicines/").content.decode()


def test_htmx_gets_the_news_and_refusals_in_their_own_words(item: Any, patient: Any) -> None:
    client = signed_in(patient)
    url, htmx = reverse("dose", args=[item.pk, "take"]), {"HX-Request": "true"}
    told = client.post(url, {"day": str(DAY), "time": "08:00"}, headers=htmx)
    assert told.status_code == 204
    assert "doses:told" in told["HX-Trigger"]
    early = client.post(url, {"day": str(DAY), "time": "20:00"}, headers=htmx)
    assert early.status_code == 400
    assert "too early" in early.content.decode()


@pytest.mark.parametrize(
    "data", [{"day": "x"}, {"time": "25:00"}, {"day": ""}, {"day": "9999-12-31"}, {"day": "0001-01-01"}]
)
def test_nonsense_is_said_kindly(item: Any, patient: Any, data: dict[str, str]) -> None:
    client = signed_in(patient)
    for action in ("take", "skip", "undo"):
        assert tell(client, item, action, **data).status_code == 302
    assert not Intake.objects.exists()


def test_all_of_one_time_together(item: Any, patient: Any, doctor: Any) -> None:
    make_course(patient, doctor, generic="Enalapril", starts_on=YESTERDAY)
    client = signed_in(patient)
    assert "All taken" in client.get("/medicines/").content.decode()
    for _tab in range(2):
        assert client.post("/medicines/take/", {"day": str(DAY), "time": "08:00"}).status_code == 302
    assert Intake.objects.filter(day=DAY).count() == 2


def test_only_the_patient_tells_and_only_theirs_look(item: Any, people: dict[str, Any]) -> None:
    client = {name: signed_in(user) for name, user in people.items()}
    for who, answer in [("other_patient", 404), ("other_doctor", 404), ("manager", 404), ("doctor", 403)]:
        assert tell(client[who], item, "take").status_code == answer
    for who in ("doctor", "other_doctor", "manager"):
        for name in ("medicines", "medicines_history", "medicines_adherence"):
            assert client[who].get(reverse(name)).status_code == 403
    record = reverse("record_adherence", args=[people["patient"].pk])
    answers = {"doctor": 200, "patient": 200, "other_doctor": 404, "other_patient": 404, "manager": 403}
    assert {who: client[who].get(record).status_code for who in answers} == answers
    assert Client().get("/medicines/").status_code == 302
    assert not Intake.objects.exists()


def test_a_doctor_s_look_stands_in_the_trail(item: Any, patient: Any, doctor: Any) -> None:
    care.link(patient, doctor)
    signed_in(doctor).get(reverse("record_adherence", args=[patient.pk]))
    (line,) = Activity.objects.filter(verb=ActivityVerb.ADHERENCE_READ)
    assert (line.actor_id, line.patient_id) == (doctor.pk, patient.pk)


def test_figures_by_week_and_medicine(item: Any, patient: Any) -> None:
    make_intake(item, YESTERDAY, "08:00")
    make_intake(item, YESTERDAY, "20:00", outcome="skipped", reason="ran_out")
    page = signed_in(patient).get("/medicines/adherence/").content.decode()
    # Of seven that were due (today's morning is still open for an hour) one was taken.
    assert "1 of 6 planned doses taken" in page
    assert "17 %" in page
    assert "I have run out of it" in page
    assert '"values": [0, 0, 0, 0, 0, 0, 0, 1]' in page
    narrowed = signed_in(patient).get(f"/medicines/adherence/?weeks=4&medicine={item.medicine_id}")
    assert "Show all medicines" in narrowed.content.decode()


def test_the_days_before_come_in_pages(patient: Any, doctor: Any) -> None:
    make_course(patient, doctor, starts_on=DAY - timedelta(days=40))
    client = signed_in(patient)
    first = client.get("/medicines/history/").content.decode()
    assert "Page 1 of 3" in first
    assert first.index("3 March 2026") < first.index("2 March 2026")
    assert "4 March 2026" not in first
    assert "23 January 2026" in client.get("/medicines/history/?page=3").content.decode()


def test_empty_states(patient: Any) -> None:
    client = signed_in(patient)
    for url, words in [
        ("/medicines/", "No medicines planned"),
        ("/medicines/history/", "Nothing here yet"),
        ("/medicines/adherence/", "No doses in this time"),
    ]:
        assert words in client.get(url).content.decode()


@pytest.mark.parametrize(
    "url", ["/medicines/", "/medicines/tile/", "/medicines/history/", "/medicines/adherence/"]
)
def test_pages_ask_as_little_for_thirty_medicines_as_for_one(
    patient: Any, doctor: Any, url: str, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(patient)

    def add(number: int) -> None:
        item = make_course(patient, doctor, generic=f"Medicine {number}", starts_on=YESTERDAY)
        make_intake(item, YESTERDAY, "08:00")

    add(0)
    client.get(url)
    with django_assert_max_num_queries(12) as at_one:
        client.get(url)
    for number in range(1, 30):
        add(number)
    with django_assert_max_num_queries(len(at_one)):
        assert client.get(url).status_code == 200


def test_the_home_page_s_tile_tells_of_today_or_nothing(item: Any, patient: Any, other_patient: Any) -> None:
    make_intake(item, DAY, "08:00")
    tile = signed_in(patient).get("/medicines/tile/").content.decode()
    assert "1 of 2 doses taken" in tile
    assert "next: 20:00" in tile
    assert signed_in(other_patient).get("/medicines/tile/").content.decode().strip() == ""
    assert 'hx-get="/medicines/tile/"' in signed_in(patient).get("/home/").content.decode()


# --- The API ---


def test_a_day_over_the_api(item: Any, patient: Any, doctor: Any, other_patient: Any, api: Any) -> None:
    make_intake(item, DAY, "08:00")
    day = api(patient).get("/api/doses/").json()
    assert (day["day"], day["time_zone"]) == ("2026-03-04", "Asia/Kathmandu")
    assert [(dose["time"], dose["state"]) for dose in day["results"]] == [
        ("08:00", "taken"),
        ("20:00", "ahead"),
    ]
    assert api(patient).get("/api/doses/?day=2026-03-03").json()["results"][0]["state"] == "missed"
    for wrong in ("day=tomorrow", "day=2036-01-01"):
        assert api(patient).get(f"/api/doses/?{wrong}").status_code == 400
    theirs = f"/api/doses/?patient={patient.pk}"
    assert api(other_patient).get(theirs).status_code == 404
    assert api(doctor).get(theirs).status_code == 404
    assert api(doctor).get("/api/doses/").status_code == 400
    care.link(patient, doctor)
    assert len(api(doctor).get(theirs).json()["results"]) == 2


def test_telling_over_the_api(item: Any, people: dict[str, Any], api: Any) -> None:
    patient, other_patient, doctor = people["patient"], people["other_patient"], people["doctor"]
    body = {"item": str(item.pk), "day": "2026-03-04", "time": "08:00"}
    made = api(patient).post("/api/intakes/", body, format="json")
    assert made.status_code == 201
    again = api(patient).post("/api/intakes/", body, format="json")
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    other = api(patient).post("/api/intakes/", {**body, "outcome": "skipped"}, format="json")
    assert (other.status_code, other.json()["code"]) == (409, "already_told")
    for wrong in ({"time": "20:00"}, {"day": "2026-03-05"}, {"time": "07:00"}, {"time": None}):
        assert api(patient).post("/api/intakes/", {**body, **wrong}, format="json").status_code == 400
    for user, answer in [(other_patient, 404), (people["manager"], 404), (doctor, 403), (None, 401)]:
        assert api(user).post("/api/intakes/", body, format="json").status_code == answer
    assert [row["id"] for row in api(patient).get("/api/intakes/").json()["results"]] == [made.json()["id"]]
    assert api(other_patient).get("/api/intakes/").json()["results"] == []
    assert len(api(doctor).get(f"/api/intakes/?patient={patient.pk}").json()["results"]) == 1
    one = f"/api/intakes/{made.json()['id']}/"
    for user, answer in [(other_patient, 404), (doctor, 403), (patient, 204), (patient, 404)]:
        assert api(user).delete(one).status_code == answer


def test_adherence_over_the_api(item: Any, patient: Any, other_doctor: Any, manager: Any, api: Any) -> None:
    make_intake(item, YESTERDAY, "08:00")
    figures = api(patient).get("/api/adherence/?weeks=2").json()
    assert figures["total"] == {
        "planned": 6, "taken": 1, "on_time": 1, "late": 0, "skipped": 0, "missed": 5, "percent": 17,
    }  # fmt: skip
    assert [week["week"] for week in figures["weeks"]] == ["2026-02-22", "2026-03-01"]
    assert figures["medicines"][0]["weeks"][1]["planned"] == 6
    assert api(patient).get("/api/adherence/?weeks=99").status_code == 400
    assert api(other_doctor).get(f"/api/adherence/?patient={patient.pk}").status_code == 404
    assert api(manager).get("/api/adherence/").status_code == 403

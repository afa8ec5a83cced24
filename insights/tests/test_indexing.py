"""What search engines get: titles, addresses, structured data, the sitemap; and how long browsers keep a page."""

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import make_doctor, make_patient, make_specialty
from records.domain import feedback
from records.tests.factories import make_feedback, make_past_visit

pytestmark = pytest.mark.django_db

LD = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
EVIL = '</script><script>alert("1")</script><!-- & \u2028'


def html_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def structured(html: str) -> list[dict[str, Any]]:
    return [json.loads(block) for block in LD.findall(html)]


def content(html: str, attribute: str) -> str:
    (found,) = re.findall(rf'<meta {attribute} content="([^"]*)"', html)
    return found


def test_each_public_page_says_what_it_is(client: Client, doctor: Any, service: Any) -> None:
    addresses = ["/", reverse("doctors"), reverse("doctor", args=[doctor.pk])]
    pages = [html_of(client, url) for url in addresses]
    titles = [re.findall("<title>(.*?)</title>", page)[0] for page in pages]
    descriptions = [content(page, 'name="description"') for page in pages]
    assert len(set(titles)) == len(set(descriptions)) == 3
    assert "Dr. Sita Sharma, General medicine" in titles[2]
    for page, url, description in zip(pages, addresses, descriptions, strict=True):
        assert f'<link rel="canonical" href="http://testserver{url}">' in page
        assert content(page, 'property="og:url"') == f"http://testserver{url}"
        assert content(page, 'property="og:description"') == description
        assert 0 < len(description) <= 200
        assert 'content="noindex"' not in page


def test_filters_share_one_address_and_departments_have_their_own(client: Client, doctor: Any) -> None:
    def canonical(query: str) -> str:
        return re.findall('rel="canonical" href="([^"]*)"', html_of(client, f"/doctors/{query}"))[0]

    assert canonical("?sort=fee&fee=900&q=sita") == "http://testserver/doctors/"
    assert (
        canonical("?specialty=general-medicine&sort=fee")
        == "http://testserver/doctors/?specialty=general-medicine"
    )
    for number in range(13):
        make_doctor(f"d{number}@test.clinic")
    assert canonical("?page=2") == "http://testserver/doctors/?page=2"


def test_pages_for_people_are_not_indexed(client: Client, patient: Any) -> None:
    assert 'content="noindex"' in html_of(client, reverse("account_login"))
    client.force_login(patient)
    assert 'content="noindex"' in html_of(client, reverse("home"))


def test_structured_data_of_the_clinic_and_the_list(client: Client, doctor: Any, settings: Any) -> None:
    (clinic,) = structured(html_of(client, "/"))
    assert clinic["@context"] == "https://schema.org"
    assert (clinic["@type"], clinic["name"]) == ("MedicalClinic", settings.CLINIC_NAME)
    assert clinic["medicalSpecialty"] == ["General medicine"]
    (listed,) = structured(html_of(client, "/doctors/"))
    assert [entry["url"] for entry in listed["itemListElement"]] == [
        f"http://testserver{reverse('doctor', args=[doctor.pk])}"
    ]
    assert structured(html_of(client, "/doctors/?q=nobody")) == []


def test_a_rating_is_told_only_when_it_is_real(
    client: Client, patient: Any, doctor: Any, service: Any, manager: Any
) -> None:
    url = reverse("doctor", args=[doctor.pk])
    waiting = make_feedback(make_past_visit(patient, doctor, service))
    (physician,) = structured(html_of(client, url))
    assert (physician["@type"], physician["name"]) == ("Physician", "Dr. Sita Sharma")
    assert physician["knowsLanguage"] == ["ne", "en"]
    assert "aggregateRating" not in physician
    feedback.publish(waiting.pk, actor=manager)
    (physician,) = structured(html_of(client, url))
    assert physician["aggregateRating"] == {
        "@type": "AggregateRating",
        "ratingValue": "5.0",
        "ratingCount": 1,
        "bestRating": "5",
        "worstRating": "1",
    }


def test_nothing_breaks_out_of_the_data_block(client: Client, service: Any) -> None:
    doctor = make_doctor(first_name="Evil", last_name=EVIL[:60])
    doctor.doctor_profile.biography = EVIL
    doctor.doctor_profile.save()
    for url in ("/", "/doctors/", reverse("doctor", args=[doctor.pk])):
        page = html_of(client, url)
        assert 'alert("1")' not in page
        assert "<!--" not in page
        assert len(structured(page)) == 1
    (physician,) = structured(html_of(client, reverse("doctor", args=[doctor.pk])))
    assert physician["description"].startswith('</script><script>alert("1")')


def test_reviews_on_the_home_page(
    client: Client, doctor: Any, service: Any, manager: Any, other_patient: Any
) -> None:
    assert "What patients say" not in html_of(client, "/")
    author = make_patient(first_name="Asha <b>", last_name="Gurung")
    visit = make_past_visit(author, doctor, service, reason="Secret reason")
    make_feedback(visit, comment="Kind <script>alert(1)</script> words", published_by=manager)
    make_feedback(make_past_visit(other_patient, doctor, service, days_ago=3), comment="Still to be read")
    page = html_of(client, "/")
    assert "Kind &lt;script&gt;alert(1)" in page
    assert "Asha G." in page
    for secret in ("Gurung", "Secret reason", "Still to be read", "<script>alert(1)"):
        assert secret not in page
    doctor.is_active = False
    doctor.save()
    assert "What patients say" not in html_of(client, "/")


def test_reviews_of_a_doctor_come_in_pages(
    client: Client, patient: Any, doctor: Any, service: Any, manager: Any
) -> None:
    for number in range(1, 13):
        visit = make_past_visit(patient, doctor, service, days_ago=number)
        make_feedback(visit, comment=f"Words {number}.", published_by=manager)
    make_feedback(make_past_visit(patient, doctor, service, days_ago=20), comment="", published_by=manager)
    url = reverse("doctor", args=[doctor.pk])
    first, second = html_of(client, url), html_of(client, f"{url}?page=2")
    assert "13 ratings" in first
    assert (first.count("Words "), second.count("Words ")) == (10, 2)
    assert "page=2#reviews" in first
    assert html_of(client, f"{url}?page=x").count("Words ") == 10
    assert "Gurung" not in first


def test_queries_of_the_doctors_page_do_not_grow_with_reviews(
    client: Client, patient: Any, doctor: Any, service: Any, manager: Any
) -> None:
    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            html_of(client, url)
        return len(captured)

    urls = [reverse("doctor", args=[doctor.pk]), "/"]
    make_feedback(make_past_visit(patient, doctor, service, days_ago=1), published_by=manager)
    one = [queries(url) for url in urls]
    for number in range(2, 31):
        make_feedback(make_past_visit(patient, doctor, service, days_ago=number), published_by=manager)
    assert [queries(url) for url in urls] == one


def test_the_sitemap_lists_what_is_open(client: Client, doctor: Any, other_doctor: Any, patient: Any) -> None:
    make_specialty("Nobody works here")
    other_doctor.is_active = False
    other_doctor.save()
    response = client.get("/sitemap.xml")
    assert response["Content-Type"].startswith("application/xml")
    root = ElementTree.fromstring(response.content)
    found = {node.text or "" for node in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")}
    assert found == {
        "http://testserver/",
        "http://testserver/doctors/",
        "http://testserver/doctors/?specialty=general-medicine",
        f"http://testserver/doctors/{doctor.pk}/",
    }
    for url in found:
        assert client.get(url).status_code == 200


def test_an_empty_clinic_has_a_sitemap(client: Client) -> None:
    assert client.get("/sitemap.xml").status_code == 200


def test_robots(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response["Content-Type"].startswith("text/plain")
    lines = response.content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /api/", "Disallow: /admin/", "Disallow: /book/"} <= set(lines)
    assert "Sitemap: http://testserver/sitemap.xml" in lines
    assert client.post("/robots.txt").status_code == 405


def test_a_stranger_keeps_a_page_for_a_minute_and_nobody_elses(
    client: Client, patient: Any, doctor: Any
) -> None:
    addresses = ["/doctors/", reverse("doctor", args=[doctor.pk])]
    for url in ["/", *addresses]:
        response = client.get(url)
        assert set(response["Cache-Control"].split(", ")) == {"private", "max-age=60"}
        assert {"Cookie", "Accept-Language"} <= set(response["Vary"].split(", "))
    client.force_login(patient)
    for url in addresses:
        assert "no-cache" in client.get(url)["Cache-Control"]
    client.post(reverse("account_logout"))
    # "You have signed out" is shown once.
    said = client.get("/")
    assert "no-cache" in said["Cache-Control"]
    assert "max-age=60" in client.get("/")["Cache-Control"]

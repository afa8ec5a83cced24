"""The Nepali catalogue: whole, in step with its compiled form, and seen on the pages of each role."""

import gettext
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from clinic.tests import catalogue

HOW = "Run `make translate`, write the Nepali into locale/ne/LC_MESSAGES/django.po, run it again, commit both files."
PLACEHOLDER = re.compile(r"%%|%(?:\(\w+\))?[sdf]|\{\w+\}|</?\w+>")
DEVANAGARI = re.compile(r"[\u0900-\u097f]")
# The same in both languages.
NO_WORDS = {"Excel", "mmHg", "%(name)s, %(specialty)s"}


def test_everything_in_the_catalogue_is_translated() -> None:
    left = [e.msgid for e in catalogue.entries() if e.fuzzy or not all(nepali for _, nepali in e.forms)]
    assert not left, f"Without (sure) Nepali: {left}. {HOW}"


def test_translations_are_nepali() -> None:
    odd = [
        nepali
        for entry in catalogue.entries()
        for english, nepali in entry.forms
        if english not in NO_WORDS and not DEVANAGARI.search(nepali)
    ]
    assert not odd


def test_placeholders_are_the_same_on_both_sides() -> None:
    odd = [
        (english, nepali)
        for entry in catalogue.entries()
        for english, nepali in entry.forms
        if sorted(PLACEHOLDER.findall(english)) != sorted(PLACEHOLDER.findall(nepali))
    ]
    assert not odd, f"A placeholder is lost or changed: {odd}"


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    with (catalogue.FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    messages: dict[Any, str] = compiled._catalog  # type: ignore[attr-defined]
    wanted: dict[Any, str] = {}
    for entry in catalogue.entries():
        msgid = f"{entry.context}\x04{entry.msgid}" if entry.context else entry.msgid
        for number, (_, nepali) in enumerate(entry.forms):
            wanted[(msgid, number) if entry.plural else msgid] = nepali
    stored = {key: text for key, text in messages.items() if key != ""}
    differs = [key for key in stored.keys() | wanted.keys() if stored.get(key) != wanted.get(key)]
    assert not differs, f"django.mo is not that of django.po: {differs[:5]}. {HOW}"
    assert messages[""].count("nplurals=2; plural=(n != 1)") == 1


def test_plurals() -> None:
    with translation.override("ne"):
        one, many = (
            translation.ngettext("%(count)d account changed.", "%(count)d accounts changed.", n)
            for n in (1, 2)
        )
    assert (one % {"count": 1}, many % {"count": 2}) == ("1 खाता बदलियो।", "2 वटा खाता बदलिए।")


PAGES = {
    "patient": ["home", "appointments", "payments", "conversations", "notifications", "profile", "doctors"],
    "doctor": [
        *("home", "calendar", "working_hours", "appointments", "conversations", "profile"),
        *("imaging_worklist", "critical_alerts"),
    ],
    "manager": [
        *("home", "payments", "appointments", "conversations", "profile"),
        *("imaging_worklist", "imaging_templates", "imaging_phrase_new", "critical_alerts"),
    ],
    "admin": ["home", "profile"],
}


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "page"), [(role, page) for role, pages in PAGES.items() for page in pages])
def test_pages_of_every_role_are_in_nepali(
    client: Client, request: pytest.FixtureRequest, role: str, page: str
) -> None:
    client.force_login(request.getfixturevalue(role))
    assert_nepali(client.get(reverse(page), headers={"Accept-Language": "ne"}))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "page", ["welcome", "doctors", "account_login", "account_signup", "account_reset_password"]
)
def test_public_pages_are_in_nepali(client: Client, page: str) -> None:
    assert_nepali(client.get(reverse(page), headers={"Accept-Language": "ne-NP,ne;q=0.9,en;q=0.5"}))
    assert_english(client.get(reverse(page), headers={"Accept-Language": "en"}))


@pytest.mark.django_db
def test_the_choice_of_the_switch_goes_before_the_browsers_wish(client: Client) -> None:
    client.post(reverse("set_language"), {"language": "ne"})
    assert_nepali(client.get(reverse("welcome"), headers={"Accept-Language": "en"}))


@pytest.mark.django_db
def test_the_api_answers_in_nepali(client: Client) -> None:
    answer = client.post(
        "/api/login/", {"email": ""}, content_type="application/json", headers={"Accept-Language": "ne"}
    )
    assert answer.status_code == 400
    assert all(DEVANAGARI.search(" ".join(texts)) for texts in answer.json()["fields"].values())


def assert_nepali(answer: Any) -> None:
    html = answer.content.decode()
    assert answer.status_code == 200, answer.status_code
    assert '<html lang="ne"' in html
    main = re.sub(r"<[^>]+>", " ", html.split("<main", 1)[1].split("</main>", 1)[0])
    assert DEVANAGARI.search(main)
    heading = re.search(r"<h1.*?</h1>", html, re.S)
    assert heading
    assert DEVANAGARI.search(heading.group()), heading.group()


def assert_english(answer: Any) -> None:
    html = answer.content.decode()
    assert f'<html lang="{settings.LANGUAGE_CODE}"' in html
    heading = re.search(r"<h1.*?</h1>", html, re.S)
    assert heading
    assert not DEVANAGARI.search(heading.group())


def test_every_sentence_marked_in_code_and_templates_is_in_the_catalogue() -> None:
    known = {entry.key for entry in catalogue.entries()}
    marked = set(catalogue.marked())
    assert len(marked) > len(known) * 0.9, "the marks are not found any more"
    missing = sorted({(file, text) for file, (context, text) in marked if (context, text) not in known})
    assert not missing, f"Not in the Nepali catalogue: {missing}. {HOW}"

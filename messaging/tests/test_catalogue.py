"""Every occasion says what it may, in both languages, by every channel; who calls names what it needs."""

import ast
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from clinic.core.wording import said
from messaging.domain import templates, wording
from messaging.domain.catalogue import OCCASIONS
from messaging.domain.occasion import Occasion
from messaging.enums import Channel, NotificationKind
from messaging.models import Notification
from messaging.transports.sms import segments

from .test_deliveries import tell

ALL = pytest.mark.parametrize("occasion", OCCASIONS.values(), ids=lambda each: each.name)
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def examples(occasion: Occasion) -> dict[str, str]:
    return {each.name: said(each.example) or "A note." for each in occasion.variables}


@ALL
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_built_in_words_stand_every_check_management_s_own_must(
    occasion: Occasion, language: str
) -> None:
    with translation.override(language):
        for channel in occasion.channels:
            text = occasion.built_in(channel)
            templates.check(occasion.name, channel, language, subject=text.subject, body=text.body)
            safe = {each.name for each in occasion.every_variable() if each.safe_for_sms}
            if channel != Channel.EMAIL:
                assert wording.names_of(text) <= safe
            if channel == Channel.SMS:
                filled = wording.fill(text.body, {**examples(occasion), "clinic": settings.CLINIC_NAME})
                assert segments(filled) <= templates.MOST_SEGMENTS


@ALL
@pytest.mark.django_db
def test_each_can_be_told_in_each_language(occasion: Occasion, patient: Any) -> None:
    for language in LANGUAGES:
        patient.language = language
        assert tell(patient, language, occasion=occasion.name, variables=examples(occasion)) is not None
    for stored in Notification.objects.all():
        assert stored.occasion == occasion.name
        assert "%" not in stored.title
        assert "{" not in stored.title


def test_kinds_and_names_are_within_the_columns() -> None:
    assert {each.kind for each in OCCASIONS.values()} == set(NotificationKind)
    assert max(len(name) for name in OCCASIONS) <= 60


@pytest.mark.django_db
def test_wrong_variables_are_a_mistake_that_shows(patient: Any) -> None:
    with pytest.raises(ValueError, match=r"appointment\.confirmed takes"):
        tell(patient, variables={"time": "t"})
    with pytest.raises(KeyError):
        tell(patient, occasion="appointment.unknown")


def test_every_occasion_is_told_by_somebody() -> None:
    """A name that no code says is either misspelled there or dead here."""
    apps = ("accounts", "messaging", "scheduling", "billing", "records", "insights")
    sources = [path for app in apps for path in (settings.BASE_DIR / app).rglob("*.py")]
    written = {
        node.value
        for path in sources
        if "tests" not in path.parts and not path.name.startswith("occasions_")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(OCCASIONS) - written == set()

"""Histories of the two patients that log in: what a doctor would have written down over some years."""

import random
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.rules import may_open_record
from records.domain import history
from records.models import Condition

# Of each: who, kind, values; days are counted back from today.
FACTS: list[tuple[str, str, dict[str, Any]]] = [
    ("patient", "condition", {"name": "Type 2 diabetes", "icd10": "E11", "began_on": 2100}),
    ("patient", "condition", {"name": "High blood pressure", "icd10": "I10", "began_on": 1500}),
    (
        "patient",
        "condition",
        {"name": "Pneumonia", "icd10": "J18", "status": "resolved", "began_on": 900, "ended_on": 870},
    ),
    ("patient", "allergy", {"substance": "Penicillin", "atc": "J01C", "reaction": "Rash", "severity": "severe"}),
    ("patient", "allergy", {"substance": "Peanuts", "reaction": "Swollen lips", "severity": "moderate"}),
    ("patient", "immunisation", {"vaccine": "Influenza", "atc": "J07BB", "given_on": 400, "given_by": "This clinic"}),
    ("patient", "immunisation", {"vaccine": "Hepatitis B", "atc": "J07BC01", "given_on": 1460, "dose_number": 3}),
    ("patient", "immunisation", {"vaccine": "COVID-19", "atc": "J07BN", "given_on": 1300, "dose_number": 2}),
    ("patient", "family", {"relation": "mother", "condition": "Type 2 diabetes", "age_at_onset": 52}),
    ("patient", "family", {"relation": "father", "condition": "Heart attack", "age_at_onset": 61}),
    ("patient", "social", {"topic": "tobacco", "text": "Stopped in 2019, ten a day before", "said_on": 300}),
    ("patient", "social", {"topic": "work", "text": "Teacher, stands most of the day", "said_on": 300}),
    ("patient", "social", {"topic": "diet", "text": "दाल भात दुई छाक, फलफूल कम", "said_on": 60}),
    ("patient2", "condition", {"name": "Asthma", "icd10": "J45", "began_on": 2500}),
    ("patient2", "allergy", {"substance": "Ibuprofen", "atc": "M01AE01", "reaction": "Wheezing", "severity": "severe"}),
    ("patient2", "immunisation", {"vaccine": "Tetanus", "atc": "J07AM01", "given_on": 700}),
    ("patient2", "social", {"topic": "exercise", "text": "Walks to school, football on Saturdays", "said_on": 100}),
]  # fmt: skip
_DAYS = ("began_on", "ended_on", "noticed_on", "given_on", "said_on")
# How many months of measurements there are.
MONTHS = 30


def seed(people: Mapping[str, User], today: date) -> None:
    """Add the histories that are missing. Who treats nobody of them writes nothing."""
    for name in ("patient", "patient2"):
        patient, author = people[name], people["doctor"]
        if not may_open_record(author, patient) or Condition.objects.filter(patient=patient).exists():
            continue
        for who, kind, values in FACTS:
            if who == name:
                history.record(patient, kind=kind, values=_dated(values, today), author=author)
        for measured in _measured(name, today):
            history.record(patient, kind="vitals", values=measured, author=author)


def _dated(values: Mapping[str, Any], today: date) -> dict[str, Any]:
    return {name: today - timedelta(days=value) if name in _DAYS else value for name, value in values.items()}


def _measured(name: str, today: date) -> list[dict[str, Any]]:
    """Month by month: a blood pressure that comes down, a weight that follows."""
    chance = random.Random(name)
    rows = []
    for month in range(MONTHS, 0, -1):
        day = today - timedelta(days=30 * month - chance.randint(0, 9))
        at = timezone.make_aware(datetime.combine(day, time(10, 15 * chance.randint(0, 3))))
        rows.append(
            {
                "measured_at": at,
                "systolic": 124 + month + chance.randint(-6, 6),
                "diastolic": 78 + month // 2 + chance.randint(-4, 4),
                "pulse": 72 + chance.randint(-8, 8),
                "weight": f"{70 + month / 5 + chance.random():.1f}",
                **({"height": "164.0"} if month == MONTHS else {}),
                **({"glucose": f"{6.4 + month / 12 + chance.random():.1f}"} if month % 3 == 0 else {}),
                **({"temperature": "36.8", "oxygen": 97} if month % 5 == 0 else {}),
            }
        )
    return rows

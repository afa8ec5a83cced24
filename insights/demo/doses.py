"""What the patients of the demo clinic told of their doses: mostly taken, now and then late, left out or forgotten."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from accounts.models import User
from insights.demo.keys import key
from messaging.domain.preferences import zone_of
from records.domain import dose_plan, doses
from records.domain.doses import Dose
from records.enums import IntakeOutcome, SkipReason
from records.models import Intake

DAYS = 42


def seed(people: Mapping[str, User], now: datetime) -> None:
    """Of the doses planned in the last weeks; those of the last hours are left to be told."""
    for name in ("patient", "patient2"):
        patient = people[name]
        zone = zone_of(patient)
        today = now.astimezone(zone).date()
        prescribed = dose_plan.prescribed_to([patient], today - timedelta(days=DAYS))
        planned = doses.due_between(
            [each.course for each in prescribed], today - timedelta(days=DAYS), today, zone
        )
        over = [dose for dose in planned if dose.at < now - timedelta(hours=6)]
        told = [intake for dose in over if (intake := _told(name, dose))]
        Intake.objects.bulk_create(told, ignore_conflicts=True)


def _told(name: str, dose: Dose) -> Intake | None:
    """The same for each seeding: what chance says follows from the dose."""
    chance = Random(str(key("dose", name, dose.item, dose.day, dose.time)))
    kind = chance.choices(("on_time", "late", "skipped", "missed"), (84, 6, 4, 6))[0]
    if kind == "missed":
        return None
    intake = Intake(
        id=key("intake", dose.item, dose.day, dose.time),
        item_id=dose.item,
        day=dose.day,
        time=dose.time,
        planned_at=dose.at,
    )
    if kind == "skipped":
        intake.outcome, intake.reason = IntakeOutcome.SKIPPED, chance.choice(SkipReason.values)
        return intake
    minutes = chance.randint(0, 50) if kind == "on_time" else chance.randint(130, 300)
    intake.outcome, intake.taken_at = IntakeOutcome.TAKEN, dose.at + timedelta(minutes=minutes)
    return intake

"""The whole demo clinic, part by part."""

from django.db import transaction
from django.utils import timezone

from insights.demo import (
    bank,
    covered,
    documents,
    doses,
    explained,
    history,
    imaging,
    labs,
    medical_aid,
    medicines,
    news,
    people,
    plan,
    prescriptions,
    requests,
    reviews,
    scans,
    story,
    talk,
    till,
    timetable,
    writing,
)
from insights.demo.ledger import Ledger


def seed() -> None:
    """Add what is missing of every part, and let what is over be over."""
    now = timezone.now()
    today = timezone.localdate(now)
    with transaction.atomic():
        people.seed()
        medicines.seed()
        cast = dict(people.by_name())
        timetable.seed(cast, today)
        medical_aid.seed(cast, today)
        ledger = Ledger(cast, now)
        story.finish_what_is_over(ledger)
        story.seed(ledger, today)
        requests.seed(ledger, today)
        till.seed(ledger, today)
        covered.seed(ledger, today)
        ledger.add(plan.visits(today, now))
        bank.seed(cast["manager"], today)
        talk.seed(cast, now)
        news.seed(cast, now)
        reviews.seed(cast, now)
        history.seed(cast, today)
        labs.seed(cast, today)
        imaging.seed(cast, now)
        writing.seed(cast, now)
        prescriptions.seed(cast, now)
        # After the prescriptions.
        doses.seed(cast, now)
        documents.seed(cast, today)
        scans.seed(cast)
        explained.seed(cast, now)

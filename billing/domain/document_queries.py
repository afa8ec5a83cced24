"""Which documents a person sees."""

import re

from django.db.models import Q, QuerySet

from accounts.models import User
from billing.enums import NUMBER_MARKS
from billing.models import BillingDocument, Payment

from . import queries

_NUMBER = re.compile(r"^(INV|REC|CN)?[\s-]*(?:(\d{4})[\s-]+)?0*(\d{1,9})$", re.IGNORECASE)


def visible_to(user: User) -> QuerySet[BillingDocument]:
    """Those of the payments that `user` sees, newest first: all for management, a patient's own, none for anyone else.
    With the people, in one query."""
    found = BillingDocument.objects.select_related(
        "payment__appointment__patient", "payment__appointment__doctor", "payment__appointment__service"
    )
    if not user.is_active:
        return found.none()
    if user.is_management:
        return found
    return found.filter(payment__appointment__patient=user) if user.is_patient else found.none()


def matching(found: QuerySet[BillingDocument], text: str) -> QuerySet[BillingDocument]:
    """Those with this number (`INV-2026-00012`, or only `12`), or whose payment matches (queries.matching)."""
    text = text.replace("\x00", "").strip()
    if not text:
        return found
    of_payments = Q(payment__in=queries.matching(Payment.objects.all(), text).values("pk"))
    number = _NUMBER.match(text)
    if number is None:
        return found.filter(of_payments)
    mark, year, count = number.groups()
    by_number = Q(number=int(count))
    if year:
        by_number &= Q(year=int(year))
    if mark:
        by_number &= Q(kind__in=[kind for kind, known in NUMBER_MARKS.items() if known == mark.upper()])
    return found.filter(by_number | of_payments)

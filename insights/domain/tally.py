"""Many counts in one query."""

from typing import Any

from django.db.models import Count, IntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User


def number_of(rows: QuerySet[Any]) -> Coalesce:
    """How many rows there are, as a part of another query."""
    counted = rows.order_by().values(only=Value(1)).annotate(number=Count("pk", distinct=True))
    return Coalesce(Subquery(counted.values("number"), output_field=IntegerField()), 0)


def tally(user: User, *related: str, **counted: QuerySet[Any]) -> tuple[User, dict[str, int]]:
    """The person anew, with what is `related`, and how many rows each of `counted` has: one query for all of it."""
    numbers = {f"n_{name}": number_of(rows) for name, rows in counted.items()}
    person = User.objects.select_related(*related).annotate(**numbers).get(pk=user.pk)
    return person, {name: int(getattr(person, f"n_{name}")) for name in counted}

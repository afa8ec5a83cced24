"""Finding a medicine as one types. Every word must begin a word of the names, code, form, strength or class, so "para
500 susp" finds the suspension. It looks through one narrow column of every row and needs neither extension nor index,
so that SQLite and PostgreSQL do the same (bench/medicines.py shows how fast)."""

from django.db.models import Case, CharField, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Concat, Lower, StrIndex
from django.db.models.lookups import GreaterThan

from records.models import Medicine

from .words import search_words


def find(text: str, *, limit: int = 12) -> list[Medicine]:
    """The `limit` best of the medicines in use; none for no words."""
    if not search_words(text):
        return []
    return list(ranked(Medicine.objects.filter(is_active=True), text).order_by("place")[:limit])


def ranked(medicines: QuerySet[Medicine], text: str) -> QuerySet[Medicine]:
    """Those that have every word (all of them for no words), with `place` to order by: whose generic name or brand
    begins with what was typed, then those with this code, then those with the first word in a name, then the others; of
    each one substance before combinations, any make before brands. No two have the same place."""
    words = search_words(text)
    for word in words:
        medicines = medicines.filter(Q(search_text__startswith=word) | Q(_has_inside(word)))
    # Digits and letters alone, so that every collation sorts them alike.
    combined = Case(When(generic__contains=" + ", then=Value("1")), default=Value("0"))
    branded = Case(When(brand="", then=Value("0")), default=Value("1"))
    unusual = Case(When(form__in=["tablet", "capsule"], then=Value("0")), default=Value("1"))
    parts = (_rank(words), combined, Lower("generic"), branded, unusual, F("key"))
    return medicines.annotate(place=Concat(*parts, output_field=CharField()))


def _has_inside(start: str) -> GreaterThan:
    """Whether a word after the first begins so. Cheaper than LIKE, and no sign is special."""
    place = StrIndex(F("search_text"), Value(f" {start}"), output_field=IntegerField())
    return GreaterThan(place, 0)


def _rank(words: list[str]) -> Case | Value:
    if not words:
        return Value("")
    typed, first = " ".join(words), words[0]
    in_name = (
        Q(brand__istartswith=first) | Q(generic__icontains=f" {first}") | Q(brand__icontains=f" {first}")
    )
    return Case(
        When(Q(search_text__startswith=typed) | Q(brand__istartswith=typed), then=Value("0")),
        When(atc__startswith=first.upper(), then=Value("1")),
        When(Q(search_text__startswith=first) | in_name, then=Value("2")),
        default=Value("3"),
    )

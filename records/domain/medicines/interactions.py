"""What is known of medicines together, for management to read, to add to and to switch off what does not hold here."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Invalid
from clinic.core.status import lock
from records.enums import InteractionSeverity
from records.models import Interaction, Medicine

from .catalogue import require
from .values import clean_code, clean_text

LONGEST = {"effect": 300, "advice": 300, "source": 240}
NAMED = 3


def interactions(text: str = "") -> QuerySet[Interaction]:
    """All, switched off ones too; with words, those of a medicine with these words in its name, of this code or with
    these words in their text."""
    rows = Interaction.objects.order_by("first", "second")
    typed = " ".join(text.split())
    if not typed:
        return rows
    found = Q(effect__icontains=typed) | Q(advice__icontains=typed)
    codes = {
        typed.upper(),
        *Medicine.objects.filter(generic__istartswith=typed).values_list("atc", flat=True)[:50],
    }
    for code in codes:
        # B01AA03 is meant by B01AA03, and by B01A.
        beginnings = {code[:length] for length in (3, 4, 5, 7)}
        found |= Q(first__in=beginnings) | Q(second__in=beginnings)
    for name in ("first", "second"):
        found |= Q(**{f"{name}__startswith": typed.upper()})
    return rows.filter(found)


def names_of(codes: set[str]) -> dict[str, list[str]]:
    """Code -> the first generic names in the catalogue that it means; one query."""
    known = sorted(set(Medicine.objects.exclude(atc="").values_list("generic", "atc")))
    names: dict[str, list[str]] = {}
    for code in codes:
        meant = list(dict.fromkeys(generic for generic, atc in known if atc.startswith(code)))
        names[code] = [*meant[:NAMED], *(["…"] if len(meant) > NAMED else [])]
    return names


@transaction.atomic
def add(*, actor: User, values: Mapping[str, Any]) -> Interaction:
    """One more. Raises NotAllowed and Invalid (`fields`)."""
    require(actor)
    errors: dict[str, list[str]] = {}
    cleaned: dict[str, Any] = {}
    for name in ("first", "second", *LONGEST):
        try:
            given = values.get(name)
            cleaned[name] = (
                clean_code(given) if name in ("first", "second") else clean_text(given, LONGEST[name])
            )
            if not cleaned[name] and name != "advice":
                raise ValueError(_("This is needed."))
        except ValueError as error:
            errors[name] = [str(error)]
    cleaned["severity"] = values.get("severity")
    if cleaned["severity"] not in InteractionSeverity.values:
        errors["severity"] = [_("Choose one of the list.")]
    if errors:
        raise Invalid(_("Please correct the fields named here."), fields=errors)
    cleaned["first"], cleaned["second"] = sorted((cleaned["first"], cleaned["second"]))
    try:
        with transaction.atomic():
            made = Interaction.objects.create(**cleaned)
    except IntegrityError:
        raise Invalid(fields={"second": [_("These two are there already.")]}) from None
    trail.record(ActivityVerb.MEDICINES_CHANGED, actor=actor, target=made, changed=["first", "second"])
    return made


@transaction.atomic
def switch(interaction_id: UUID, on: bool, *, actor: User) -> Interaction:
    """Off, the safety check says nothing of it. Raises Interaction.DoesNotExist and NotAllowed."""
    require(actor)
    found = lock(Interaction, interaction_id)
    if found.is_active != on:
        found.is_active = on
        found.save(update_fields=["is_active", "updated_at"])
        trail.record(ActivityVerb.MEDICINES_CHANGED, actor=actor, target=found, changed=["is_active"])
    return found

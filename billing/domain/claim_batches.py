"""Many claims at once: marked as sent, or as paid by the insurer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from billing import rules
from billing.models import Claim
from clinic.core.errors import DomainError, Invalid, NotAllowed

from . import claims, insurers_words

MOST_AT_ONCE = 100


@dataclass
class Outcome:
    """What became of each: `refused` with the sentence for it."""

    done: list[Claim] = field(default_factory=list)
    refused: list[tuple[Claim, str]] = field(default_factory=list)


def submit_chosen(claim_ids: Iterable[UUID], *, actor: User) -> Outcome:
    """All of these were sent. Raises NotAllowed and Invalid."""
    return _each(claim_ids, lambda pk: claims.submit(pk, actor=actor), actor)


def settle_chosen(claim_ids: Iterable[UUID], *, reference: str = "", actor: User) -> Outcome:
    """The insurer has paid all of these, with one `reference` of its transfer. Raises NotAllowed and Invalid
    (`reference`)."""
    reference = insurers_words.number(reference, field="reference")
    return _each(claim_ids, lambda pk: claims.settle(pk, reference=reference, actor=actor), actor)


def _each(claim_ids: Iterable[UUID], act: Callable[[UUID], Claim], actor: User) -> Outcome:
    """One after the other, each in a transaction of its own: what is refused keeps no other."""
    if not rules.can_run_medical_aid(actor):
        raise NotAllowed
    ids = list(dict.fromkeys(claim_ids))
    if len(ids) > MOST_AT_ONCE:
        raise Invalid(_("Choose at most %(most)s claims at once.") % {"most": MOST_AT_ONCE})
    found = Claim.objects.select_related("membership__plan", "appointment__patient").in_bulk(ids)
    outcome = Outcome()
    for pk in ids:
        if pk not in found:
            continue
        try:
            act(pk)
        except DomainError as refused:
            outcome.refused.append((found[pk], refused.detail))
        else:
            outcome.done.append(found[pk])
    return outcome

"""What patients wrote about themselves in their profile, piece by piece, until a doctor has taken it over."""

import re

from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Conflict
from records.domain import history
from records.domain.fact_values import KINDS, FactKind
from records.models.fact import ClinicalFact

_SEPARATORS = re.compile(r"[\n;,،]+|\s+(?:and|र)\s+")
# What is written in place of nothing.
_NOTHING = frozenset(
    {"", "-", "no", "none", "nil", "na", "n/a", "nothing", "no known", "nka", "nkda", "छैन", "केही छैन"}
)
_NAMED = {FactKind.ALLERGY: ("allergies", "substance"), FactKind.CONDITION: ("conditions", "name")}
LONGEST = 160


class NotSaid(Conflict):
    """409: the patient says something else by now, or it was taken over already."""

    code = "not_said"


def pieces(text: str) -> list[str]:
    """The single things of a free text: "Penicillin, nuts; dust" are three. "None" is nothing."""
    found = (" ".join(piece.split()).strip(" .-*•") for piece in _SEPARATORS.split(text))
    kept = [piece[:LONGEST] for piece in found if piece.casefold() not in _NOTHING]
    return list(dict.fromkeys(kept))


def open_pieces(patient: User) -> dict[str, list[str]]:
    """What the patient says and no entry of the record names yet, by kind. What was voided counts as named: somebody
    has judged it."""
    profile = getattr(patient, "patient_profile", None)
    found: dict[str, list[str]] = {}
    for kind, (told, field) in _NAMED.items():
        said = pieces(getattr(profile, told, ""))
        rows = KINDS[kind].model.objects.filter(patient=patient) if said else []
        known = {str(getattr(row, field)).casefold() for row in rows}
        found[kind.value] = [piece for piece in said if piece.casefold() not in known]
    return found


def take_over(patient: User, *, kind: str, text: str, author: User) -> ClinicalFact:
    """Make an entry of one piece of what the patient says. Raises NotSaid, and as history.record."""
    if text not in open_pieces(patient).get(kind, []):
        raise NotSaid(_("The patient's words have changed, or this was taken over already. Look again."))
    values = {_NAMED[FactKind(kind)][1]: text, "note": _("As the patient says.")}
    return history.record(patient, kind=kind, values=values, author=author)

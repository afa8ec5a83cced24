"""Management's hand on the catalogue: add, change, take out of use and back.

A medicine that was prescribed keeps what it is called: papers and histories show it. Whoever wants another takes it out
of use and adds the other."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.status import lock
from records import rules
from records.models import Medicine, PrescriptionItem

from .search import ranked
from .values import FIELDS, IDENTITY, clean

SETTABLE = (*FIELDS, "key", "search_text")


def catalogue(text: str = "", *, retired: bool = False) -> QuerySet[Medicine]:
    """Those in use, or those out of use, with every word of `text`, the best first; all by name for no words."""
    return ranked(Medicine.objects.filter(is_active=not retired), text).order_by("place")


def require(actor: User) -> None:
    """Raises NotAllowed."""
    if not rules.can_change_medicines(actor):
        raise NotAllowed


@transaction.atomic
def add(*, actor: User, values: Mapping[str, Any]) -> Medicine:
    """A medicine more, in use at once. Raises NotAllowed and Invalid (`fields`)."""
    require(actor)
    cleaned = clean(values)
    try:
        with transaction.atomic():
            medicine = Medicine.objects.create(**cleaned)
    except IntegrityError:
        raise _there_already(cleaned["key"]) from None
    trail.record(ActivityVerb.MEDICINES_CHANGED, actor=actor, target=medicine, changed=FIELDS)
    return medicine


@transaction.atomic
def change(
    medicine_id: UUID, *, actor: User, values: Mapping[str, Any], in_use: bool | None = None
) -> Medicine:
    """What `values` names becomes so; `in_use` also takes it out of use or back. Raises Medicine.DoesNotExist,
    NotAllowed and Invalid (`fields`)."""
    require(actor)
    medicine = lock(Medicine, medicine_id)
    cleaned = clean(values, {name: getattr(medicine, name) for name in FIELDS})
    changed = changes(medicine, cleaned)
    if in_use is not None and in_use != medicine.is_active:
        medicine.is_active = in_use
        changed.append("is_active")
    if not changed:
        return medicine
    identity = [name for name in IDENTITY if name in changed]
    if identity and is_prescribed(medicine):
        raise Invalid(fields={identity[0]: [identity_refusal()]})
    for name in SETTABLE:
        setattr(medicine, name, cleaned[name])
    try:
        with transaction.atomic():
            medicine.save(update_fields=[*SETTABLE, "is_active", "updated_at"])
    except IntegrityError:
        raise _there_already(cleaned["key"]) from None
    trail.record(ActivityVerb.MEDICINES_CHANGED, actor=actor, target=medicine, changed=changed)
    return medicine


def put_in_use(medicine_id: UUID, in_use: bool, *, actor: User) -> Medicine:
    """Out of use it can't be prescribed any more; what is prescribed stays. Raises as `change`."""
    return change(medicine_id, actor=actor, values={}, in_use=in_use)


def changes(medicine: Medicine, cleaned: Mapping[str, Any]) -> list[str]:
    """The names of the fields that would become other than they are."""
    return [name for name in FIELDS if getattr(medicine, name) != cleaned[name]]


def is_prescribed(medicine: Medicine) -> bool:
    return PrescriptionItem.objects.filter(medicine=medicine).exists()


def identity_refusal() -> str:
    """Why the name of what was prescribed stays."""
    return _(
        "This medicine was prescribed, so its name, form, strength and unit stay. Add another and retire this one."
    )


def _there_already(key: str) -> Invalid:
    retired = Medicine.objects.filter(key=key, is_active=False).exists()
    text = (
        _("This medicine is in the catalogue, out of use. Bring it back instead.")
        if retired
        else _("This medicine is in the catalogue already: the same name, brand, form and strength.")
    )
    return Invalid(fields={"generic": [text]})

"""What makes prescribing fast: a doctor's favourites and templates."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Conflict, Invalid, NotAllowed
from records.domain import prescription_items
from records.domain.typed_text import plain_text
from records.models import FavouriteMedicine, Medicine, PrescriptionTemplate

MAX_TEMPLATES = 60
MAX_FAVOURITES = 60


def favourites(doctor: User) -> list[FavouriteMedicine]:
    """Those in use, with their medicine, by name."""
    rows = FavouriteMedicine.objects.filter(doctor=doctor, medicine__is_active=True)
    return list(rows.select_related("medicine").order_by("medicine__generic", "medicine__strength"))


def templates(doctor: User) -> list[PrescriptionTemplate]:
    return list(PrescriptionTemplate.objects.filter(doctor=doctor))


def keep_favourite(doctor: User, item: Mapping[str, Any]) -> FavouriteMedicine:
    """Put a medicine, with how it is mostly written, among the favourites; a second time changes how it is written.
    Raises NotAllowed for all but doctors, Invalid as a prescription's item would."""
    _doctors_only(doctor)
    line = prescription_items.clean([item])[0]
    usual = {name: value for name, value in prescription_items.as_input(line).items() if name != "medicine"}
    with transaction.atomic():
        kept = FavouriteMedicine.objects.filter(doctor=doctor)
        if not kept.filter(medicine=line.medicine_id).exists() and kept.count() >= MAX_FAVOURITES:
            raise Conflict(_("You have %(limit)s favourites: let one go first.") % {"limit": MAX_FAVOURITES})
        favourite, _made = FavouriteMedicine.objects.update_or_create(
            doctor=doctor, medicine_id=line.medicine_id, defaults={"usual": usual}
        )
    return favourite


def drop_favourite(doctor: User, medicine_id: UUID) -> None:
    """A second call does nothing."""
    FavouriteMedicine.objects.filter(doctor=doctor, medicine=medicine_id).delete()


def keep_template(doctor: User, *, name: object, items: object) -> PrescriptionTemplate:
    """Keep these items under a name; one of the same name is replaced. Raises NotAllowed, Invalid, Conflict."""
    _doctors_only(doctor)
    title = plain_text(name, "name", 80)
    if not title:
        raise Invalid(fields={"name": [_("Give it a name.")]})
    lines = prescription_items.clean(items)
    if not lines:
        raise Invalid(fields={"items": [_("Add a medicine first.")]})
    kept = [prescription_items.as_input(line) for line in lines]
    with transaction.atomic():
        rows = PrescriptionTemplate.objects.filter(doctor=doctor)
        if not rows.filter(name=title).exists() and rows.count() >= MAX_TEMPLATES:
            raise Conflict(_("You have %(limit)s templates: remove one first.") % {"limit": MAX_TEMPLATES})
        template, _made = PrescriptionTemplate.objects.update_or_create(
            doctor=doctor, name=title, defaults={"items": kept}
        )
    return template


def drop_template(doctor: User, template_id: UUID) -> None:
    """A second call, or somebody else's, does nothing."""
    PrescriptionTemplate.objects.filter(doctor=doctor, pk=template_id).delete()


def medicines_of(items: Sequence[Mapping[str, Any]]) -> dict[str, Medicine]:
    """By id as text, those that are in use."""
    ids = {str(item.get("medicine")) for item in items}
    return {str(row.pk): row for row in Medicine.objects.filter(pk__in=ids, is_active=True)}


def _doctors_only(user: User) -> None:
    if not (user.is_active and user.is_doctor):
        raise NotAllowed

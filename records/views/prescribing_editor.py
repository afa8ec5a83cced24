"""What the editor of a prescription shows, as page and script take it: the lines, their words, the doctor's kit."""

import json
from typing import Any

from django.conf import settings
from django.utils import translation

from accounts.models import User
from records import rules
from records.domain import dosing, prescribing, prescription_items, prescription_kit, prescription_queries
from records.domain.prescription_payload import line_now
from records.enums import Frequency, Route
from records.models import Medicine, Prescription, PrescriptionItem
from records.views.prescriptions import one


def editor(draft: Prescription, user: User, *, in_panel: bool = False) -> dict[str, Any]:
    """What the editor's fragment needs."""
    draft = one(user, draft.pk)
    items = list(draft.items.all())
    # What speaks against it, and what was prescribed before, stand in the record: not for management (E7), nor for an
    # author to whom it was open once.
    reads_record = rules.can_prescribe(user, draft.patient)
    state = {
        "version": draft.version,
        "items": [_item(item) for item in items],
        "lines": words_of(draft, items),
        "note": draft.note,
        "language": draft.language,
        "usual_times": dosing.USUAL_TIMES,
        "kit": kit_of(user),
        "routes": Route.choices,
        "frequencies": Frequency.choices,
    }
    return {
        "draft": draft,
        "state": json.loads(json.dumps(state, default=str)),
        "state_id": f"prescription-{draft.pk}",
        "reads_record": reads_record,
        "findings": prescribing.findings(draft) if reads_record else None,
        "may_sign": rules.can_sign(user, draft),
        "languages": settings.LANGUAGES,
        "routes": Route.choices,
        "frequencies": Frequency.choices,
        "last": prescription_queries.last_signed(draft.patient) if reads_record and not items else None,
        "in_panel": in_panel,
    }


def words_of(draft: Prescription, items: list[PrescriptionItem]) -> list[dict[str, str]]:
    """What the patient will read, in their language, and the quantity."""
    with translation.override(draft.language):
        lines = [line_now(item) for item in items]
        return [
            {
                "sentence": line.sentence,
                "amount": line.amount,
                "quantity": prescription_items.shown(line.quantity),
            }
            for line in lines
        ]


def kit_of(user: User) -> dict[str, Any]:
    templates = prescription_kit.templates(user)
    medicines = prescription_kit.medicines_of([item for row in templates for item in row.items])
    return {
        "favourites": [
            {**favourite.usual, **medicine_choice(favourite.medicine)}
            for favourite in prescription_kit.favourites(user)
        ],
        "templates": [
            {
                "id": str(row.pk),
                "name": row.name,
                "items": [
                    {**item, **_shown_of(medicines[item["medicine"]])}
                    for item in row.items
                    if item["medicine"] in medicines
                ],
            }
            for row in templates
        ],
    }


def medicine_choice(row: Medicine) -> dict[str, Any]:
    return {"medicine": str(row.pk), **_shown_of(row)}


def _item(item: PrescriptionItem) -> dict[str, Any]:
    reckoned = dosing.quantity(item.dose, item.frequency, item.times, item.starts_on, item.days)
    by_hand = item.quantity is not None and item.quantity != reckoned
    return {
        **prescription_items.as_input(item),
        "starts_on": item.starts_on.isoformat(),
        "quantity": prescription_items.shown(item.quantity) if by_hand else "",
        **_shown_of(item.medicine),
    }


def _shown_of(row: Medicine) -> dict[str, Any]:
    return {
        "label": str(row),
        "detail": " · ".join(
            part for part in (row.generic if row.brand else "", row.therapeutic_class) if part
        ),
        "unit": row.unit,
        "routes": row.routes,
    }

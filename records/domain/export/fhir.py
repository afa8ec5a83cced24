"""A record as one FHIR R4 bundle (collection): every reference leads to an entry of the same bundle."""

import json
from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings

from accounts.models import User

from .collect import Record
from .fhir_care import care
from .fhir_facts import facts, person
from .fhir_parts import Json, clean, part_id, to


def bundle(record: Record) -> Json:
    """As a dict; `as_json` writes it."""
    return clean(
        {
            "resourceType": "Bundle",
            "id": str(part_id(record.patient.pk, record.made_at.isoformat())),
            "type": "collection",
            "timestamp": record.made_at.isoformat(),
            "entry": [
                {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
                for resource in _resources(record)
            ],
        }
    )


def as_json(record: Record) -> bytes:
    return json.dumps(bundle(record), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _resources(record: Record) -> Iterator[Json]:
    organisation = uuid5(NAMESPACE_URL, f"clinic:{settings.CLINIC_NAME}")
    people: dict[User, None] = {}

    def refer(someone: User) -> Json:
        """Patients are in the bundle themselves when they are the one it is about."""
        if someone.pk != record.patient.pk:
            people.setdefault(someone)
        return to(someone.pk)

    yield {"resourceType": "Organization", "id": str(organisation), "name": settings.CLINIC_NAME}
    yield person(record, organisation)
    yield from facts(record, refer)
    yield from care(record, refer)
    for someone in people:
        yield {
            "resourceType": "Practitioner",
            "id": str(someone.pk),
            "active": someone.is_active,
            "name": [{"text": someone.name, "family": someone.last_name, "given": [someone.first_name]}],
        }

"""Reading the entries of a patient's history."""

from uuid import UUID

from accounts.models import User
from records.domain.fact_values import KINDS, FactKind
from records.models.fact import ClinicalFact


def all_of(patient: User, kind: str, voided: bool = False) -> list[ClinicalFact]:
    """The entries of one kind with who wrote them; `voided`: those entered in error too."""
    rows = (
        KINDS[FactKind(kind)].model.objects.filter(patient=patient).select_related("recorded_by", "voided_by")
    )
    return list(rows if voided else rows.filter(voided_at=None))


def one_of(patient: User, kind: str, pk: UUID) -> ClinicalFact | None:
    found: ClinicalFact | None = KINDS[FactKind(kind)].model.objects.filter(patient=patient, pk=pk).first()
    return found

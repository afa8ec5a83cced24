"""The safety check of prescribing (E4), pure: plain facts in, graded findings with their sources out. The facts are
read by records.domain.safety_facts."""

from .checking import check, needs_reason
from .facts import (
    AllergyFact,
    Creatinine,
    Finding,
    Grade,
    InteractionFact,
    Kind,
    Knowledge,
    MedicineFacts,
    PlannedItem,
    Subject,
)

__all__ = [
    "AllergyFact",
    "Creatinine",
    "Finding",
    "Grade",
    "InteractionFact",
    "Kind",
    "Knowledge",
    "MedicineFacts",
    "PlannedItem",
    "Subject",
    "check",
    "needs_reason",
]

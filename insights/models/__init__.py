from .export import Export
from .figures import (
    DoseDay,
    DoseFigures,
    DoseMark,
    FeedbackFigures,
    FigureDay,
    FigureMark,
    MoneyFigures,
    VisitFigures,
)

__all__ = [
    "DoseDay",
    "DoseFigures",
    "DoseMark",
    "Export",
    "FeedbackFigures",
    "FigureDay",
    "FigureMark",
    "MoneyFigures",
    "VisitFigures",
]

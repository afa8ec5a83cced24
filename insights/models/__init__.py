from .export import Export
from .figures import FeedbackFigures, FigureDay, MoneyFigures, VisitFigures

__all__ = ["Export", "FeedbackFigures", "FigureDay", "MoneyFigures", "VisitFigures"]

from .feedback import Feedback, FeedbackStatusChange
from .visit_note import VisitNote, VisitNoteStatusChange

__all__ = ["Feedback", "FeedbackStatusChange", "VisitNote", "VisitNoteStatusChange"]

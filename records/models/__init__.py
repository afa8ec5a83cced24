from .visit_note import VisitNote, VisitNoteStatusChange

__all__ = ["VisitNote", "VisitNoteStatusChange"]

from .document import Document, RecordExport, UploadSession
from .dose_reminder import DoseReminder
from .feedback import Feedback, FeedbackStatusChange
from .history import Allergy, Condition, FamilyHistory, Immunisation, SocialHistory, VitalSigns
from .lab import (
    CriticalAlert,
    LabPanel,
    LabParameter,
    LabReport,
    LabReportStatusChange,
    LabResult,
    PanelParameter,
    ReferenceRange,
)
from .medicine import Interaction, Medicine, MedicineImport
from .prescription import (
    FavouriteMedicine,
    Intake,
    Prescription,
    PrescriptionItem,
    PrescriptionStatusChange,
    PrescriptionTemplate,
    SafetyOverride,
)
from .request import RecordRequest, RecordRequestStatusChange
from .visit_note import NoteAddendum, NoteTemplate, NoteVersion, Phrase, VisitNote, VisitNoteStatusChange

__all__ = [
    "Allergy",
    "Condition",
    "CriticalAlert",
    "Document",
    "DoseReminder",
    "FamilyHistory",
    "FavouriteMedicine",
    "Feedback",
    "FeedbackStatusChange",
    "Immunisation",
    "Intake",
    "Interaction",
    "LabPanel",
    "LabParameter",
    "LabReport",
    "LabReportStatusChange",
    "LabResult",
    "Medicine",
    "MedicineImport",
    "NoteAddendum",
    "NoteTemplate",
    "NoteVersion",
    "PanelParameter",
    "Phrase",
    "Prescription",
    "PrescriptionItem",
    "PrescriptionStatusChange",
    "PrescriptionTemplate",
    "RecordExport",
    "RecordRequest",
    "RecordRequestStatusChange",
    "ReferenceRange",
    "SafetyOverride",
    "SocialHistory",
    "UploadSession",
    "VisitNote",
    "VisitNoteStatusChange",
    "VitalSigns",
]

"""Choices of clinical records."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NoteStatus(models.TextChoices):
    """FHIR Composition.status, the part used here."""

    PRELIMINARY = "preliminary", _("Draft")
    FINAL = "final", _("Signed")


NOTE_TRANSITIONS: dict[str, frozenset[str]] = {
    NoteStatus.PRELIMINARY: frozenset({NoteStatus.FINAL}),
    NoteStatus.FINAL: frozenset(),
}


class FeedbackStatus(models.TextChoices):
    PENDING = "pending", _("To read")
    PUBLISHED = "published", _("Published")
    HIDDEN = "hidden", _("Hidden")


# A decision may be turned round, but what was decided on never waits again.
FEEDBACK_TRANSITIONS: dict[str, frozenset[str]] = {
    FeedbackStatus.PENDING: frozenset({FeedbackStatus.PUBLISHED, FeedbackStatus.HIDDEN}),
    FeedbackStatus.PUBLISHED: frozenset({FeedbackStatus.HIDDEN}),
    FeedbackStatus.HIDDEN: frozenset({FeedbackStatus.PUBLISHED}),
}
COMMENT_MAX_LENGTH = 1000


class NoteKind(models.TextChoices):
    FREE = "free", _("Free text")
    SOAP = "soap", _("Structured (SOAP)")


class ConditionStatus(models.TextChoices):
    """FHIR condition-clinical."""

    ACTIVE = "active", _("Active")
    REMISSION = "remission", _("In remission")
    RESOLVED = "resolved", _("Resolved")


class AllergySeverity(models.TextChoices):
    MILD = "mild", _("Mild")
    MODERATE = "moderate", _("Moderate")
    SEVERE = "severe", _("Severe")
    UNKNOWN = "unknown", _("Unknown")


class Relation(models.TextChoices):
    MOTHER = "mother", _("Mother")
    FATHER = "father", _("Father")
    SIBLING = "sibling", _("Brother or sister")
    CHILD = "child", _("Child")
    GRANDPARENT = "grandparent", _("Grandparent")
    OTHER = "other", _("Other relative")


class SocialTopic(models.TextChoices):
    TOBACCO = "tobacco", _("Tobacco")
    ALCOHOL = "alcohol", _("Alcohol")
    DRUGS = "drugs", _("Other drugs")
    WORK = "work", _("Work")
    LIVING = "living", _("Living situation")
    DIET = "diet", _("Diet")
    EXERCISE = "exercise", _("Exercise")
    OTHER = "other", _("Other")


class ObservationCategory(models.TextChoices):
    """FHIR observation-category, the part used here."""

    SOCIAL = "social-history", _("Way of life")
    VITALS = "vital-signs", _("Vital signs")


class PregnancyCategory(models.TextChoices):
    """The lettered categories, as sources still give them."""

    A = "A", _("A: no risk seen in studies")
    B = "B", _("B: no risk seen in animals")
    C = "C", _("C: risk not ruled out")
    D = "D", _("D: risk, may be worth it")
    X = "X", _("X: never in pregnancy")
    UNKNOWN = "N", _("Not known")


class InteractionSeverity(models.TextChoices):
    MINOR = "minor", _("Minor")
    MODERATE = "moderate", _("Moderate")
    SEVERE = "severe", _("Severe")
    FORBIDDEN = "forbidden", _("Never together")


class FindingGrade(models.TextChoices):
    """Of a safety finding. A severe one needs a typed reason to sign."""

    INFO = "info", _("For information")
    CAUTION = "caution", _("Caution")
    SEVERE = "severe", _("Severe")


class Route(models.TextChoices):
    ORAL = "oral", _("By mouth")
    SUBLINGUAL = "sublingual", _("Under the tongue")
    INHALED = "inhaled", _("Inhaled")
    NASAL = "nasal", _("In the nose")
    EYE = "eye", _("In the eye")
    EAR = "ear", _("In the ear")
    SKIN = "skin", _("On the skin")
    RECTAL = "rectal", _("Rectal")
    VAGINAL = "vaginal", _("Vaginal")
    SUBCUTANEOUS = "subcutaneous", _("Under the skin")
    INTRAMUSCULAR = "im", _("Into the muscle")
    INTRAVENOUS = "iv", _("Into the vein")


class Frequency(models.TextChoices):
    """How often; each has its usual times of day (domain/dosing.py)."""

    ONCE = "once", _("Once only")
    DAILY = "od", _("Once a day")
    NIGHTLY = "hs", _("At bedtime")
    TWICE = "bd", _("Twice a day")
    THRICE = "tds", _("Three times a day")
    FOUR = "qid", _("Four times a day")
    EVERY_6_HOURS = "q6h", _("Every 6 hours")
    EVERY_8_HOURS = "q8h", _("Every 8 hours")
    EVERY_12_HOURS = "q12h", _("Every 12 hours")
    EVERY_OTHER_DAY = "eod", _("Every other day")
    WEEKLY = "weekly", _("Once a week")
    MONTHLY = "monthly", _("Once a month")
    AS_NEEDED = "prn", _("When needed")


class PrescriptionStatus(models.TextChoices):
    """FHIR MedicationRequest.status: draft, active (signed), completed (dispensed), stopped, entered-in-error."""

    DRAFT = "draft", _("Draft")
    DISCARDED = "discarded", _("Thrown away")
    SIGNED = "signed", _("Signed")
    DISPENSED = "dispensed", _("Dispensed")
    STOPPED = "stopped", _("Stopped")
    REPLACED = "replaced", _("Replaced")


_P = PrescriptionStatus

PRESCRIPTION_TRANSITIONS: dict[str, frozenset[str]] = {
    _P.DRAFT: frozenset({_P.SIGNED, _P.DISCARDED}),
    _P.DISCARDED: frozenset(),
    _P.SIGNED: frozenset({_P.DISPENSED, _P.STOPPED, _P.REPLACED}),
    _P.DISPENSED: frozenset({_P.STOPPED, _P.REPLACED}),
    _P.STOPPED: frozenset(),
    _P.REPLACED: frozenset(),
}


class IntakeOutcome(models.TextChoices):
    TAKEN = "taken", _("Taken")
    SKIPPED = "skipped", _("Skipped")


class SkipReason(models.TextChoices):
    """Why a dose was left out, as it is offered. Kept as the code; a patient's own words as they are."""

    FELT_WELL = "felt_well", _("I felt well without it")
    SIDE_EFFECTS = "side_effects", _("It made me feel bad")
    RAN_OUT = "ran_out", _("I have run out of it")
    FORGOTTEN = "forgotten", _("I forgot, and it was too late")
    TOLD_TO = "told_to", _("A doctor told me to leave it out")


class ParameterKind(models.TextChoices):
    NUMBER = "number", _("Number")
    CHOICE = "choice", _("One of a list")
    TEXT = "text", _("Words")


class Comparator(models.TextChoices):
    """FHIR Quantity.comparator."""

    LESS = "<", "<"
    AT_MOST = "<=", "≤"
    AT_LEAST = ">=", "≥"
    MORE = ">", ">"


class ResultFlag(models.TextChoices):
    """FHIR v3-ObservationInterpretation, spelt out."""

    NORMAL = "normal", _("Normal")
    LOW = "low", _("Low")
    HIGH = "high", _("High")
    CRITICAL_LOW = "critical_low", _("Critically low")
    CRITICAL_HIGH = "critical_high", _("Critically high")
    ABNORMAL = "abnormal", _("Not normal")


CRITICAL_FLAGS = (ResultFlag.CRITICAL_LOW, ResultFlag.CRITICAL_HIGH)


class LabReportStatus(models.TextChoices):
    """FHIR DiagnosticReport.status; released: the patient may see it."""

    PRELIMINARY = "preliminary", _("Draft")
    DISCARDED = "discarded", _("Thrown away")
    FINAL = "final", _("Final")
    RELEASED = "released", _("Released")
    AMENDED = "amended", _("Replaced by a corrected report")


_L = LabReportStatus

LAB_REPORT_TRANSITIONS: dict[str, frozenset[str]] = {
    _L.PRELIMINARY: frozenset({_L.FINAL, _L.DISCARDED}),
    _L.DISCARDED: frozenset(),
    _L.FINAL: frozenset({_L.RELEASED, _L.AMENDED}),
    _L.RELEASED: frozenset({_L.AMENDED}),
    _L.AMENDED: frozenset(),
}


class RecordRequestKind(models.TextChoices):
    PRESCRIPTION = "prescription", _("Prescription")
    LAB_REPORT = "lab_report", _("Lab report")


class RecordRequestStatus(models.TextChoices):
    REQUESTED = "requested", _("Asked for")
    IN_PROGRESS = "in_progress", _("Being prepared")
    PREPARED = "prepared", _("Ready for the doctor")
    COMPLETED = "completed", _("Released")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Withdrawn")


_Q = RecordRequestStatus

RECORD_REQUEST_TRANSITIONS: dict[str, frozenset[str]] = {
    _Q.REQUESTED: frozenset({_Q.IN_PROGRESS, _Q.DECLINED, _Q.CANCELLED}),
    # Back to asked for: whoever had begun it lets it go.
    _Q.IN_PROGRESS: frozenset({_Q.REQUESTED, _Q.PREPARED, _Q.DECLINED, _Q.CANCELLED}),
    # Back to in progress: the doctor wants it otherwise.
    _Q.PREPARED: frozenset({_Q.IN_PROGRESS, _Q.COMPLETED, _Q.CANCELLED}),
    _Q.COMPLETED: frozenset(),
    _Q.DECLINED: frozenset(),
    _Q.CANCELLED: frozenset(),
}


class DocumentCategory(models.TextChoices):
    REPORT = "report", _("Report")
    LETTER = "letter", _("Letter")
    DISCHARGE = "discharge", _("Discharge summary")
    PRESCRIPTION = "prescription", _("Prescription")
    LABORATORY = "laboratory", _("Laboratory")
    IMAGING = "imaging", _("Imaging")
    CONSENT = "consent", _("Consent")
    IDENTITY = "identity", _("Identity or insurance")
    OTHER = "other", _("Other")


class ExportFormat(models.TextChoices):
    PDF = "pdf", "PDF"
    FHIR = "fhir", "FHIR R4"


class ExportState(models.TextChoices):
    WAITING = "waiting", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    REMOVED = "removed", _("Removed")


class ImagingStatus(models.TextChoices):
    """The way of a scan's report; FHIR has registered, preliminary and final for the last three."""

    ORDERED = "ordered", _("Ordered")
    SCHEDULED = "scheduled", _("Scheduled")
    ACQUIRED = "acquired", _("Scan done")
    REPORTED = "reported", _("Reported")
    AUTHORISED = "authorised", _("Authorised")
    CANCELLED = "cancelled", _("Cancelled")


_I = ImagingStatus

IMAGING_TRANSITIONS: dict[str, frozenset[str]] = {
    _I.ORDERED: frozenset({_I.SCHEDULED, _I.CANCELLED}),
    # Back to ordered: the booked scan was called off or missed.
    _I.SCHEDULED: frozenset({_I.ORDERED, _I.ACQUIRED, _I.CANCELLED}),
    _I.ACQUIRED: frozenset({_I.REPORTED}),
    # Back: the second radiologist wants it written anew.
    _I.REPORTED: frozenset({_I.ACQUIRED, _I.AUTHORISED}),
    _I.AUTHORISED: frozenset(),
    _I.CANCELLED: frozenset(),
}


class StudyState(models.TextChoices):
    """Whether the pictures of a study count."""

    READING = "reading", _("Being read")
    OTHER_PERSON = "other_person", _("Names another person")
    ACCEPTED = "accepted", _("Checked")
    REFUSED = "refused", _("Refused")


class PictureUploadState(models.TextChoices):
    """DICOM files that were sent, on their way through the reading."""

    WAITING = "waiting", _("Being read")
    DONE = "done", _("Read")
    FAILED = "failed", _("Not taken")


class TellingWay(models.TextChoices):
    """How somebody was told of a critical finding."""

    PHONE = "phone", _("By phone")
    IN_PERSON = "in_person", _("In person")
    MESSAGE = "message", _("By message")


class Audience(models.TextChoices):
    PATIENT = "patient", _("For the patient")
    DOCTOR = "doctor", _("For the doctor")


class ExplanationStatus(models.TextChoices):
    WAITING = "waiting", _("In the queue")
    DRAFT = "draft", _("Draft")
    RELEASED = "released", _("Released")
    DISCARDED = "discarded", _("Discarded")


_X = ExplanationStatus

EXPLANATION_TRANSITIONS: dict[str, frozenset[str]] = {
    _X.WAITING: frozenset({_X.DRAFT, _X.DISCARDED}),
    _X.DRAFT: frozenset({_X.RELEASED, _X.DISCARDED}),
    _X.RELEASED: frozenset({_X.DISCARDED}),
    _X.DISCARDED: frozenset(),
}

"""Choices of people."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    PATIENT = "patient", _("Patient")
    DOCTOR = "doctor", _("Doctor")
    MANAGEMENT = "management", _("Management")
    ADMIN = "admin", _("Admin")


STAFF = frozenset({Role.DOCTOR, Role.MANAGEMENT, Role.ADMIN})


class Gender(models.TextChoices):
    """FHIR AdministrativeGender."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Prefer not to say")


class BloodGroup(models.TextChoices):
    A_POSITIVE = "A+", "A+"
    A_NEGATIVE = "A-", "A−"
    B_POSITIVE = "B+", "B+"
    B_NEGATIVE = "B-", "B−"
    AB_POSITIVE = "AB+", "AB+"
    AB_NEGATIVE = "AB-", "AB−"
    O_POSITIVE = "O+", "O+"
    O_NEGATIVE = "O-", "O−"
    UNKNOWN = "unknown", _("I don't know")


class OnboardingStep(models.TextChoices):
    """The first questions to a new patient, in their order; values stand in addresses."""

    ABOUT = "about", _("About you")
    CONTACT = "contact", _("Contact and emergency")
    HEALTH = "health", _("Health basics")
    AID = "medical-aid", _("Medical aid and photo")


class Mode(models.TextChoices):
    """How a consultation takes place."""

    VIDEO = "video", _("Video")
    IN_PERSON = "in_person", _("In person")


class SpokenLanguage(models.TextChoices):
    NEPALI = "ne", _("Nepali")
    ENGLISH = "en", _("English")
    HINDI = "hi", _("Hindi")
    MAITHILI = "mai", _("Maithili")
    BHOJPURI = "bho", _("Bhojpuri")
    THARU = "thr", _("Tharu")
    TAMANG = "taj", _("Tamang")
    NEWARI = "new", _("Nepal Bhasa")


class ActivityVerb(models.TextChoices):
    """What the activity trail knows of (FHIR AuditEvent.subtype). The labels are said after a name."""

    LOGGED_IN = "session.start", _("logged in")
    LOGIN_FAILED = "session.refused", _("failed to log in")
    LOGGED_OUT = "session.end", _("logged out")
    LOGGED_OUT_EVERYWHERE = "session.end_all", _("logged out on every device")
    SIGNED_UP = "account.signup", _("signed up")
    ACCOUNT_CREATED = "account.create", _("created an account")
    INVITED = "account.invite", _("sent an invitation")
    ACCOUNT_ACTIVATED = "account.activate", _("opened an account again")
    ACCOUNT_DEACTIVATED = "account.deactivate", _("closed an account")
    MERGED = "account.merge", _("merged an account into another")
    ROLE_CHANGED = "account.role", _("changed a role")
    PROFILE_CHANGED = "account.profile", _("changed a profile")
    PASSWORD_CHANGED = "account.password", _("changed a password")
    EMAIL_CHANGED = "account.email", _("changed an e-mail address")
    SECOND_FACTOR_CHANGED = "account.second_factor", _("changed a second factor")
    CARE_LINK_ADDED = "care.add", _("put a doctor on a care team")
    CARE_LINK_ENDED = "care.end", _("took a doctor off a care team")
    BREAK_GLASS_OPENED = "break_glass.open", _("opened a record by break-glass")
    BREAK_GLASS_ENDED = "break_glass.end", _("ended a break-glass access")
    BREAK_GLASS_REVIEWED = "break_glass.review", _("reviewed a break-glass access")
    PATIENT_FOUND = "patient.find", _("looked up a patient of other doctors")
    RECORD_READ = "record.read", _("read a record")
    HISTORY_RECORDED = "history.create", _("wrote into the history of a record")
    HISTORY_VOIDED = "history.void", _("marked an entry of a record's history as an error")
    APPOINTMENT_BOOKED = "appointment.book", _("booked a visit")
    APPOINTMENT_MOVED = "appointment.move", _("moved a visit")
    APPOINTMENT_CHANGED = "appointment.status", _("changed the status of a visit")
    APPOINTMENT_READ = "appointment.read", _("looked at a visit")
    FILE_OPENED = "file.read", _("opened a file of a visit")
    REFERRAL_ASKED = "referral.create", _("wrote a referral")
    REFERRAL_CHANGED = "referral.status", _("changed the status of a referral")
    REFERRAL_READ = "referral.read", _("read a referral")
    REFERRAL_FILE_OPENED = "referral.file", _("opened the document of a referral")
    SERVICE_CHANGED = "service.change", _("changed what the clinic offers")
    RESOURCE_CHANGED = "resource.change", _("changed rooms or equipment")
    INTAKE_TOLD = "intake.create", _("told whether a dose was taken")
    INTAKE_UNDONE = "intake.delete", _("took back what was told of a dose")
    ADHERENCE_READ = "adherence.read", _("looked at how doses were taken")
    NOTE_STARTED = "note.create", _("began a visit note")
    NOTE_SIGNED = "note.sign", _("signed a visit note")
    NOTE_READ = "note.read", _("read a visit note")
    NOTE_ADDED_TO = "note.addendum", _("added to a signed visit note")
    REQUEST_MADE = "request.create", _("asked for a prescription or lab report to be prepared")
    REQUEST_CHANGED = "request.status", _("changed the status of a request")
    REQUEST_READ = "request.read", _("looked at a request")
    PRESCRIPTION_STARTED = "prescription.create", _("began a prescription")
    PRESCRIPTION_SIGNED = "prescription.sign", _("signed a prescription")
    PRESCRIPTION_CHANGED = "prescription.status", _("changed the status of a prescription")
    PRESCRIPTION_READ = "prescription.read", _("read a prescription")
    DOCUMENT_ADDED = "document.create", _("added a document to a record")
    DOCUMENTS_LISTED = "document.list", _("looked through the documents of a record")
    DOCUMENT_READ = "document.read", _("opened a document of a record")
    DOCUMENT_CHANGED = "document.change", _("changed a document of a record")
    # Said after "the portal".
    DOCUMENT_REMOVED = "document.remove", _("removed the file of a document whose time was over")
    RECORD_EXPORTED = "record.export", _("asked for a record as a file")
    RECORD_DOWNLOADED = "record.download", _("downloaded a record as a file")
    LAB_REPORT_ENTERED = "lab.create", _("entered a lab report")
    LAB_REPORT_CHANGED = "lab.status", _("changed the status of a lab report")
    LAB_REPORT_READ = "lab.read", _("read lab results")
    CRITICAL_ACKNOWLEDGED = "lab.acknowledge", _("acknowledged a critical finding")
    CRITICAL_TOLD = "critical.told", _("noted who was told of a critical finding")
    IMAGING_REPORT_CHANGED = "imaging.status", _("worked on the report of a scan")
    IMAGING_REPORT_READ = "imaging.read", _("read the report of a scan")
    IMAGING_REPORT_DOWNLOADED = "imaging.download", _("downloaded the report of a scan")
    PICTURES_ADDED = "imaging.pictures.add", _("added the pictures of a scan")
    PICTURES_CHECKED = "imaging.pictures.check", _("decided whose pictures of a scan these are")
    PICTURES_OPENED = "imaging.pictures.open", _("looked at the pictures of a scan")
    EXPLANATION_ASKED = (
        "explanation.create",
        _("asked the reading assistant to explain something of a record"),
    )
    EXPLANATION_READ = "explanation.read", _("read an explanation of the reading assistant")
    EXPLANATION_RELEASED = "explanation.release", _("released an explanation to the patient")
    EXPLANATION_DISCARDED = "explanation.discard", _("discarded an explanation")
    LAB_CATALOGUE_CHANGED = "lab.catalogue", _("changed lab panels, parameters or ranges")
    MEDICINES_CHANGED = "medicine.change", _("changed the catalogue of medicines")
    PAYMENT_SUBMITTED = "payment.submit", _("sent a payment")
    PAYMENT_CONFIRMED = "payment.confirm", _("confirmed a payment")
    PAYMENT_REJECTED = "payment.reject", _("rejected a payment")
    PAYMENT_REFUNDED = "payment.refund", _("refunded a payment")
    PROOF_OPENED = "payment.proof", _("opened a proof of payment")
    BILLING_DOCUMENT_OPENED = "billing.document", _("opened an invoice or receipt")
    INVOICE_CORRECTED = "invoice.correct", _("corrected an invoice")
    PLAN_CHANGED = "plan.change", _("changed a medical-aid plan")
    MEMBERSHIP_CHANGED = "membership.change", _("changed a medical-aid membership")
    CARD_OPENED = "membership.card", _("opened the picture of a membership card")
    AUTHORISATION_CHANGED = "authorisation.status", _("changed an authorisation of a medical aid")
    CLAIM_CHANGED = "claim.status", _("changed a claim to a medical aid")
    CHAT_FILE_OPENED = "chat.file", _("opened a file of a conversation")
    CALL_JOINED = "call.join", _("joined a call")
    CALL_INVITED = "call.invite", _("invited a guest to a call")
    CALL_UNINVITED = "call.uninvite", _("took back an invitation to a call")
    # Said after "the portal", for a guest has no account; the reason names them.
    CALL_GUEST = "call.guest", _("led a guest to a call")
    CALL_READ = "call.read", _("looked at the record of a call")
    TRAIL_EXPORTED = "trail.export", _("exported the activity trail")
    LIST_EXPORTED = "list.export", _("exported a list")
    LIST_DOWNLOADED = "list.download", _("downloaded an exported list")
    FEED_RENEWED = "feed.create", _("made an address for their calendar")
    FEED_REVOKED = "feed.end", _("closed the address of their calendar")


# What counts as having looked into a patient's record.
RECORD_VERBS = frozenset(
    {
        ActivityVerb.BREAK_GLASS_OPENED,
        ActivityVerb.PATIENT_FOUND,
        ActivityVerb.RECORD_READ,
        ActivityVerb.HISTORY_RECORDED,
        ActivityVerb.HISTORY_VOIDED,
        ActivityVerb.APPOINTMENT_READ,
        ActivityVerb.FILE_OPENED,
        ActivityVerb.REFERRAL_READ,
        ActivityVerb.REFERRAL_FILE_OPENED,
        ActivityVerb.ADHERENCE_READ,
        ActivityVerb.PRESCRIPTION_STARTED,
        ActivityVerb.PRESCRIPTION_SIGNED,
        ActivityVerb.PRESCRIPTION_CHANGED,
        ActivityVerb.PRESCRIPTION_READ,
        ActivityVerb.NOTE_STARTED,
        ActivityVerb.NOTE_SIGNED,
        ActivityVerb.NOTE_READ,
        ActivityVerb.NOTE_ADDED_TO,
        ActivityVerb.REQUEST_MADE,
        ActivityVerb.REQUEST_CHANGED,
        ActivityVerb.REQUEST_READ,
        ActivityVerb.DOCUMENT_ADDED,
        ActivityVerb.DOCUMENTS_LISTED,
        ActivityVerb.DOCUMENT_READ,
        ActivityVerb.DOCUMENT_CHANGED,
        ActivityVerb.RECORD_EXPORTED,
        ActivityVerb.RECORD_DOWNLOADED,
        # Not that a critical finding was acknowledged or told of: that would tell of it before its release.
        ActivityVerb.LAB_REPORT_ENTERED,
        ActivityVerb.LAB_REPORT_CHANGED,
        ActivityVerb.LAB_REPORT_READ,
        ActivityVerb.EXPLANATION_ASKED,
        ActivityVerb.EXPLANATION_READ,
        ActivityVerb.EXPLANATION_RELEASED,
        ActivityVerb.EXPLANATION_DISCARDED,
        ActivityVerb.IMAGING_REPORT_CHANGED,
        ActivityVerb.IMAGING_REPORT_READ,
        ActivityVerb.IMAGING_REPORT_DOWNLOADED,
        ActivityVerb.PICTURES_ADDED,
        ActivityVerb.PICTURES_CHECKED,
        ActivityVerb.PICTURES_OPENED,
        ActivityVerb.PROOF_OPENED,
        ActivityVerb.CARD_OPENED,
        ActivityVerb.BILLING_DOCUMENT_OPENED,
        ActivityVerb.CHAT_FILE_OPENED,
        ActivityVerb.CALL_JOINED,
        ActivityVerb.CALL_READ,
    }
)

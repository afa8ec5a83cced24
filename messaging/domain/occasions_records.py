"""What is told about the clinical record. The built-in words; nothing of what a record says is in them."""

from django.utils.translation import gettext_lazy as _

from messaging.enums import NotificationKind

from .occasion import Occasion, Variable
from .occasions_visits import COUNT

_DOCUMENTS = (
    Occasion(
        "document.new",
        NotificationKind.RECORD,
        _("A document was added to the record"),
        title=_("There is a new document in your record"),
        email=_("Your clinic has added a document to your record. Sign in to the portal to see it."),
    ),
    Occasion(
        "document.expiring",
        NotificationKind.RECORD,
        _("Documents that are removed soon"),
        title=_("Documents of yours are removed in 30 days: %(count)s"),
        variables=(COUNT,),
        email=_(
            "The clinic keeps documents for a certain time, which is nearly over for some of yours (%(count)s). Sign "
            "in to the portal within 30 days to see and save them."
        ),
    ),
    Occasion(
        "record_export.ready",
        NotificationKind.RECORD,
        _("The file of a whole record is ready"),
        title=_("The record you asked for is ready to download"),
        email=_(
            "The record you asked for as a file is ready. Sign in to the portal to download it within 24 hours."
        ),
    ),
    Occasion(
        "record_export.stopped",
        NotificationKind.RECORD,
        _("The file of a whole record could not be made"),
        title=_("The record you asked for could not be made: please try again"),
    ),
)

# A critical result does not wait for the end of quiet hours, and says to nobody whose it is.
_LABS = (
    Occasion(
        "lab.released",
        NotificationKind.RECORD,
        _("A lab report was released to the patient"),
        title=_("A lab report is ready for you"),
        email=_("Your doctor has released a lab report. Sign in to the portal to read it."),
        by_sms=True,
    ),
    Occasion(
        "lab.corrected",
        NotificationKind.RECORD,
        _("A corrected lab report was released to the patient"),
        title=_("A lab report of yours was corrected"),
        email=_(
            "A lab report that you could read was corrected. Sign in to the portal to read the new one; it takes the "
            "place of the old one."
        ),
        by_sms=True,
    ),
    Occasion(
        "lab.final.doctor",
        NotificationKind.RECORD,
        _("A lab report waits for the doctor's release"),
        title=_("A lab report is final and waits for your release"),
        email=_("A lab report that you asked for is final. Read it and release it to the patient."),
    ),
    Occasion(
        "lab.critical",
        NotificationKind.RECORD,
        _("A critical lab result, to the doctor"),
        title=_("A lab result needs you at once"),
        email=_(
            "A lab result of one of your patients needs you at once. Open it and say what is done about it."
        ),
        by_sms=True,
        urgent=True,
    ),
    Occasion(
        "lab.critical.team",
        NotificationKind.RECORD,
        _("A critical lab result nobody has answered, to the care team"),
        title=_("A lab result of a patient of yours needs somebody at once"),
        email=_(
            "A lab result of a patient whom you also treat needs somebody at once, and their doctor has not answered. "
            "Open it and say what is done about it."
        ),
        by_sms=True,
        urgent=True,
    ),
    Occasion(
        "lab.critical.management",
        NotificationKind.RECORD,
        _("A critical lab result nobody has answered, to management"),
        title=_("A lab result needs a doctor at once: please reach one"),
        email=_(
            "A lab result needs a doctor at once, and neither the doctor nor the care team has answered. Open the "
            "portal to see whom to call, call them, and note whom you have reached."
        ),
        by_sms=True,
        urgent=True,
    ),
)

_CRITICAL_SCANS = (
    Occasion(
        "imaging.critical",
        NotificationKind.RECORD,
        _("A critical finding of a scan, to the doctor who sent for it"),
        title=_("The report of a scan needs you at once"),
        email=_(
            "The report of a scan of one of your patients needs you at once. Open it and say what is done about it."
        ),
        by_sms=True,
        urgent=True,
    ),
    Occasion(
        "imaging.critical.team",
        NotificationKind.RECORD,
        _("A critical finding of a scan nobody has answered, to the care team"),
        title=_("The report of a scan of a patient of yours needs somebody at once"),
        email=_(
            "The report of a scan of a patient whom you also treat needs somebody at once, and the doctor who sent for "
            "it has not answered. Open it and say what is done about it."
        ),
        by_sms=True,
        urgent=True,
    ),
    Occasion(
        "imaging.critical.reader",
        NotificationKind.RECORD,
        _("A critical finding of a scan nobody has answered, to who read the scan"),
        title=_("A critical finding of yours waits: please reach somebody"),
        email=_(
            "A report of yours needs somebody at once, and nobody has answered yet. Call a doctor of the patient, and "
            "note in the portal whom you have told."
        ),
        by_sms=True,
        urgent=True,
    ),
    Occasion(
        "imaging.critical.management",
        NotificationKind.RECORD,
        _("A critical finding of a scan nobody has answered, to management"),
        title=_("The report of a scan needs a doctor at once: please reach one"),
        email=_(
            "The report of a scan needs a doctor at once, and nobody of those who were told has answered. Open the "
            "portal to see whom to call, call them, and note whom you have reached."
        ),
        by_sms=True,
        urgent=True,
    ),
)

# Neither which scan it was nor what it shows, and to nobody whose it is.
_IMAGING = (
    Occasion(
        "imaging.released",
        NotificationKind.RECORD,
        _("The report of a scan was released to the patient"),
        title=_("The report of a scan is ready for you"),
        email=_("The report of a scan of yours was released to you. Sign in to the portal to read it."),
        by_sms=True,
    ),
    Occasion(
        "imaging.addendum",
        NotificationKind.RECORD,
        _("Something was added to the report of a scan"),
        title=_("Something was added to the report of a scan"),
        email=_("Something was added to the report of a scan. Sign in to the portal to read it."),
    ),
    Occasion(
        "imaging.authorised",
        NotificationKind.RECORD,
        _("The report of a scan is authorised, to the doctor who asked for it"),
        title=_("The report of a scan you asked for is authorised"),
        email=_(
            "The report of a scan you asked for is authorised. Read it and release it to the patient, who sees nothing "
            "of it before."
        ),
    ),
    Occasion(
        "imaging.sent_back",
        NotificationKind.RECORD,
        _("The report of a scan is sent back to who wrote it"),
        title=_("A report of yours was sent back to be corrected"),
        email=_("A colleague has sent a report of yours back. Sign in to the portal to read why."),
    ),
    Occasion(
        "imaging.urgent",
        NotificationKind.RECORD,
        _("An urgent scan waits to be read, to the radiologists"),
        title=_("An urgent scan waits to be read"),
        email=_("An urgent scan was done and waits to be read. It stands first in the worklist."),
        urgent=True,
    ),
)

_PRESCRIBER = Variable("name", _("the doctor"), "Dr. Sita Sharma")

_PRESCRIPTIONS = (
    Occasion(
        "prescription.signed",
        NotificationKind.RECORD,
        _("A prescription is signed"),
        title=_("%(name)s has written you a prescription"),
        variables=(_PRESCRIBER,),
        email=_(
            "%(name)s has written you a prescription. Sign in to the portal to read it, with what to take when, and to "
            "print it for the pharmacy."
        ),
        short=_("There is a new prescription in your record"),
    ),
    Occasion(
        "prescription.stopped",
        NotificationKind.RECORD,
        _("A prescription, or a medicine on it, is stopped"),
        title=_("%(name)s has stopped a medicine of yours"),
        variables=(_PRESCRIBER,),
        email=_("%(name)s has stopped a medicine of yours. Sign in to the portal to see which one and why."),
        short=_("One of your prescriptions has changed: please look before your next dose"),
        urgent=True,
    ),
)

# The time alone: neither that it is a medicine nor which one is for a locked screen or an inbox.
_MEDICINES = (
    Occasion(
        "dose.due",
        NotificationKind.MEDICINE,
        _("A dose is due, to the patient"),
        title=_("It is %(time)s: please look at your plan for today"),
        variables=(Variable("time", _("the time of day"), "08:00", safe_for_sms=True),),
        email=_("It is %(time)s. Sign in to the portal to see your plan for today, and to say what is done."),
        by_sms=True,
    ),
)

_NOTES = (
    Occasion(
        "note.addendum",
        NotificationKind.RECORD,
        _("Something was added to a signed note"),
        title=_("%(name)s has added to the note of a visit"),
        variables=(_PRESCRIBER,),
        email=_("The note of a visit has an addendum. Sign in to the portal to read it."),
        short=_("There is something new on the page of a visit"),
    ),
)

# What was asked for and for whom stands in the portal only.
_REQUESTS = (
    Occasion(
        "request.urgent",
        NotificationKind.RECORD,
        _("An urgent request of a doctor, to management"),
        title=_("%(name)s asks for something urgently"),
        variables=(_PRESCRIBER,),
        email=_(
            "%(name)s asks for something to be prepared urgently. It stands first in the queue of requests."
        ),
        short=_("An urgent request waits in the portal"),
    ),
    Occasion(
        "request.prepared",
        NotificationKind.RECORD,
        _("What a doctor asked for is prepared"),
        title=_("What you asked for is ready for you to check"),
        email=_(
            "What you asked the clinic to prepare is ready. Check it and release it: the patient sees nothing of it "
            "before."
        ),
    ),
    Occasion(
        "request.declined",
        NotificationKind.RECORD,
        _("What a doctor asked for is declined"),
        title=_("What you asked for could not be prepared"),
        email=_("What you asked the clinic to prepare was declined. Sign in to the portal to read why."),
    ),
)

_FEEDBACK = (
    Occasion(
        "feedback.asked",
        NotificationKind.APPOINTMENT,
        _("A visit is over: how was it"),
        title=_("How was your visit?"),
        variables=(_PRESCRIBER,),
        email=_(
            "Your visit with %(name)s is over. Sign in to the portal to say how it was: it takes a minute and helps "
            "others to choose. The clinic reads it before it is shown to anyone."
        ),
    ),
)

# What was explained, and of which paper, stands in the portal only.
_EXPLANATIONS = (
    Occasion(
        "explanation.released",
        NotificationKind.RECORD,
        _("An explanation was released to the patient"),
        title=_("There is an explanation for you to read"),
        email=_(
            "Your doctor has released an explanation of something in your record. Sign in to the portal to read it."
        ),
    ),
    Occasion(
        "explanation.to_read",
        NotificationKind.RECORD,
        _("A patient has asked for an explanation, to the doctor"),
        title=_("An explanation that a patient asked for waits for you"),
        email=_(
            "A patient of yours has asked for an explanation of something in their record. The draft waits for you: "
            "read it, and release or discard it. The patient sees nothing of it before."
        ),
    ),
)

RECORDS: tuple[Occasion, ...] = (
    *_EXPLANATIONS,
    *_FEEDBACK,
    *_NOTES,
    *_REQUESTS,
    *_DOCUMENTS,
    *_MEDICINES,
    *_PRESCRIPTIONS,
    *_LABS,
    *_IMAGING,
    *_CRITICAL_SCANS,
)

"""What is told about visits and the times for them. The built-in words; management may put its own in their place."""

from django.utils.translation import gettext_lazy as _

from messaging.enums import NotificationKind

from .occasion import Occasion, Variable

_VISIT = NotificationKind.APPOINTMENT

TIME = Variable("time", _("when the visit takes place"), _("25 November 2026, 10:00"), safe_for_sms=True)
UNTIL = Variable("until", _("until when"), _("24 November 2026, 18:00"), safe_for_sms=True)
MINUTES = Variable("minutes", _("how many minutes"), "20", safe_for_sms=True)
DOCTOR = Variable("doctor", _("the doctor"), "Dr. Sita Sharma")
# That somebody is a patient here is for who opens the mail, not for who sees it in a list.
PATIENT = Variable("patient", _("the patient"), "Asha Gurung", safe_for_subject=False)
ROOM = Variable("room", _("the room"), "Room 2", safe_for_sms=True)
# The clinic's own line about this one visit: free text, so it stands in the mail's text and nowhere else.
NOTE = Variable("note", _("what the clinic adds"), "", safe_for_subject=False)
TIMES = Variable(
    "times",
    _("all times, one a line"),
    _("– 25 November 2026, 10:00\n– 2 December 2026, 10:00"),
    safe_for_subject=False,
)
COUNT = Variable("count", _("how many"), "3", safe_for_sms=True)

VISITS = (
    Occasion(
        "appointment.confirmed",
        _VISIT,
        _("Visit confirmed"),
        title=_("Your appointment on %(time)s is confirmed"),
        variables=(TIME, DOCTOR),
        email=_("Your appointment with %(doctor)s on %(time)s is confirmed."),
        by_sms=True,
    ),
    Occasion(
        "appointment.confirmed.doctor",
        _VISIT,
        _("Visit confirmed, to the doctor"),
        title=_("New appointment on %(time)s"),
        variables=(TIME, PATIENT),
        email=_("%(patient)s has a confirmed appointment with you on %(time)s."),
    ),
    Occasion(
        "appointment.booked",
        _VISIT,
        _("Visit booked by the clinic for a patient"),
        title=_("An appointment was booked for you on %(time)s"),
        variables=(TIME, DOCTOR),
        email=_(
            "An appointment with %(doctor)s on %(time)s was booked for you. Open it to see what is left to do: "
            "a time that has to be paid is kept for a while only."
        ),
        by_sms=True,
    ),
    Occasion(
        "series.booked",
        _VISIT,
        _("Visits that repeat, booked by the clinic for a patient"),
        title=_("A series of visits was booked for you, the first on %(time)s"),
        variables=(TIME, TIMES, DOCTOR),
        email=_(
            "Your visits with %(doctor)s:\n\n%(times)s\n\n"
            "Each one is paid by itself. Open the portal to see until when each is kept for you."
        ),
        by_sms=True,
    ),
    Occasion(
        "appointment.asked.doctor",
        _VISIT,
        _("A request waits for the doctor's answer"),
        title=_("A request for %(time)s waits for your answer"),
        variables=(TIME, PATIENT),
        email=_("%(patient)s asks for a visit with you. Open the portal to confirm or decline it."),
    ),
    Occasion(
        "appointment.declined",
        _VISIT,
        _("Visit declined"),
        title=_("Your appointment on %(time)s was declined"),
        variables=(TIME, DOCTOR),
        email=_(
            "Your appointment with %(doctor)s on %(time)s can't take place. Anything you paid will be refunded."
        ),
        by_sms=True,
    ),
    Occasion(
        "appointment.cancelled",
        _VISIT,
        _("Visit cancelled"),
        title=_("Your appointment on %(time)s is cancelled"),
        variables=(TIME, DOCTOR, NOTE),
        email=_("Your appointment with %(doctor)s on %(time)s is cancelled."),
        by_sms=True,
    ),
    Occasion(
        "appointment.cancelled.doctor",
        _VISIT,
        _("Visit cancelled, to the doctor"),
        title=_("Appointment on %(time)s cancelled"),
        variables=(TIME, PATIENT),
        email=_("The appointment of %(patient)s on %(time)s is cancelled."),
    ),
    Occasion(
        "appointment.expired",
        _VISIT,
        _("A held time was not paid"),
        title=_("Your reserved time on %(time)s was released: it was not paid in time"),
        variables=(TIME,),
    ),
    Occasion(
        "appointment.moved",
        _VISIT,
        _("Visit moved"),
        title=_("Your appointment was moved to %(time)s"),
        variables=(TIME, DOCTOR, NOTE),
        email=_("Your appointment with %(doctor)s now takes place on %(time)s."),
        by_sms=True,
    ),
    Occasion(
        "appointment.moved.doctor",
        _VISIT,
        _("Visit moved, to the doctor"),
        title=_("An appointment was moved to %(time)s"),
        variables=(TIME, PATIENT),
        email=_("The appointment of %(patient)s now takes place on %(time)s."),
    ),
    Occasion(
        "appointment.displaced",
        _VISIT,
        _("The doctor can't keep a time"),
        title=_("Please choose another time: your appointment on %(time)s can't take place"),
        variables=(TIME, DOCTOR, NOTE),
        email=_(
            "%(doctor)s can't be there on %(time)s. Open the appointment to choose another time, or to cancel it; "
            "then what you paid is refunded."
        ),
        by_sms=True,
    ),
    Occasion(
        "appointment.handed_over.doctor",
        _VISIT,
        _("Visit handed to another doctor, to the one before"),
        title=_("The appointment on %(time)s is no longer yours"),
        variables=(TIME, PATIENT, DOCTOR),
        email=_("The appointment of %(patient)s on %(time)s is now with %(doctor)s."),
    ),
    Occasion(
        "disruption.done",
        _VISIT,
        _("All visits of closed days are dealt with, to who decided"),
        title=_("All visits of the closed days have been dealt with"),
    ),
    Occasion(
        "disruption.problems",
        _VISIT,
        _("Some visits of closed days are not dealt with, to who decided"),
        title=_("Visits to look at after the change of days: %(count)s"),
        variables=(COUNT,),
    ),
    Occasion(
        "appointment.reminder.day",
        NotificationKind.REMINDER,
        _("Reminder a day before"),
        title=_("Reminder: your appointment on %(time)s"),
        variables=(TIME, DOCTOR),
        email=_("Your appointment with %(doctor)s is on %(time)s."),
        by_sms=True,
    ),
    Occasion(
        "appointment.reminder.hour",
        NotificationKind.REMINDER,
        _("Reminder an hour before"),
        title=_("Reminder: your appointment on %(time)s"),
        variables=(TIME, DOCTOR),
        email=_("Your appointment with %(doctor)s is on %(time)s."),
        urgent=True,
    ),
    Occasion(
        "appointment.pay",
        NotificationKind.REMINDER,
        _("Reminder to pay a held time"),
        title=_("Please pay your visit on %(time)s"),
        variables=(TIME, UNTIL, DOCTOR),
        email=_(
            "Your visit with %(doctor)s on %(time)s is kept for you until %(until)s. Pay before that to keep it."
        ),
        by_sms=True,
    ),
    Occasion(
        "waiting.offered",
        _VISIT,
        _("A time for someone on the waiting list"),
        title=_("A time is free for you: %(time)s"),
        variables=(TIME, UNTIL, DOCTOR),
        email=_(
            "%(doctor)s has a free time on %(time)s. It is kept for you until %(until)s; after that it is offered "
            "to the next person."
        ),
        by_sms=True,
        urgent=True,
    ),
    Occasion(
        "waiting.lapsed",
        _VISIT,
        _("An offered time went to the next person"),
        title=_("The time on %(time)s went to the next person. You keep your place."),
        variables=(TIME,),
        by_push=False,
    ),
    Occasion(
        "queue.called",
        _VISIT,
        _("The patient is called in"),
        title=_("Please come in: %(doctor)s is ready for you"),
        variables=(DOCTOR,),
        short=_("It is your turn: please come in."),
        urgent=True,
    ),
    Occasion(
        "queue.called.room",
        _VISIT,
        _("The patient is called into a room"),
        title=_("Please come in: %(doctor)s is ready for you (%(room)s)"),
        variables=(DOCTOR, ROOM),
        short=_("It is your turn: please come in (%(room)s)."),
        urgent=True,
    ),
    Occasion(
        "queue.taken_back",
        _VISIT,
        _("A call into the room is taken back"),
        title=_("Please wait a little longer: it is not your turn yet. You will be called again."),
        urgent=True,
    ),
    Occasion(
        "queue.late",
        _VISIT,
        _("The doctor runs late, to who is still on the way"),
        title=_("%(doctor)s runs about %(minutes)s minutes late today"),
        variables=(DOCTOR, MINUTES),
        email=_(
            "Your visit will probably begin about %(minutes)s minutes later. In the portal you see how it goes on."
        ),
        short=_("Your visit today will probably begin about %(minutes)s minutes later."),
        by_sms=True,
        urgent=True,
    ),
    Occasion(
        "queue.late.here",
        _VISIT,
        _("The doctor runs late, to who is here"),
        title=_("%(doctor)s runs about %(minutes)s minutes late today"),
        variables=(DOCTOR, MINUTES),
        short=_("Your visit today will probably begin about %(minutes)s minutes later."),
        urgent=True,
    ),
    Occasion(
        "queue.on_time",
        _VISIT,
        _("The doctor is on time again"),
        title=_("%(doctor)s is on time again"),
        variables=(DOCTOR,),
        short=_("Your visit today will begin on time after all."),
        urgent=True,
    ),
    Occasion(
        "referral.asked",
        _VISIT,
        _("A referral was written"),
        title=_("You have a new referral to book"),
        variables=(DOCTOR,),
        email=_(
            "%(doctor)s has written a referral for you. In the portal you see what it is for and the free times."
        ),
    ),
    Occasion(
        "referral.asked.desk",
        _VISIT,
        _("An urgent referral, to the front desk"),
        title=_("An urgent referral waits to be booked"),
    ),
    Occasion(
        "referral.booked",
        _VISIT,
        _("A referral is booked, to who wrote it"),
        title=_("A referral of yours is booked for %(time)s"),
        variables=(TIME,),
    ),
    Occasion(
        "referral.open",
        _VISIT,
        _("A referral can be booked again"),
        title=_("Your referral can be booked again"),
        variables=(TIME,),
        email=_(
            "The visit on %(time)s does not take place. Your referral still holds: please choose another time."
        ),
    ),
    Occasion(
        "referral.open.doctor",
        _VISIT,
        _("A referral is not booked any more, to who wrote it"),
        title=_("A referral of yours is not booked any more"),
        variables=(TIME, PATIENT),
        email=_(
            "The visit of %(patient)s on %(time)s does not take place. The referral waits to be booked again."
        ),
    ),
    Occasion(
        "referral.performed",
        _VISIT,
        _("A referral has been carried out"),
        title=_("A referral has been carried out"),
    ),
    Occasion(
        "referral.withdrawn",
        _VISIT,
        _("A referral was withdrawn"),
        title=_("A referral of yours was withdrawn"),
        email=_("The clinic has withdrawn a referral. You need not book it any more."),
    ),
    Occasion(
        "referral.withdrawn.doctor",
        _VISIT,
        _("A referral was withdrawn, to who wrote it"),
        title=_("A referral of yours was withdrawn"),
    ),
)

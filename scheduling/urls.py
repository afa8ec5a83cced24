from django.urls import URLPattern, URLResolver, path

from scheduling.views import actions, appointments, booking, calendar, directory, hours, referrals

urlpatterns: list[URLPattern | URLResolver] = [
    path("doctors/", directory.doctors, name="doctors"),
    path("doctors/<uuid:pk>/", directory.doctor, name="doctor"),
    path("book/<uuid:doctor_id>/", booking.choose_time, name="book"),
    path("book/<uuid:doctor_id>/details/", booking.details, name="book_details"),
    path("book/<uuid:doctor_id>/review/", booking.review, name="book_review"),
    path("appointments/", appointments.listing, name="appointments"),
    path("appointments/<uuid:pk>/", appointments.detail, name="appointment"),
    path("appointments/<uuid:pk>/reschedule/", actions.reschedule, name="appointment_reschedule"),
    path("appointments/<uuid:pk>/files/<uuid:file_id>/", appointments.attachment, name="appointment_file"),
    path("appointments/<uuid:pk>/<str:action>/", actions.act, name="appointment_action"),
    path("calendar/", calendar.week, name="calendar"),
    path("calendar/events.json", calendar.events, name="calendar_events"),
    path("calendar/hours/", hours.edit, name="working_hours"),
    path("referrals/", referrals.listing, name="referrals"),
    path("referrals/<uuid:pk>/", referrals.detail, name="referral"),
    path("referrals/<uuid:pk>/document/", referrals.document, name="referral_document"),
    path("referrals/<uuid:pk>/withdraw/", referrals.withdraw, name="referral_withdraw"),
    path("patients/<uuid:patient_id>/referrals/new/", referrals.new, name="referral_new"),
]

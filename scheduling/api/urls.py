from django.urls import URLPattern, URLResolver, path

from . import appointments, directory, referrals, waiting

urlpatterns: list[URLPattern | URLResolver] = [
    path("services/", directory.ServiceList.as_view(), name="api-services"),
    path("doctors/", directory.DoctorList.as_view(), name="api-doctors"),
    path("doctors/<uuid:pk>/slots/", directory.DoctorSlots.as_view(), name="api-doctor-slots"),
    path("specialties/", directory.SpecialtyList.as_view(), name="api-specialties"),
    path("specialties/<uuid:pk>/slots/", directory.SpecialtySlots.as_view(), name="api-specialty-slots"),
    path("waiting/", waiting.WaitingList.as_view(), name="api-waiting"),
    path("waiting/<uuid:pk>/", waiting.WaitingPlace.as_view(), name="api-waiting-place"),
    path("waiting/offers/<uuid:pk>/claim/", waiting.Claim.as_view(), name="api-waiting-claim"),
    path("waiting/offers/<uuid:pk>/pass/", waiting.PassOn.as_view(), name="api-waiting-pass"),
    path("referrals/", referrals.ReferralList.as_view(), name="api-referrals"),
    path("referrals/<uuid:pk>/", referrals.ReferralDetail.as_view(), name="api-referral"),
    path("referrals/<uuid:pk>/withdraw/", referrals.Withdraw.as_view(), name="api-referral-withdraw"),
    path("appointments/", appointments.AppointmentList.as_view(), name="api-appointments"),
    path("appointments/book/", appointments.Book.as_view(), name="api-appointment-book"),
    path("appointments/<uuid:pk>/", appointments.AppointmentDetail.as_view(), name="api-appointment"),
    path(
        "appointments/<uuid:pk>/reschedule/",
        appointments.Reschedule.as_view(),
        name="api-appointment-reschedule",
    ),
    path("appointments/<uuid:pk>/cancel/", appointments.Cancel.as_view(), name="api-appointment-cancel"),
    *(
        path(
            f"appointments/<uuid:pk>/{action}/",
            appointments.Act.as_view(action=action),
            name=f"api-appointment-{action}",
        )
        for action in ("confirm", "decline", "check-in", "start", "complete", "no-show")
    ),
]

from django.urls import URLPattern, URLResolver, path

from accounts.views import care, onboarding, patients, people, standing, trail
from accounts.views.language import set_language
from accounts.views.photo import photo
from accounts.views.profile import log_out_everywhere, note_time_zone, profile
from accounts.views.sessions import SessionsView, end_program, end_session, session_time

urlpatterns: list[URLPattern | URLResolver] = [
    path("profile/", profile, name="profile"),
    path("profile/time-zone/", note_time_zone, name="note_time_zone"),
    path("profile/log-out-everywhere/", log_out_everywhere, name="log_out_everywhere"),
    # Before allauth's own, at the same address (clinic/urls.py includes these first).
    path("accounts/sessions/", SessionsView.as_view(), name="usersessions_list"),
    path("profile/sessions/<int:pk>/end/", end_session, name="end_session"),
    path("profile/programs/<slug:token_key>/end/", end_program, name="end_program"),
    path("session/", session_time, name="session_time"),
    path("i18n/setlang/", set_language, name="set_language"),
    path("welcome/", onboarding.start, name="onboarding"),
    path("welcome/<slug:name>/", onboarding.step, name="onboarding_step"),
    path("profile/activity/", trail.own_activity, name="own_activity"),
    path("profile/care-team/", care.own_care_team, name="care_team"),
    path("patients/", patients.patients, name="patients"),
    path("patients/break-glass/", patients.open_by_break_glass, name="break_glass"),
    path("patients/<uuid:pk>/care-team/", care.patient_care_team, name="patient_care_team"),
    path("activity/", trail.activity, name="activity"),
    path("activity/export/", trail.activity_export, name="activity_export"),
    path("activity/break-glass/", patients.break_glass_list, name="break_glass_list"),
    path("activity/break-glass/<uuid:pk>/review/", patients.review_break_glass, name="review_break_glass"),
    path("activity/break-glass/<uuid:pk>/end/", patients.end_break_glass, name="end_break_glass"),
    path("people/", people.people, name="people"),
    path("people/new/<slug:role>/", people.register, name="person_new"),
    path("people/<uuid:pk>/edit/", people.correct, name="person_edit"),
    path("people/<uuid:pk>/invite/", standing.invite, name="person_invite"),
    path("people/<uuid:pk>/deactivate/", standing.deactivate, name="person_deactivate"),
    path("people/<uuid:pk>/activate/", standing.activate, name="person_activate"),
    path("people/<uuid:pk>/role/", standing.role, name="person_role"),
    path("people/<uuid:pk>/photo/", photo, name="photo"),
]

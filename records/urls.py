from django.urls import URLPattern, URLResolver, path

from records.views import feedback, record, reviews, visit_notes

urlpatterns: list[URLPattern | URLResolver] = [
    path("visits/<uuid:appointment_id>/note/", visit_notes.visit_note, name="visit_note"),
    path("visits/<uuid:appointment_id>/feedback/", feedback.feedback, name="feedback"),
    path("patients/<uuid:pk>/record/", record.patient_record, name="patient_record"),
    path("visits/by-call/<uuid:call_id>/panel/", visit_notes.visit_panel, name="visit_panel"),
    path("reviews/", reviews.queue, name="reviews"),
    path("reviews/<uuid:pk>/<str:decision>/", reviews.decide, name="review_decision"),
]

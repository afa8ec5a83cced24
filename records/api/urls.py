from django.urls import URLPattern, URLResolver, path

from . import feedback, visit_notes

urlpatterns: list[URLPattern | URLResolver] = [
    path("visitnotes/", visit_notes.VisitNoteList.as_view(), name="api-visit-notes"),
    path("visitnotes/<uuid:pk>/", visit_notes.VisitNoteDetail.as_view(), name="api-visit-note"),
    path("feedback/", feedback.FeedbackList.as_view(), name="api-feedback"),
    path("feedback/<uuid:pk>/publish/", feedback.FeedbackPublish.as_view(), name="api-feedback-publish"),
    path("feedback/<uuid:pk>/hide/", feedback.FeedbackHide.as_view(), name="api-feedback-hide"),
    path("doctors/<uuid:pk>/reviews/", feedback.DoctorReviews.as_view(), name="api-doctor-reviews"),
]

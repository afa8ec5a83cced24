from django.urls import URLPattern, URLResolver, path

from . import visit_notes

urlpatterns: list[URLPattern | URLResolver] = [
    path("visitnotes/", visit_notes.VisitNoteList.as_view(), name="api-visit-notes"),
    path("visitnotes/<uuid:pk>/", visit_notes.VisitNoteDetail.as_view(), name="api-visit-note"),
]

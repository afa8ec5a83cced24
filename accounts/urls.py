from django.urls import URLPattern, URLResolver, path

from accounts.views.photo import photo
from accounts.views.profile import profile

urlpatterns: list[URLPattern | URLResolver] = [
    path("profile/", profile, name="profile"),
    path("people/<uuid:pk>/photo/", photo, name="photo"),
]

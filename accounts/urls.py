from django.urls import URLPattern, URLResolver, path

from accounts.views import onboarding
from accounts.views.photo import photo
from accounts.views.profile import log_out_everywhere, profile

urlpatterns: list[URLPattern | URLResolver] = [
    path("profile/", profile, name="profile"),
    path("profile/log-out-everywhere/", log_out_everywhere, name="log_out_everywhere"),
    path("welcome/", onboarding.start, name="onboarding"),
    path("welcome/<slug:name>/", onboarding.step, name="onboarding_step"),
    path("people/<uuid:pk>/photo/", photo, name="photo"),
]

"""Where each address leads. Every app brings its own pages; the API is put together in clinic/api_router.py."""

from django.contrib import admin
from django.urls import include, path

from clinic.core import limits, views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/", include("clinic.api_router")),
    path("", include("messaging.urls")),
    path("", include("scheduling.urls")),
    path("", include("billing.urls")),
    path("", include("records.urls")),
    path("", include("insights.urls")),
]

handler404 = views.not_found
handler429 = limits.too_fast  # allauth asks for this one
handler500 = views.server_error

"""The REST API, put together from each app's part. Shapes and codes: docs and ../shared/contract.md."""

from django.http import HttpRequest, JsonResponse
from django.urls import include, path, re_path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny


@csrf_exempt
def unknown(request: HttpRequest, rest: str) -> JsonResponse:
    """Also while DEBUG shows Django's own page for every other unknown address."""
    detail = _("There is no such address.")
    if not rest.endswith("/"):
        detail = _("There is no such address. Addresses of this API end with a slash.")
    return JsonResponse({"code": "not_found", "detail": detail, "fields": {}}, status=404)


urlpatterns = [
    path("", include("accounts.api.urls")),
    path("", include("messaging.api.urls")),
    path("", include("scheduling.api.urls")),
    path("", include("billing.api.urls")),
    path("", include("records.api.urls")),
    path("schema/", SpectacularAPIView.as_view(permission_classes=[AllowAny]), name="api-schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api-schema", permission_classes=[AllowAny]),
        name="api-docs",
    ),
    re_path(r"^(?P<rest>.*)$", unknown),
]

"""The portal on a person's own device: the worker that shows a push, and what makes it an app of the home screen
(without which an iPhone takes no push)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

ICON_SIZES = (192, 512)


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """At the root, so that it may speak for the whole portal; it keeps no pages. Browsers ask for it again by
    themselves, so no cache may hold an old one."""
    response = render(request, "messaging/sw.js", content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/"
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
@cache_control(public=True, max_age=24 * 3600)
def web_manifest(request: HttpRequest) -> HttpResponse:
    """The same for everybody: browsers ask for it without a cookie."""
    manifest = {
        "name": settings.CLINIC_NAME,
        "short_name": settings.CLINIC_NAME,
        "id": "/",
        "scope": "/",
        "start_url": reverse("home"),
        "display": "standalone",
        "background_color": "#f4f7f6",
        "theme_color": "#0a675d",
        "icons": [
            {"src": static(f"img/mark-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
            for size in ICON_SIZES
        ],
    }
    return JsonResponse(manifest, content_type="application/manifest+json")

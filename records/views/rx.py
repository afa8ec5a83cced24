"""The public page that verifies a prescription by its QR code. All that it shows comes from the code's own content,
after the # of the address, which a browser does not send; the server adds its public keys and, to whoever holds the
code, whether the prescription still stands."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from records.domain import signing
from records.enums import Frequency, Route
from records.models import Prescription

_PAGE_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@require_GET
def rx(request: HttpRequest, number: str = "") -> HttpResponse:
    """The same for every number, known or not: it tells nothing."""
    context = {
        "keys": {
            "keys": signing.public_keys(),
            "routes": {code: str(label) for code, label in Route.choices},
            "frequencies": {code: str(label) for code, label in Frequency.choices},
        },
        "number": number,
    }
    response = render(request, "records/rx.html", context)
    for name, value in _PAGE_HEADERS.items():
        response[name] = value
    return response


@require_GET
@never_cache
def rx_status(request: HttpRequest, number: str) -> JsonResponse:
    """`?proof=` the SHA-256 of the code's signature: status, and which medicines were stopped. Without the right one
    the answer is that of a number that is none."""
    found = Prescription.objects.filter(number=number.upper(), signed_at__isnull=False).first()
    if found is None or not signing.is_proof(found, request.GET.get("proof", "")):
        raise Http404
    stopped = found.items.filter(stopped_at__isnull=False).values_list("position", flat=True)
    return JsonResponse({"status": found.status, "stopped": sorted(stopped)})


@require_GET
def rx_worker(request: HttpRequest) -> HttpResponse:
    """Keeps the page for when the line is down; see templates/records/rx_worker.js."""
    response = render(request, "records/rx_worker.js", content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = "/rx/"
    return response

"""To an online gateway and back."""

from typing import cast
from uuid import UUID

from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from billing import rules
from billing.domain import gateways, online
from billing.enums import AttemptOutcome
from billing.models import Attempt
from clinic.core.errors import DomainError

from .payments import visible_or_404

# A patient who reloads the way back has the gateway asked once in so many seconds.
ASKED_EVERY = 30


@require_POST
@never_cache
@login_required
def pay_online(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page that sends the patient's browser on to the gateway: the only one whose forms may leave the portal."""
    user = cast(User, request.user)
    payment = visible_or_404(user, pk)
    gateway = gateways.named(request.POST.get("gateway", ""))
    name = gateway.name if gateway else ""
    try:
        attempt, door = online.begin(
            pk,
            gateway=name,
            actor=user,
            back_url=lambda attempt_id: request.build_absolute_uri(
                reverse("payment_online_back", args=[pk, attempt_id])
            ),
        )
    except DomainError as refusal:
        if refusal.status == 403:
            raise
        messages.error(request, refusal.detail)
        return redirect("payment", pk)
    except gateways.Unreachable:
        messages.error(
            request, _("This way to pay gives no answer at the moment. Please choose another one.")
        )
        return redirect("payment", pk)
    assert gateway is not None
    context = {"payment": payment, "attempt": attempt, "gateway": gateway, "door": door}

    @csp_update({"form-action": list(gateway.origins)})
    def page(request: HttpRequest) -> HttpResponse:
        return render(request, "billing/online.html", context)

    return cast(HttpResponse, page(request))


@require_GET
@never_cache
def came_back(request: HttpRequest, pk: UUID, attempt_id: UUID) -> HttpResponse:
    """Back from the gateway. A signed word counts whoever's browser brings it, also without a session, which may be
    over by now; a replayed one changes nothing. All else is on the payment's page, which asks who is there."""
    try:
        said = online.came_back(attempt_id, request.GET.dict())
    except Attempt.DoesNotExist:
        pass
    except gateways.Forged:
        messages.error(
            request,
            _("What came back with you was not signed by the payment service, so it does not count. If you have paid, "
              "don't pay again: we ask the service ourselves."),
        )  # fmt: skip
        _ask_for_payer(request, attempt_id)
    else:
        if said is None and _ask_for_payer(request, attempt_id):
            messages.info(request, _("No payment has been reported. You can try again, or pay another way."))
    return redirect("payment", pk)


def _ask_for_payer(request: HttpRequest, attempt_id: UUID) -> bool:
    """Have the gateway asked when the payer is back and it is still open. Whether it is theirs and open."""
    attempt = Attempt.objects.select_related("payment__appointment").get(pk=attempt_id)
    if not request.user.is_authenticated or not rules.can_submit(request.user, attempt.payment):
        return False
    if attempt.outcome != AttemptOutcome.STARTED:
        return False
    if cache.add(f"gateway-asked:{attempt.pk}", True, ASKED_EVERY):
        online.ask_soon(attempt.pk)
    return True

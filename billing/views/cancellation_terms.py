"""The clinic's terms of cancellation: everybody who is signed in reads them, management changes them."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from billing import rules
from billing.domain import cancelling, cancelling_words
from billing.forms.refund import TermFormSet
from clinic.core.errors import DomainError


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancellation_terms(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    changes = rules.can_decide(user)
    if request.method == "POST" and not changes:
        raise PermissionDenied
    terms = cancelling.terms()
    lines = [{"hours_before": term.hours_before, "percent": term.percent} for term in terms]
    formset = TermFormSet(request.POST if request.method == "POST" else None, initial=lines)
    refusal = ""
    if request.method == "POST" and formset.is_valid():
        wanted = [form.term for form in formset if form.term is not None]
        try:
            cancelling.save_terms(wanted, actor=user)
        except DomainError as refused:
            refusal = refused.detail
        else:
            messages.success(request, _("Saved. It holds for visits that are cancelled from now on."))
            return redirect("cancellation_terms")
    context = {
        "sentences": cancelling_words.written(terms),
        "formset": formset if changes else None,
        "refusal": refusal,
    }
    return render(request, "billing/refunds/terms.html", context, status=422 if formset.is_bound else 200)

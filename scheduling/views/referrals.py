"""Referrals: the list, one of them, its document."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from scheduling.domain.referral_queries import visible_to
from scheduling.models import Referral
from scheduling.views.guards import person


def referral_or_404(user: User, pk: UUID) -> Referral:
    """A referral that `user` may see. Raises Http404 for all others."""
    found = visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@login_required
@never_cache
@require_safe
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "scheduling/referral.html", {"referral": referral_or_404(person(request), pk)})

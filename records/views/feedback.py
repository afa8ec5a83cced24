"""How was your visit? The patient's page for it."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from clinic.core.errors import Conflict, DomainError, Invalid
from records import rules
from records.domain import feedback as domain
from records.forms.feedback import FeedbackForm
from records.models import Feedback
from scheduling.domain.queries import appointments_visible_to


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """GET: the form, filled with what is stored; what was said, once it is decided. POST: store it."""
    user = cast(User, request.user)
    visit = get_object_or_404(appointments_visible_to(user), pk=appointment_id)
    if not rules.is_feedback_theirs(user, visit):
        raise PermissionDenied
    if not rules.can_give_feedback(user, visit):
        raise domain.NotOver(_("You can say how it was once the visit is completed."))
    stored = Feedback.objects.filter(appointment=visit).select_related("appointment__patient").first()
    form = FeedbackForm.of(stored, request.POST if request.method == "POST" else None)
    refusal: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            domain.give(visit.pk, author=user, answers=form.cleaned_data)
        except Invalid as error:
            for name, texts in error.fields.items():
                form.add_error(name, texts)  # type: ignore[arg-type]
        except Conflict as error:
            # Decided while the page was open: show what stands.
            refusal = error
            stored = Feedback.objects.select_related("appointment__patient").get(appointment=visit)
        else:
            messages.success(request, _("Thank you. The clinic reads it before it is shown to anyone."))
            return redirect("appointment", visit.pk)
    context = {
        "visit": visit,
        "feedback": stored,
        "form": form,
        "may_change": stored is None or rules.can_change_feedback(user, stored),
        "shown_as": Feedback(appointment=visit).author_name,
        "refusal": refusal,
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "records/feedback.html", context, status=status)

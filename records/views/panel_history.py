"""The history beside the video: what matters, and writing the common things down without leaving the call."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.middleware import is_background
from accounts.models import User
from clinic.core.errors import DomainError
from records.domain import history, reading, summary, timeline
from records.domain.fact_values import FactKind
from records.forms.facts import FactForm
from records.views.opened import patient_of
from scheduling.domain.queries import appointments_visible_to
from scheduling.models import Appointment

# What comes up in a visit; the rest is written on the record's own page.
QUICK = (FactKind.VITALS, FactKind.ALLERGY, FactKind.CONDITION)
LATEST = 6


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def visit_panel_history(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """A fragment for the visit's doctor. POST writes one fact (`kind` says which) and answers the fragment anew, with
    the form as it was filled in when it is refused."""
    user = cast(User, request.user)
    appointment = _own_visit(user, appointment_id)
    patient = patient_of(request, appointment.patient_id)
    forms = {kind.value: FactForm(kind) for kind in QUICK}
    status, said, open_kind = 200, "", ""
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        if kind not in forms:
            raise Http404
        form = FactForm(kind, request.POST)
        status = _write(form, patient, user, appointment)
        if status == 200:
            said = _("Written into the record.")
        else:
            forms[kind], open_kind = form, kind
    else:
        reading.note_record(patient, reader=user, by_itself=is_background(request))
    context = {
        "appointment": appointment,
        "patient": patient,
        "summary": summary.summary_of(patient),
        "page": timeline.page(user, patient, size=LATEST),
        "forms": forms,
        "open_kind": open_kind,
        "said": said,
    }
    answer = render(request, "records/panel/history.html", context, status=status)
    if open_kind:
        # The form that was refused, not the top of the panel.
        answer["HX-Reswap"] = "outerHTML show:#visit-write:top"
    return answer


def _own_visit(user: User, appointment_id: UUID) -> Appointment:
    visit = appointments_visible_to(user).filter(pk=appointment_id, doctor=user.pk).first()
    if visit is None:
        raise Http404
    return visit


def _write(form: FactForm, patient: User, author: User, appointment: Appointment) -> int:
    """Returns the status to answer with. 422 whatever was wrong: htmx shows that and no other refusal."""
    if form.is_valid():
        try:
            history.record(
                patient, kind=form.kind, values=form.cleaned_data, author=author, appointment=appointment
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return 200
    return 422

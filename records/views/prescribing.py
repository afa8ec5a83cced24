"""Writing a prescription: begun with one click, saved with each change, signed. The page and the tab beside the video
are the same fragment."""

import json
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import is_background
from accounts.models import User
from clinic.core.errors import DomainError, Invalid
from records import rules
from records.domain import prescribing, prescription_kit, prescription_life, prescription_queries
from records.domain.medicines import search
from records.enums import PrescriptionStatus
from records.models import Prescription
from records.views.opened import patient_of
from records.views.prescribing_editor import editor, kit_of, medicine_choice, words_of
from records.views.prescriptions import one
from scheduling.domain.queries import appointments_visible_to

MAX_BODY = 200_000


@require_POST
@login_required
def prescription_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin one for this patient; `visit` names the visit it belongs to, `repeat` takes over the last one's items."""
    user = cast(User, request.user)
    patient = patient_of(request, pk)
    visit = None
    if request.POST.get("visit"):
        visit = appointments_visible_to(user).filter(pk=_uuid(request.POST["visit"]), patient=patient).first()
        if visit is None:
            raise Http404
    last = prescription_queries.last_signed(patient) if request.POST.get("repeat") else None
    if last is not None:
        draft = prescription_life.repeat(last.pk, actor=user, appointment=visit)
    else:
        draft = prescribing.begin(patient, author=user, appointment=visit)
    if getattr(request, "htmx", False):
        return render(request, "records/prescribing/_editor.html", editor(draft, user, in_panel=True))
    return redirect("prescription_edit", draft.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def prescription_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET: the editor. POST: a change in JSON, answered with words, quantities and findings."""
    user = cast(User, request.user)
    draft = one(user, pk)
    if request.method == "POST":
        return _answered(lambda asked: _save(asked, draft, user), request)
    if draft.status != PrescriptionStatus.DRAFT:
        return redirect("prescription", draft.pk)
    prescription_queries.read([draft], reader=user, by_itself=is_background(request))
    shown = editor(draft, user)
    context = {
        **shown,
        "patient": draft.patient,
        "section": "prescriptions",
        "frame": "records/record_layout.html" if shown["reads_record"] else "layouts/app.html",
    }
    return render(request, "records/prescribing/edit.html", context)


@require_POST
@login_required
def prescription_sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """JSON in and out: where the signed one is, or why it was not signed."""
    user = cast(User, request.user)
    draft = one(user, pk)

    def sign(asked: dict[str, Any]) -> dict[str, Any]:
        reasons = asked.get("reasons")
        signed = prescribing.sign(
            draft.pk,
            actor=user,
            version=asked.get("version"),
            reasons=reasons if isinstance(reasons, dict) else {},
        )
        return {"url": reverse("prescription", args=[signed.pk]), "number": signed.number}

    return _answered(sign, request)


@require_GET
@never_cache
@login_required
def visit_panel_prescribe(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """The tab beside the video: the visit's draft, or a button to begin one, and what was signed in this visit."""
    user = cast(User, request.user)
    visit = get_object_or_404(appointments_visible_to(user), pk=appointment_id, doctor=user.pk)
    if not rules.can_prescribe(user, visit.patient):
        return HttpResponse(status=204)
    rows = prescription_queries.prescriptions_visible_to(user).filter(patient=visit.patient_id)
    found = list(rows.filter(appointment=visit).order_by("-created_at"))
    prescription_queries.read(found, reader=user, by_itself=is_background(request))
    drafts = [row for row in found if row.status == PrescriptionStatus.DRAFT and row.author_id == user.pk]
    context: dict[str, Any] = {
        "visit": visit,
        "signed": [row for row in found if row.signed_at],
        "last": prescription_queries.last_signed(visit.patient),
    }
    if drafts:
        context |= editor(drafts[0], user, in_panel=True)
    return render(request, "records/prescribing/_tab.html", context)


@require_GET
@never_cache
@login_required
def prescription_medicines(request: HttpRequest) -> HttpResponse:
    """Search as one types, for whoever writes prescriptions."""
    user = cast(User, request.user)
    if not rules.can_search_medicines(user):
        raise PermissionDenied
    typed = request.GET.get("q", "")[:80]
    found = search.find(typed, limit=40)
    if "+" not in typed:
        # Enter takes the first one: a single substance before a combination, which has to be meant.
        found.sort(key=lambda row: "+" in row.generic)
    found = found[:12]
    return JsonResponse({"results": [medicine_choice(row) for row in found]})


@require_POST
@login_required
def prescription_kit_change(request: HttpRequest) -> HttpResponse:
    """Favourites and templates, in JSON: `{do: "favourite"|"unfavourite"|"template"|"untemplate", …}`."""
    user = cast(User, request.user)
    if not user.is_doctor:
        raise PermissionDenied

    def change(asked: dict[str, Any]) -> dict[str, Any]:
        what, item = asked.get("do"), asked.get("item")
        if what == "favourite":
            prescription_kit.keep_favourite(user, item if isinstance(item, dict) else {})
        elif what == "unfavourite":
            prescription_kit.drop_favourite(user, _uuid(asked.get("medicine")))
        elif what == "template":
            prescription_kit.keep_template(user, name=asked.get("name"), items=asked.get("items"))
        elif what == "untemplate":
            prescription_kit.drop_template(user, _uuid(asked.get("template")))
        else:
            raise Invalid(fields={"do": [_("Choose one of the list.")]})
        return kit_of(user)

    return _answered(change, request)


def _save(asked: dict[str, Any], draft: Prescription, user: User) -> dict[str, Any]:
    saved = prescribing.save(
        draft.pk,
        actor=user,
        version=asked.get("version"),
        items=asked.get("items"),
        note=asked.get("note") or "",
        language=asked.get("language") or "",
    )
    saved = one(user, saved.pk)
    items = list(saved.items.all())
    answer: dict[str, Any] = {"version": saved.version, "lines": words_of(saved, items)}
    if rules.can_prescribe(user, saved.patient):
        found = {"findings": prescribing.findings(saved)}
        answer["findings"] = render_to_string("records/prescribing/_findings.html", found)
    return answer


def _answered(do: Any, request: HttpRequest) -> JsonResponse:
    try:
        return JsonResponse(do(_asked(request)))
    except DomainError as error:
        answer = {"code": error.code, "detail": error.detail, "fields": error.fields, **error.extra}
        return JsonResponse(answer, status=error.status)


def _asked(request: HttpRequest) -> dict[str, Any]:
    try:
        asked = json.loads(request.body[:MAX_BODY] or b"{}")
    except (ValueError, RecursionError):
        raise Invalid(_("This request is not JSON.")) from None
    if not isinstance(asked, dict):
        raise Invalid(_("This request is not JSON."))
    return asked


def _uuid(raw: object) -> UUID:
    try:
        return UUID(str(raw))
    except ValueError:
        raise Http404 from None

"""Writing a prescription: begun with one click, saved with each change, signed. The page and the tab beside the video
are the same fragment."""

import json
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from clinic.core.errors import DomainError, Invalid
from records import rules
from records.domain import (
    dosing,
    prescribing,
    prescription_items,
    prescription_kit,
    prescription_life,
    prescription_queries,
)
from records.domain.medicines import search
from records.domain.prescription_payload import line_now
from records.enums import Frequency, PrescriptionStatus, Route
from records.models import Medicine, Prescription, PrescriptionItem
from records.views.opened import patient_of
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
    if request.POST.get("repeat"):
        last = prescription_queries.last_signed(patient)
        if last is not None:
            return redirect("prescription_edit", prescription_life.repeat(last.pk, actor=user).pk)
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
    prescription_queries.read([draft], reader=user)
    context = {
        **editor(draft, user),
        "patient": draft.patient,
        "section": "prescriptions",
        "frame": "records/record_layout.html" if user.is_doctor else "layouts/app.html",
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
    prescription_queries.read(found, reader=user)
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
    return JsonResponse({"results": [_medicine(row) for row in found]})


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
        return _kit(user)

    return _answered(change, request)


def editor(draft: Prescription, user: User, *, in_panel: bool = False) -> dict[str, Any]:
    """What the editor's fragment needs."""
    draft = one(user, draft.pk)
    items = list(draft.items.all())
    state = {
        "version": draft.version,
        "items": [_item(item) for item in items],
        "lines": _words(draft, items),
        "note": draft.note,
        "language": draft.language,
        "usual_times": dosing.USUAL_TIMES,
        "kit": _kit(user),
        "routes": Route.choices,
        "frequencies": Frequency.choices,
    }
    return {
        "draft": draft,
        "state": json.loads(json.dumps(state, default=str)),
        "state_id": f"prescription-{draft.pk}",
        # What speaks against it stands in the record, which is not management's to read (E7).
        "findings": prescribing.findings(draft) if user.is_doctor else None,
        "may_sign": rules.can_sign(user, draft),
        "languages": settings.LANGUAGES,
        "routes": Route.choices,
        "frequencies": Frequency.choices,
        "last": prescription_queries.last_signed(draft.patient) if not in_panel and not items else None,
        "in_panel": in_panel,
    }


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
    answer: dict[str, Any] = {"version": saved.version, "lines": _words(saved, items)}
    if user.is_doctor:
        found = {"findings": prescribing.findings(saved)}
        answer["findings"] = render_to_string("records/prescribing/_findings.html", found)
    return answer


def _words(draft: Prescription, items: list[PrescriptionItem]) -> list[dict[str, str]]:
    """What the patient will read, in their language, and the quantity."""
    with translation.override(draft.language):
        lines = [line_now(item) for item in items]
        return [
            {
                "sentence": line.sentence,
                "amount": line.amount,
                "quantity": prescription_items.shown(line.quantity),
            }
            for line in lines
        ]


def _item(item: PrescriptionItem) -> dict[str, Any]:
    reckoned = dosing.quantity(item.dose, item.frequency, item.times, item.starts_on, item.days)
    by_hand = item.quantity is not None and item.quantity != reckoned
    return {
        **prescription_items.as_input(item),
        "starts_on": item.starts_on.isoformat(),
        "quantity": prescription_items.shown(item.quantity) if by_hand else "",
        **_shown_of(item.medicine),
    }


def _medicine(row: Medicine) -> dict[str, Any]:
    return {"medicine": str(row.pk), **_shown_of(row)}


def _shown_of(row: Medicine) -> dict[str, Any]:
    return {
        "label": str(row),
        "detail": " · ".join(
            part for part in (row.generic if row.brand else "", row.therapeutic_class) if part
        ),
        "unit": row.unit,
        "routes": row.routes,
    }


def _kit(user: User) -> dict[str, Any]:
    templates = prescription_kit.templates(user)
    medicines = prescription_kit.medicines_of([item for row in templates for item in row.items])
    return {
        "favourites": [
            {**favourite.usual, **_medicine(favourite.medicine)}
            for favourite in prescription_kit.favourites(user)
        ],
        "templates": [
            {
                "id": str(row.pk),
                "name": row.name,
                "items": [
                    {**item, **_shown_of(medicines[item["medicine"]])}
                    for item in row.items
                    if item["medicine"] in medicines
                ],
            }
            for row in templates
        ],
    }


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

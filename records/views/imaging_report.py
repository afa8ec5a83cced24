"""One report of a scan: written, decided and read."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.domain.queries import patients_open_to
from accounts.middleware import is_background
from accounts.models import User
from clinic.core import pdf
from clinic.core.errors import DomainError, Invalid
from records import imaging_rules as rules
from records.domain import summary
from records.domain.imaging import deciding, opened, paper, pictures, queries, reading, words, writing
from records.domain.reading import note_record
from records.enums import ImagingStatus
from records.models import ImagingReport
from records.views.version_numbers import version_of

SEEN_PER_PAGE = 10
EARLIER = 5


@login_required
@never_cache
@require_safe
def imaging_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The editor for who is writing it; for everybody else how far it is and, once they may read it, what it says."""
    return _page(request, _one(request, pk))


@login_required
@never_cache
@require_POST
def imaging_save(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Autosave, answered in JSON."""
    user = cast(User, request.user)
    _one(request, pk)
    try:
        report = writing.save(
            pk,
            author=user,
            version=version_of(request),
            sections={name: request.POST[name] for name in writing.SECTIONS if name in request.POST},
            is_critical=request.POST.get("is_critical") == "1",
        )
    except DomainError as error:
        answer = {"code": error.code, "detail": error.detail, "fields": error.fields, **error.extra}
        if "sections" in error.extra:
            critical = "1" if error.extra["is_critical"] else ""
            answer["content"] = {**error.extra["sections"], "is_critical": critical}
        return JsonResponse(answer, status=error.status)
    said = {"version": report.version, "status": report.status, "saved_at": report.updated_at.isoformat()}
    return JsonResponse(said)


@login_required
@never_cache
@require_POST
def imaging_report_action(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """begin, let-go, report, finish (report and authorise), send-back, authorise, release, addendum."""
    user = cast(User, request.user)
    _one(request, pk)
    try:
        said = _act(request, pk, action, user)
    except DomainError as refusal:
        if refusal.status == 403:
            raise PermissionDenied(refusal.detail) from refusal
        return _page(request, _one(request, pk), refusal=refusal, refused=action)
    if said and not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, said)
    return redirect("imaging_worklist") if action == "let-go" else redirect("imaging_report", pk)


@login_required
@never_cache
@require_safe
def imaging_report_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The paper of an authorised report, made anew each time."""
    report = _one(request, pk)
    if report.status != ImagingStatus.AUTHORISED:
        raise Http404
    content = paper.made(report)
    opened.note_opening(report, actor=cast(User, request.user), how=opened.DOWNLOADED)
    answer = HttpResponse(content, content_type=pdf.PDF)
    answer["Content-Disposition"] = f'attachment; filename="scan-{report.authorised_at:%Y-%m-%d}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _act(request: HttpRequest, pk: UUID, action: str, user: User) -> str:
    """Do it; what is said to that. Raises DomainError, Http404."""
    reason, text = request.POST.get("reason", ""), request.POST.get("text", "")
    written = _("The report is written and waits to be authorised.")
    in_force = _("The report is authorised. Who asked for the scan is told.")
    finish = written if settings.IMAGING_SECOND_RADIOLOGIST else in_force
    steps: dict[str, tuple[Callable[[], Any], str]] = {
        "begin": (lambda: reading.claim(pk, reader=user), ""),
        "let-go": (
            lambda: reading.let_go(pk, reader=user),
            _("Anybody who reads such scans can go on with it."),
        ),
        "report": (lambda: deciding.report(pk, author=user, version=_version(request)), written),
        "finish": (lambda: _finish(pk, user, _version(request)), finish),
        "send-back": (
            lambda: deciding.send_back(pk, actor=user, reason=reason),
            _("It is sent back to be written anew."),
        ),
        "authorise": (lambda: deciding.authorise(pk, actor=user, version=_version(request)), in_force),
        "release": (
            lambda: deciding.release(pk, actor=user),
            _("Released. The patient is told that it can be read."),
        ),
        "addendum": (
            lambda: deciding.add_addendum(pk, author=user, text=text),
            _("The addendum is part of the report now."),
        ),
    }
    if action not in steps:
        raise Http404
    does, said = steps[action]
    does()
    return said


def _finish(pk: UUID, user: User, version: int | None) -> None:
    """Two steps, each for itself: should the second be refused, the report waits to be authorised. Where another
    radiologist has to do that (the setting may be newer than the page), it does as well."""
    report = deciding.report(pk, author=user, version=version)
    if not rules.needs_another(user, report):
        deciding.authorise(pk, actor=user, version=report.version)


def _page(
    request: HttpRequest,
    report: ImagingReport,
    *,
    refusal: DomainError | None = None,
    refused: str = "",
) -> HttpResponse:
    user = cast(User, request.user)
    # htmx puts an answer in its place only when it is a success.
    fine = refusal is None or getattr(request, "htmx", False)
    status = 200 if fine else 422 if refusal.status == 400 else refusal.status  # type: ignore[union-attr]
    context: dict[str, Any] = {
        "patient": report.patient,
        "section": "imaging",
        "report": report,
        "refusal": refusal,
        "refused": refused,
        "typed": request.POST,
        "second": settings.IMAGING_SECOND_RADIOLOGIST,
    }
    if _is_writing(user, report):
        return render(
            request, "records/imaging/write.html", context | _beside(request, report), status=status
        )
    reads_text = rules.can_read_text(user, report)
    # What was put there from the order is no report yet.
    begun = report.version > 0 or report.status != ImagingStatus.ACQUIRED
    if reads_text and begun:
        opened.note_opening(report, actor=user, how=opened.VIEWED, by_itself=is_background(request))
    seen = Paginator(opened.openings(report), SEEN_PER_PAGE).get_page(request.GET.get("seen"))
    opens_record = patients_open_to(user).filter(pk=report.patient_id).exists()
    context |= {
        "reads": rules.reads(user, report),
        "reads_text": reads_text,
        "parts": writing.parts(report) if reads_text and begun else [],
        "addenda": report.addenda.select_related("author") if reads_text else [],
        "history": report.history.select_related("actor").order_by("at"),
        "seen": seen if report.status == ImagingStatus.AUTHORISED else None,
        "held": rules.is_held_by_another(user, report),
        "may_claim": rules.can_claim(user, report),
        "may_send_back": rules.can_send_back(user, report),
        "may_authorise": rules.can_authorise(user, report),
        "undecided": rules.can_authorise(user, report) and pictures.are_undecided(report),
        "needs_another": rules.needs_another(user, report),
        "may_release": rules.can_release(user, report),
        "may_add": rules.can_add(user, report),
        "pdf_possible": report.status == ImagingStatus.AUTHORISED and pdf.is_possible(),
        "opens_record": opens_record,
        "layout": "records/record_layout.html" if opens_record else "records/imaging/layout.html",
    }
    return render(request, "records/imaging/report.html", context, status=status)


def _beside(request: HttpRequest, report: ImagingReport) -> dict[str, Any]:
    """What stands beside the editor: what is known of the patient, and what was found before."""
    user = cast(User, request.user)
    note_record(report.patient, reader=user, by_itself=is_background(request))
    earlier = list(
        queries.of_patient(user, report.patient)
        .filter(status=ImagingStatus.AUTHORISED, service=report.service)
        .exclude(pk=report.pk)
        .order_by("-authorised_at")[:EARLIER]
    )
    opened.note_openings(earlier, actor=user, by_itself=is_background(request))
    return {
        "words": words.words_for(user, report.service),
        "parts": [
            (name, label, getattr(report, name), writing.longest(name))
            for name, label in writing.SECTIONS.items()
        ],
        "summary": summary.summary_of(report.patient),
        "earlier": [(each, writing.parts(each)) for each in earlier],
        "sent_back": report.history.filter(
            from_status=ImagingStatus.REPORTED, to_status=ImagingStatus.ACQUIRED
        )
        .select_related("actor")
        .order_by("-at")
        .first(),
    }


def _is_writing(user: User, report: ImagingReport) -> bool:
    return (
        report.status == ImagingStatus.ACQUIRED and report.reader_id == user.pk and rules.reads(user, report)
    )


def _one(request: HttpRequest, pk: UUID) -> ImagingReport:
    """A report that this person finds. Raises Http404."""
    return cast(ImagingReport, get_object_or_404(queries.visible_to(cast(User, request.user)), pk=pk))


def _version(request: HttpRequest) -> int | None:
    """None: a page that sends none. Raises Invalid."""
    number = version_of(request)
    if number == "":
        return None
    if not isinstance(number, int):
        raise Invalid(fields={"version": [_("version is the number from the last save.")]})
    return number

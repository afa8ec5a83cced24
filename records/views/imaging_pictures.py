"""The files of a scan's pictures, and what the viewer is told of them. Who finds them: domain.imaging.pictures."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Gender
from accounts.models import User
from clinic.core.errors import DomainError
from clinic.core.files import serve_private
from records.domain import uploads
from records.domain.imaging import identity, keeping, pictures, whose
from records.enums import StudyState
from records.models import ImagingStudy

DECISIONS = {"accept": whose.accept, "refuse": whose.refuse}


@login_required
@never_cache
@require_safe
def series(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A study for the viewer: its series, and the files of each in order."""
    user = cast(User, request.user)
    study = get_object_or_404(pictures.studies_visible_to(user), pk=pk)
    pictures.note_opened(study, user)
    return JsonResponse(pictures.for_the_viewer(study))


@login_required
@require_safe
def instance(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One DICOM file as it came. That its study was opened stands in the trail; its single pictures don't."""
    found = get_object_or_404(pictures.instances_visible_to(cast(User, request.user)), pk=pk)
    return serve_private(found.file, content_type="application/dicom", name=f"{found.pk}.dcm")


@login_required
@never_cache
@require_safe
def studies(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The pictures of a report, and for those who bring them the way to add some."""
    user = cast(User, request.user)
    report = get_object_or_404(pictures.reports_to_bring_to(user), pk=pk)
    handles = pictures.can_bring(user, report)
    context = {
        "report": report,
        "patient": report.patient,
        "handles": handles,
        # What js/records/picture-upload.js has to know, and what it goes on with.
        "unfinished": list(uploads.of_pictures(user, report)) if handles else [],
        "max_bytes": settings.IMAGING_MAX_BYTES,
        "part_bytes": uploads.PART_MAX_BYTES,
    }
    return render(request, "records/imaging/studies.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def whose_pictures(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Decide whose pictures of a study these are."""
    user = cast(User, request.user)
    reports = pictures.reports_to_bring_to(user)
    found = ImagingStudy.objects.select_related(
        "report__patient__patient_profile",
        "report__service",
        "report__appointment",
        "report__referral",
        "decided_by",
    )
    study = get_object_or_404(found.filter(report__in=reports.order_by().values("pk")), pk=pk)
    if not pictures.can_bring(user, study.report):
        raise PermissionDenied
    context = _compared(study, user)
    if request.method != "POST":
        return render(request, "records/imaging/identity.html", context)
    decision = DECISIONS.get(request.POST.get("decision", ""))
    reason = request.POST.get("reason", "")
    try:
        if decision is None:
            raise DomainError(_("Please choose whether they count."))
        decided = decision(study.pk, actor=user, reason=reason)
    except DomainError as refusal:
        context |= {"refusal": refusal, "reason": reason}
        return render(request, "records/imaging/identity.html", context, status=422)
    if decision is whose.accept:
        said = _("The pictures count as this patient's.")
    elif decided.state == StudyState.ACCEPTED:
        said = _("The pictures that name somebody else were removed. The others count.")
    else:
        said = _("The pictures were removed.")
    messages.success(request, said)
    return redirect("imaging_studies", study.report_id)


def _compared(study: ImagingStudy, user: User) -> dict[str, Any]:
    mine, theirs = keeping.person_of(study.report.patient), keeping.named_in(study)
    verdict = keeping.verdict_on(study)
    return {
        "study": study,
        "report": study.report,
        "patient": study.report.patient,
        "looks": not user.is_management,
        "others": [one.name or "–" for one in keeping.doubted_in(study)[1:]],
        **_counted(study),
        "is_open": study.state in (StudyState.OTHER_PERSON, StudyState.ACCEPTED),
        "rows": [
            (_("Name"), mine.name, theirs.name, verdict.name),
            (_("Born"), mine.birth_date, theirs.birth_date, verdict.birth_date),
            (_("Sex"), _sex(mine.sex), _sex(theirs.sex), verdict.sex),
            (_("Number"), "", next(iter(theirs.ids), ""), verdict.patient_id),
        ],
    }


def _counted(study: ImagingStudy) -> dict[str, int]:
    """How many pictures name somebody else, and how many don't, of a study with both."""
    if not whose.is_mixed(study):
        return {}
    doubted = whose.of(study).filter(is_doubted=True).count()
    return {"doubted": doubted, "own": whose.of(study).count() - doubted}


def _sex(text: str) -> str:
    """In words; what is no known way to write one, as it stands in the files."""
    # DICOM has O for "other", too.
    words = {"f": Gender.FEMALE, "m": Gender.MALE, "o": Gender.OTHER}
    known = words.get(identity.sex_of(text) or text.strip().lower())
    return str(known.label) if known else text

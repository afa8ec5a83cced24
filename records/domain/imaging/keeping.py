"""The files that were read, kept as studies, series and instances of a report, each study with whose it seems to be."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from accounts.domain import trail
from accounts.enums import ActivityVerb, Gender
from accounts.models import User
from records.enums import StudyState
from records.models import ImagingInstance, ImagingReport, ImagingSeries, ImagingStudy

from . import identity
from .unpacking import Found

_S = StudyState


@dataclass
class Kept:
    """How many files were added, to how many studies, and why others were not."""

    added: int = 0
    studies: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def keep(report: ImagingReport, files: Sequence[Found], folder: str, *, uploaded_by: User) -> Kept:
    """Make rows of `files`, which stand in `folder`; in a transaction that has locked the report. A study that another
    report has stays there, an instance that is here stays as it is."""
    kept = Kept()
    for uid, group in groupby(sorted(files, key=lambda found: (found.study, found.series)), _study_of):
        found = list(group)
        study = ImagingStudy.objects.filter(uid=uid).exclude(state=_S.REFUSED).first()
        if study is not None and study.report_id != report.pk:
            kept.skipped["elsewhere"] += len(found)
            continue
        if study is not None:
            there = set(ImagingInstance.objects.filter(series__study=study).values_list("series__uid", "uid"))
            new = [one for one in found if (one.series, one.uid) not in there]
            kept.skipped["known"] += len(found) - len(new)
            found = new
        if found:
            _add(report, study, found, folder, uploaded_by)
            kept.added += len(found)
            kept.studies += 1
    kept.skipped += Counter()  # without those of 0
    return kept


def person_of(patient: User) -> identity.Person:
    """The patient as the portal knows them. The number that the clinic's devices have of them is their id here."""
    profile = getattr(patient, "patient_profile", None)
    gender = profile.gender if profile else ""
    return identity.Person(
        name=patient.name,
        birth_date=profile.date_of_birth if profile else None,
        sex=gender if gender in (Gender.FEMALE, Gender.MALE) else "",
        ids=(str(patient.pk), patient.pk.hex),
    )


def named_in(study: ImagingStudy) -> identity.Person:
    """Whom the study's files name."""
    return identity.Person(
        name=study.found_name,
        birth_date=study.found_birth_date,
        sex=study.found_sex,
        ids=(study.found_patient_id,) if study.found_patient_id else (),
    )


def verdict_on(study: ImagingStudy) -> identity.Verdict:
    return identity.compare(person_of(study.report.patient), named_in(study))


def _study_of(found: Found) -> str:
    return found.study


def _add(
    report: ImagingReport, study: ImagingStudy | None, files: list[Found], folder: str, uploaded_by: User
) -> None:
    # If its files name several people, the one that is not the patient is who has to be looked at.
    patient = person_of(report.patient)
    others = [one.person for one in files if not identity.compare(patient, one.person).is_the_patient]
    is_the_patients = not others
    person = (others or [files[0].person])[0]
    if study is None:
        study = ImagingStudy(report=report, uid=files[0].study, uploaded_by=uploaded_by)
        _describe(study, files[0])
        _name(study, person, accepted=is_the_patients)
        study.save(force_insert=True)
    elif not is_the_patients and not (study.state == _S.ACCEPTED and named_in(study) == person):
        # More of it names somebody on whom nobody has decided.
        _name(study, person, accepted=False)
        study.save()
    for uid, group in groupby(files, lambda found: found.series):
        _add_series(study, uid, list(group), folder)
    trail.record(
        ActivityVerb.PICTURES_ADDED,
        actor=uploaded_by,
        target=study,
        # Not in this patient's own trail before they are theirs.
        patient=report.patient_id if study.state == _S.ACCEPTED else None,
    )


def _add_series(study: ImagingStudy, uid: str, files: list[Found], folder: str) -> None:
    first = min(files, key=lambda found: found.number)
    series, _made = ImagingSeries.objects.get_or_create(
        study=study,
        uid=uid,
        defaults={
            "number": first.series_number,
            "modality": first.modality,
            "description": first.series_description,
            "body_part": first.body_part,
            "window_center": first.window[0],
            "window_width": first.window[1],
        },
    )
    ImagingInstance.objects.bulk_create(
        [
            ImagingInstance(
                series=series,
                uid=one.uid,
                number=one.number,
                plane=one.plane,
                position=one.position,
                sop_class=one.sop_class,
                transfer_syntax=one.transfer_syntax,
                file=f"{folder}/{one.file}",
                size=one.size,
                rows=one.rows,
                columns=one.columns,
                frames=one.frames,
            )
            for one in files
        ],
        batch_size=500,
    )


def _describe(study: ImagingStudy, found: Found) -> None:
    study.modality, study.description = found.modality, found.study_description
    study.started_at = found.taken_at


def _name(study: ImagingStudy, person: identity.Person, *, accepted: bool) -> None:
    study.found_name, study.found_birth_date = person.name, person.birth_date
    study.found_sex, study.found_patient_id = person.sex, next(iter(person.ids), "")
    study.state = _S.ACCEPTED if accepted else _S.OTHER_PERSON
    study.decided_by, study.decided_reason = None, ""

"""The files that were read, kept as studies, series and instances of a report, each study with whose it seems to be."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
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


def takes_any(report: ImagingReport, files: Sequence[Found]) -> bool:
    """Not each of these files belongs to a study of another report."""
    uids = {found.study for found in files}
    elsewhere = ImagingStudy.objects.filter(uid__in=uids).exclude(state=_S.REFUSED).exclude(report=report)
    return elsewhere.count() < len(uids)


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


def people_of(study: ImagingStudy) -> dict[identity.Person, bool]:
    """Everybody its files name, and whether it is doubted that they are the patient."""
    return {
        identity.Person(
            name=entry["name"],
            birth_date=date.fromisoformat(entry["birth_date"]) if entry["birth_date"] else None,
            sex=entry["sex"],
            ids=(entry["id"],) if entry["id"] else (),
        ): entry["is_doubted"]
        for entry in study.named
    }


def doubted_in(study: ImagingStudy) -> list[identity.Person]:
    return [person for person, is_doubted in people_of(study).items() if is_doubted]


def name(study: ImagingStudy, people: Mapping[identity.Person, bool]) -> None:
    """Its files name these people. The first who is doubted is who has to be looked at."""
    study.named = [
        {
            "name": person.name,
            "birth_date": person.birth_date.isoformat() if person.birth_date else None,
            "sex": person.sex,
            "id": next(iter(person.ids), ""),
            "is_doubted": is_doubted,
        }
        for person, is_doubted in people.items()
    ]
    person = max(people, key=lambda one: people[one])
    study.found_name, study.found_birth_date = person.name, person.birth_date
    study.found_sex, study.found_patient_id = person.sex, next(iter(person.ids), "")


def named_in(study: ImagingStudy) -> identity.Person:
    """Whom the study's files name; of several, who has to be looked at."""
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
    is_new = study is None
    if study is None:
        study = ImagingStudy(report=report, uid=files[0].study, uploaded_by=uploaded_by, state=_S.ACCEPTED)
        _describe(study, files[0])
    patient, people = person_of(report.patient), people_of(study)
    for person in dict.fromkeys(one.person for one in files):
        # What was decided of somebody holds for more of the study that names them.
        people.setdefault(person, not identity.compare(patient, person).is_the_patient)
    doubted = {one.person for one in files if people[one.person]}
    if doubted:
        # Also of a study that counted: some of it names somebody on whom nobody has decided.
        study.state, study.decided_by, study.decided_reason = _S.OTHER_PERSON, None, ""
    name(study, people)
    study.save(force_insert=is_new)
    for uid, group in groupby(files, lambda found: found.series):
        _add_series(study, uid, list(group), folder, doubted)
    trail.record(
        ActivityVerb.PICTURES_ADDED,
        actor=uploaded_by,
        target=study,
        # Not in this patient's own trail before they are theirs.
        patient=report.patient_id if study.state == _S.ACCEPTED else None,
    )


def _add_series(
    study: ImagingStudy, uid: str, files: list[Found], folder: str, doubted: set[identity.Person]
) -> None:
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
                is_doubted=one.person in doubted,
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

"""What is certain about a source, each with the row it is from. Pure: the same values give the same findings, in the
language that is active. Worst first."""

import re
from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .facts import Found, Measured, Prescribed, Reported, Scanned, Source, Taken, Written

INFO, CAUTION, SEVERE = "info", "caution", "severe"
_RANK = {SEVERE: 0, CAUTION: 1, INFO: 2}


def of_prescription(rx: Prescribed) -> list[Found]:
    """What the safety check says today, and what is missing."""
    return _sorted(_of_prescription(rx))


def of_lab_report(report: Reported) -> list[Found]:
    """Which results are off, and what is missing to tell."""
    return _sorted(_of_lab_report(report))


def of_imaging_report(report: Scanned) -> list[Found]:
    return _sorted(_of_imaging_report(report))


def of_document(document: Written) -> list[Found]:
    """What its text names and lacks; that it has none, where it has none."""
    return _sorted(_of_document(document))


def _of_prescription(rx: Prescribed) -> Iterator[Found]:
    whole = Source("prescription", rx.id, rx.number)
    by_id = {item.id: item for item in rx.items}
    for warned in rx.warnings:
        item = by_id.get(warned.items[0]) if len(warned.items) == 1 else None
        source = Source("prescription_item", item.id, item.medicine) if item else whole
        text = f"{warned.text} ({warned.source})" if warned.source else warned.text
        yield Found(f"safety:{warned.key}", warned.grade, text, source)
    if rx.status == "draft":
        yield Found("draft", INFO, _("This prescription is not signed yet: it may still change."), whole)
    elif rx.status in ("stopped", "replaced"):
        yield Found(
            "over", SEVERE, _("This prescription does not hold any more: it was stopped or replaced."), whole
        )
    elif rx.valid_until and rx.today and rx.valid_until < rx.today:
        yield Found(
            "expired", CAUTION, _("The time in which a pharmacy takes this prescription is over."), whole
        )
    if not rx.items:
        yield Found("empty", CAUTION, _("There is no medicine on this prescription."), whole)
    if not rx.allergies_known:
        yield Found(
            "no_allergies", INFO, _("The record does not say whether there are any allergies."), whole
        )
    for item in rx.items:
        yield from _of_item(item)


def _of_item(item: Taken) -> Iterator[Found]:
    at, words = Source("prescription_item", item.id, item.medicine), {"medicine": item.medicine}
    if item.is_stopped:
        yield Found(f"stopped:{item.id}", SEVERE, _("%(medicine)s was stopped.") % words, at)
        return
    if not item.dose:
        yield Found(
            f"no_dose:{item.id}", SEVERE, _("%(medicine)s: it is not said how much to take.") % words, at
        )
    if not item.unit:
        yield Found(f"no_unit:{item.id}", CAUTION, _("%(medicine)s: the dose has no unit.") % words, at)
    if item.days is None and not item.once and not item.as_needed:
        text = _("%(medicine)s: no last day is given. It goes on until a doctor ends it.") % words
        yield Found(f"no_end:{item.id}", INFO, text, at)
    if not item.times and not item.as_needed and not item.once:
        text = _("%(medicine)s: no times of day are given.") % words
        yield Found(f"no_times:{item.id}", INFO, text, at)
    if not item.instructions:
        text = _("%(medicine)s: nothing is said about how to take it (with food, for example).") % words
        yield Found(f"no_instructions:{item.id}", INFO, text, at)


def _of_lab_report(report: Reported) -> Iterator[Found]:
    whole = Source("lab_report", report.id, report.title)
    if report.status == "preliminary":
        yield Found("draft", CAUTION, _("This report is not final yet: results may still change."), whole)
    elif report.status == "amended":
        yield Found("replaced", SEVERE, _("This report was replaced by a corrected one."), whole)
    if not report.results:
        yield Found("empty", CAUTION, _("There are no results in this report."), whole)
    for row in report.results:
        yield from _of_result(row)
    normal = sum(row.flag == "normal" for row in report.results)
    if normal:
        text = ngettext("%(count)s result is normal.", "%(count)s results are normal.", normal)
        yield Found("normal", INFO, text % {"count": normal}, whole)
    if report.results and not report.comment:
        yield Found("no_comment", INFO, _("The laboratory or doctor has written no comment."), whole)


_OFF: dict[str, tuple[str, Callable[[], str]]] = {
    "low": (CAUTION, lambda: _("%(name)s is %(value)s, below the normal range (%(normal)s).")),
    "high": (CAUTION, lambda: _("%(name)s is %(value)s, above the normal range (%(normal)s).")),
    "abnormal": (CAUTION, lambda: _("%(name)s is %(value)s, which is not the normal answer (%(normal)s).")),
    **dict.fromkeys(
        ("critical_low", "critical_high"),
        (
            SEVERE,
            lambda: _("%(name)s is %(value)s: somebody has to act on it at once (normal: %(normal)s)."),
        ),
    ),
}


def _of_result(row: Measured) -> Iterator[Found]:
    at = Source("lab_result", row.id, row.name)
    words = {"name": row.name, "value": f"{row.said} {row.unit}".strip(), "normal": row.normal or "–"}
    if row.flag in _OFF:
        grade, said = _OFF[row.flag]
        yield Found(f"flag:{row.id}", grade, said() % words, at)
    if row.is_number and not row.unit:
        yield Found(f"no_unit:{row.id}", CAUTION, _("%(name)s has no unit.") % words, at)
    if not row.flag:
        text = _("%(name)s is %(value)s. There is no normal range to compare it with.")
        yield Found(f"no_range:{row.id}", INFO, text % words, at)


def _of_imaging_report(report: Scanned) -> Iterator[Found]:
    whole = Source("imaging_report", report.id, report.title)
    texts = dict(report.sections)
    if report.is_critical:
        text = _("The radiologist marked this report as one that somebody has to act on at once.")
        yield Found("critical", SEVERE, text, whole)
    if not texts.get("impression", "").strip():
        text = _("The report has no impression: what the findings mean together is not said.")
        yield Found("no_impression", CAUTION, text, whole)
    if not texts.get("findings", "").strip():
        yield Found("no_findings", CAUTION, _("The report does not describe what was seen."), whole)
    if not texts.get("recommendation", "").strip():
        yield Found("no_recommendation", INFO, _("The report does not say what to do next."), whole)
    if not texts.get("technique", "").strip():
        yield Found("no_technique", INFO, _("The report does not say how the scan was done."), whole)
    if report.addenda:
        text = ngettext(
            "%(count)s thing was added after the report was authorised.",
            "%(count)s things were added after the report was authorised.",
            report.addenda,
        )
        yield Found("addenda", CAUTION, text % {"count": report.addenda}, whole)


_IMPRESSION = re.compile(r"(?i)\b(?:impression|conclusion|opinion|diagnosis|summary)\b|निष्कर्ष|निदान")
_DOSE = re.compile(
    r"(?i)\d\s*(?:mg|mcg|µg|μg|g|ml|iu|units?|tab|cap|drop|puff|मि\.?ग्रा)|\b(?:od|bd|tds|qid|hs|sos)\b|\d\s*[-–+]\s*\d\s*[-–+]\s*\d"
)
_VALUE = re.compile(r"^\s*[^\d:]{2,40}?[\s:]+[<>≤≥]?\s*\d+(?:[.,]\d+)?\s*(?P<unit>[^\d\s(\[]\S*)?")


def _of_document(document: Written) -> Iterator[Found]:
    whole = Source("document", document.id, document.title)
    if document.lines is None:
        text = (
            _("This is a picture, and its words could not be read. Look at the document itself.")
            if document.is_picture
            else _("The text of this file could not be read. Look at the document itself.")
        )
        yield Found("no_text", CAUTION, text, whole)
        return
    if not any(line.strip() for line in document.lines):
        text = _("There is no text in this file (a scanned paper, perhaps). Look at the document itself.")
        yield Found("no_text", CAUTION, text, whole)
        return
    if document.is_picture:
        text = _("The words were read off a picture by a machine. Compare them with the document.")
        yield Found("read_off", CAUTION, text, whole)
    if document.is_cut:
        yield Found("cut", CAUTION, _("Only the beginning of this long document was read."), whole)
    all_text = "\n".join(document.lines)
    if document.category in ("imaging", "discharge") and not _IMPRESSION.search(all_text):
        yield Found(
            "no_impression", CAUTION, _("No impression, conclusion or diagnosis was found in it."), whole
        )
    if document.category == "prescription" and not _DOSE.search(all_text):
        yield Found("no_dose", CAUTION, _("No dose was found in it."), whole)
    if document.category == "laboratory":
        bare = [
            number
            for number, line in enumerate(document.lines, start=1)
            if (value := _VALUE.match(line)) and not value["unit"]
        ]
        if bare:
            text = ngettext(
                "A figure without a unit stands in line %(lines)s.",
                "Figures without a unit stand in lines %(lines)s.",
                len(bare),
            )
            shown = ", ".join(map(str, bare[:12])) + ("…" if len(bare) > 12 else "")
            yield Found("no_unit", INFO, text % {"lines": shown}, whole)
    for allergy in document.allergies:
        # "Penicillin G (injected)": the first word of four letters or more stands for it.
        word = next((part for part in re.split(r"\W+", allergy.substance) if len(part) >= 4), "")
        named = [
            number
            for number, line in enumerate(document.lines, start=1)
            if word and re.search(rf"(?i)(?<!\w){re.escape(word)}", line)
        ]
        if named:
            text = _("The record has an allergy to %(substance)s, and line %(line)s names it.")
            at = Source("allergy", allergy.id, allergy.substance)
            words = {"substance": allergy.substance, "line": named[0]}
            yield Found(f"allergy:{allergy.id}", CAUTION, text % words, at)


def _sorted(found: Iterator[Found]) -> list[Found]:
    """Worst first, else as they came; one of each key."""
    once = {one.key: one for one in found}
    return sorted(once.values(), key=lambda one: _RANK.get(one.grade, 2))

"""How good the line of one person was, as their browser measured it; pure, bounded, and told in plain words.

A browser reports what it measured since its last report; the reports are added up on the server, so a reloaded page,
a lost frame or a second device can't make the sums wrong by more than one report.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.core.errors import Invalid

# A browser reports this often; more often is not stored (the last one is, when the socket closes).
REPORT_SECONDS = 10

# What a report may hold, and the most it can say. All are optional but `seconds`; a measure may be null.
SUMS = {"seconds": 120.0, "audio_only_seconds": 120.0, "reconnects": 20.0}
MEASURES = {"rtt_ms": 60_000.0, "loss_percent": 100.0, "height": 8640.0}
FLAGS = ("relay", "silent_mic")
# Kept as average over time, the worst, and over how many seconds it was measured.
AVERAGED = ("rtt_ms", "loss_percent")
A_DAY = 86_400.0

# Of the whole call, averages: ITU-T G.114 calls 150 ms one way good and 400 ms the limit; speech codecs hide a few
# per cent of loss.
GOOD_RTT_MS, POOR_RTT_MS = 300, 600
GOOD_LOSS, POOR_LOSS = 2, 8


@dataclass(frozen=True)
class Report:
    sums: dict[str, float]
    measures: dict[str, float]
    flags: dict[str, bool]


def read(frame: Mapping[str, Any]) -> Report:
    """What one `quality` frame says; keys it does not know are left out. Raises Invalid for wrong values."""
    sums = {key: _number(frame[key], key, most) for key, most in SUMS.items() if key in frame}
    if not sums.get("seconds"):
        raise Invalid(_("quality says in `seconds` how long it measured."))
    sums["audio_only_seconds"] = min(sums.get("audio_only_seconds", 0), sums["seconds"])
    measures = {
        key: _number(frame[key], key, most) for key, most in MEASURES.items() if frame.get(key) is not None
    }
    flags = {key: frame[key] for key in FLAGS if key in frame}
    if not all(isinstance(value, bool) for value in flags.values()):
        raise Invalid(_("quality: relay and silent_mic are true or false."))
    return Report(sums, measures, flags)


def merge(first: Report, second: Report) -> Report:
    """Two reports of one line as one, for those that come too often to be stored one by one."""
    sums = {
        key: min(first.sums.get(key, 0) + second.sums.get(key, 0), 10 * most) for key, most in SUMS.items()
    }
    flags = {key: first.flags.get(key, False) or second.flags.get(key, False) for key in FLAGS}
    return Report(sums, {**first.measures, **second.measures}, flags)


def add(summary: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """The summary with one more report: sums, averages weighted by time, the worst, whether ever relayed."""
    weight = report.sums["seconds"]
    alone: dict[str, Any] = {**report.sums, **report.flags}
    for key in AVERAGED:
        if key in report.measures:
            value = report.measures[key]
            alone |= {key: value, f"{key}_worst": value, f"{key}_seconds": weight}
    if "height" in report.measures:
        alone["height"] = int(report.measures["height"])
    return combine(summary, alone)


def combine(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Two summaries of one person's line (before and after a reload, say) as one."""
    result = {**first, **second}
    for key in (*SUMS, *(f"{key}_seconds" for key in AVERAGED)):
        if key in result:
            result[key] = min(first.get(key, 0) + second.get(key, 0), A_DAY)
    for key in (*(f"{key}_worst" for key in AVERAGED), "height"):
        if key in result:
            result[key] = max(first.get(key, 0), second.get(key, 0))
    for key in FLAGS:
        if key in result:
            result[key] = bool(first.get(key)) or bool(second.get(key))
    for key in AVERAGED:
        if key in first and key in second:
            one, other = first[f"{key}_seconds"], second[f"{key}_seconds"]
            result[key] = (first[key] * one + second[key] * other) / (one + other)
    return result


def grade(summary: Mapping[str, Any]) -> str:
    """good, fair or poor; "" when nothing was measured."""
    if not summary.get("seconds"):
        return ""
    rtt, loss = float(summary.get("rtt_ms", 0)), float(summary.get("loss_percent", 0))
    audio_only = float(summary.get("audio_only_seconds", 0)) / float(summary["seconds"])
    if rtt > POOR_RTT_MS or loss > POOR_LOSS or audio_only > 0.5:
        return "poor"
    if rtt > GOOD_RTT_MS or loss > GOOD_LOSS or audio_only > 0.05 or summary.get("reconnects", 0) > 2:
        return "fair"
    return "good"


def words(summary: Mapping[str, Any]) -> list[str]:
    """The summary as sentences for people; the first is the grade."""
    told = {
        "good": _("The connection was good."),
        "fair": _("The connection was weak at times."),
        "poor": _("The connection was poor."),
        "": _("The connection was not measured."),
    }
    sentences = [told[grade(summary)]]
    if not summary.get("seconds"):
        return sentences
    if "rtt_ms" in summary:
        sentences.append(
            _("Delay there and back: %(mean)d ms on average, %(worst)d ms at worst.")
            % {"mean": round(summary["rtt_ms"]), "worst": round(summary["rtt_ms_worst"])}
        )
    if "loss_percent" in summary:
        sentences.append(
            _("Lost on the way: %(mean)s %% on average, %(worst)s %% at worst.")
            % {"mean": f"{summary['loss_percent']:.1f}", "worst": f"{summary['loss_percent_worst']:.1f}"}
        )
    if summary.get("audio_only_seconds", 0) >= 1:
        seconds = round(summary["audio_only_seconds"])
        if seconds < 90:
            text = ngettext(
                "Sound only, to keep the call going, for %(count)d second.",
                "Sound only, to keep the call going, for %(count)d seconds.",
                seconds,
            )
            sentences.append(text % {"count": seconds})
        else:
            sentences.append(
                _("Sound only, to keep the call going, for %(count)d minutes.")
                % {"count": round(seconds / 60)}
            )
    if count := int(summary.get("reconnects", 0)):
        text = ngettext("It broke and came back once.", "It broke and came back %(count)d times.", count)
        sentences.append(text % {"count": count})
    if summary.get("relay"):
        sentences.append(_("It went through the clinic's relay."))
    if summary.get("silent_mic"):
        sentences.append(_("For a while the microphone gave no sound."))
    return sentences


def _number(value: object, key: str, most: float) -> float:
    # A bool is an int to Python; NaN is a number to its JSON reader, and compares false.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise Invalid(_("quality: %(key)s is a number from 0 to %(most)d.") % {"key": key, "most": int(most)})
    return float(value)

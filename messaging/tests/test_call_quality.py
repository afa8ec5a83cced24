"""What browsers measured of a line: added up within bounds, graded, told in plain words, kept with the peer."""

import json
from typing import Any

import pytest
from channels.db import database_sync_to_async
from hypothesis import given
from hypothesis import strategies as st

from clinic.core.errors import Invalid
from messaging import call_consumer
from messaging.domain import quality
from messaging.models import CallPeer

from .call_sockets import make_call, meeting

REPORTS = st.fixed_dictionaries(
    {"seconds": st.floats(0.1, 120)},
    optional={
        "rtt_ms": st.none() | st.floats(0, 60_000),
        "loss_percent": st.none() | st.floats(0, 100),
        "audio_only_seconds": st.floats(0, 120),
        "reconnects": st.integers(0, 20),
        "height": st.none() | st.integers(0, 8640),
        "relay": st.booleans(),
        "silent_mic": st.booleans(),
    },
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)
KEYS = (*quality.SUMS, *quality.MEASURES, *quality.FLAGS, "type", "note")


@given(st.lists(REPORTS, min_size=1, max_size=12))
def test_sums_and_averages_stay_within_what_was_measured(frames: list[dict[str, Any]]) -> None:
    summary: dict[str, Any] = {}
    for frame in frames:
        summary = quality.add(summary, quality.read(frame))
    assert summary["seconds"] == pytest.approx(sum(frame["seconds"] for frame in frames), abs=1)
    assert summary["audio_only_seconds"] <= summary["seconds"] + 1
    for key in quality.AVERAGED:
        measured = [frame[key] for frame in frames if frame.get(key) is not None]
        assert (key in summary) == bool(measured)
        if measured:
            assert min(measured) - 0.01 <= summary[key] <= max(measured) + 0.01
            assert summary[f"{key}_worst"] == max(measured)
    assert quality.grade(summary) in ("good", "fair", "poor")
    assert all(quality.words(summary))
    assert len(json.dumps(summary, allow_nan=False)) < 1000


@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING))
def test_any_frame_is_read_or_refused(frame: dict[str, Any]) -> None:
    try:
        report = quality.read(frame)
    except Invalid:
        return
    json.dumps(quality.add({}, report), allow_nan=False)


@given(st.lists(REPORTS, min_size=2, max_size=6))
def test_a_reload_in_between_changes_no_sum(frames: list[dict[str, Any]]) -> None:
    def added(some: list[dict[str, Any]]) -> dict[str, Any]:
        summary: dict[str, Any] = {}
        for frame in some:
            summary = quality.add(summary, quality.read(frame))
        return summary

    whole, parts = added(frames), quality.combine(added(frames[:1]), added(frames[1:]))
    assert whole.keys() == parts.keys()
    for key, value in whole.items():
        assert parts[key] == pytest.approx(value, rel=0.02, abs=1), key


@pytest.mark.parametrize(
    ("measured", "grade"),
    [
        ({}, "good"),
        ({"rtt_ms": 80, "loss_percent": 0.5}, "good"),
        ({"rtt_ms": 400}, "fair"),
        ({"loss_percent": 4}, "fair"),
        ({"reconnects": 3}, "fair"),
        ({"rtt_ms": 900}, "poor"),
        ({"loss_percent": 12}, "poor"),
        ({"audio_only_seconds": 8}, "poor"),
    ],
)
def test_the_grade(measured: dict[str, Any], grade: str) -> None:
    assert quality.grade(quality.add({}, quality.read({"seconds": 10, **measured}))) == grade


def test_plain_words() -> None:
    frame = {"seconds": 100, "rtt_ms": 420, "loss_percent": 3.26, "audio_only_seconds": 40, "reconnects": 2}
    assert quality.words(quality.add({}, quality.read({**frame, "relay": True}))) == [
        "The connection was weak at times.",
        "Delay there and back: 420 ms on average, 420 ms at worst.",
        "Lost on the way: 3.3 % on average, 3.3 % at worst.",
        "Sound only, to keep the call going, for 40 seconds.",
        "It broke and came back 2 times.",
        "It went through the clinic's relay.",
    ]
    assert quality.words({}) == ["The connection was not measured."]


@pytest.mark.django_db(transaction=True)
async def test_frames_are_kept_with_the_peer_however_fast_they_come(
    patient: Any, doctor: Any, monkeypatch: Any
) -> None:
    writes: list[Any] = []
    keep = call_consumer.peers.keep_quality

    def kept(peer: Any, report: Any) -> None:
        writes.append(report)
        keep(peer, report)

    monkeypatch.setattr(call_consumer.peers, "keep_quality", kept)
    call = await database_sync_to_async(make_call)(patient, doctor)
    async with meeting(doctor, patient, call) as (host, guest):
        for number in range(30):
            await guest.send_json_to({"type": "quality", "seconds": 2, "rtt_ms": 100 + number})
        await guest.ask({"type": "ping"}, "pong")
        assert len(writes) == 1
        await guest.send_json_to({"type": "leave"})
        await guest.frame("peer.left")
        assert len(writes) == 2
        assert await host.frame() == {"type": "peer.left", "peer": guest.peer, "reason": "left"}
    stored = (await CallPeer.objects.aget(pk=guest.peer)).quality
    assert (stored["seconds"], stored["rtt_ms_worst"]) == (60, 129)

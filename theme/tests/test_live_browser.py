"""live.js in a real browser, its server played by the test: greeting, events, reconnecting, the end of a session."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment
from scheduling.tests.factories import make_appointment

pytestmark = pytest.mark.browser

READY = '{"type": "ready", "heartbeat_s": 25}'
COLLECT = """
  window.heard = [];
  for (const name of ["live:ready", "live:reconnected", "live:down", "live:appointment.changed",
                      "live:appointment.changed:7", "live:slots.changed"])
    document.body.addEventListener(name, (event) => window.heard.push([name, event.detail]));
"""


class Sockets:
    """Answers the page's `/ws/` in place of the server; keeps every socket and what it was sent."""

    def __init__(self, page: Any, *, ready: str = READY) -> None:
        self.opened: list[Any] = []
        self.frames: list[str] = []
        self.ready = ready
        page.route_web_socket("**/ws/", self.take)

    def take(self, socket: Any) -> None:
        self.opened.append(socket)
        socket.on_message(lambda frame: self.frames.append(frame))  # noqa: PLW0108  (Playwright marks the function)
        if self.ready:
            socket.send(self.ready)


@pytest.fixture
def page(person: Callable[..., Any], patient: Any) -> Any:
    return person(patient)


def until(page: Any, expression: str) -> None:
    """Playwright's own wait_for_function evaluates in the page, where our Content-Security-Policy forbids it."""
    for _attempt in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}")


def opened(page: Any, sockets: Sockets) -> None:
    page.goto("/accounts/password/change/")
    page.evaluate(COLLECT)
    until(page, "import('/static/js/live.js').then(({live}) => live.connected)")


def sent(page: Any, sockets: Sockets, frame: str, times: int = 1) -> None:
    """The page's frames arrive here a moment after it has sent them."""
    for _attempt in range(200):
        if sockets.frames.count(frame) == times:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not {times} × {frame}: {sockets.frames}")


def names(page: Any) -> list[str]:
    return [name for name, _detail in page.evaluate("window.heard")]


def test_each_frame_becomes_an_event_and_one_for_its_id(page: Any) -> None:
    sockets = Sockets(page)
    opened(page, sockets)
    sockets.opened[0].send('{"type": "appointment.changed", "id": 7, "status": "confirmed"}')
    sockets.opened[0].send("not json")
    sockets.opened[0].send('{"type": "slots.changed", "doctor": 1}')
    until(page, "window.heard.length === 3")
    assert names(page) == ["live:appointment.changed", "live:appointment.changed:7", "live:slots.changed"]
    assert page.evaluate("window.heard[0][1].status") == "confirmed"


def test_a_lost_socket_comes_back_with_its_topics_and_says_so(page: Any) -> None:
    sockets = Sockets(page)
    opened(page, sockets)
    page.evaluate("import('/static/js/live.js').then(({live}) => live.watch('slots:1:2026-11-21'))")
    watch = '{"type":"watch","topics":["slots:1:2026-11-21"]}'
    sent(page, sockets, watch)
    sockets.opened[0].close()
    until(page, "window.heard.some(([name]) => name === 'live:reconnected')")
    assert len(sockets.opened) == 2
    assert names(page) == ["live:down", "live:ready", "live:reconnected"]
    sent(page, sockets, watch, times=2)
    expect(page.locator("#offline")).to_be_hidden()


def test_what_came_before_the_socket_is_asked_for(page: Any) -> None:
    sockets = Sockets(page)
    opened(page, sockets)
    asked = f'{{"type":"since","began":{page.evaluate("Number(document.body.dataset.began)")}}}'
    sent(page, sockets, asked)
    sockets.opened[0].send('{"type": "missed"}')
    until(page, "window.heard.some(([name]) => name === 'live:reconnected')")
    # Whoever connects again looks at everything anyhow.
    sockets.opened[0].close()
    until(page, "window.heard.filter(([name]) => name === 'live:reconnected').length === 2")
    page.evaluate("import('/static/js/live.js').then(({live}) => live.send({type: 'ping'}))")
    sent(page, sockets, '{"type":"ping"}')
    sent(page, sockets, asked)


def test_without_a_socket_the_page_says_so_and_sends_nothing(page: Any) -> None:
    sockets = Sockets(page)
    opened(page, sockets)
    sockets.ready = ""
    sockets.opened[0].close()
    page.locator("#offline").wait_for(state="visible")
    assert page.evaluate("import('/static/js/live.js').then(({live}) => live.send({type: 'ping'}))") is False


def test_a_silent_socket_is_given_up(page: Any) -> None:
    sockets = Sockets(page, ready='{"type": "ready", "heartbeat_s": 0.2}')
    opened(page, sockets)
    until(page, "window.heard.some(([name]) => name === 'live:reconnected')")
    assert '{"type":"ping"}' in sockets.frames


@pytest.mark.parametrize("how", ["frame", "close code"])
def test_the_end_of_the_session_leads_to_the_log_in(page: Any, how: str) -> None:
    sockets = Sockets(page)
    opened(page, sockets)
    page.context.clear_cookies()
    if how == "frame":
        sockets.opened[0].send('{"type": "session.revoked", "reason": "logged_out"}')
    else:
        sockets.opened[0].close(code=4401)
    page.wait_for_url("**/accounts/login/?next=*")


def test_waiting_doubles_up_to_a_limit_with_chance_in_it(page: Any) -> None:
    opened(page, Sockets(page))
    shortest, longest = (
        page.evaluate(
            "import('/static/js/live.js').then(({delayBefore}) =>"
            f" [0, 1, 2, 10].map((attempt) => delayBefore(attempt, () => {chance})))"
        )
        for chance in (0, 1)
    )
    assert shortest == [250, 500, 1000, 10000]
    assert longest == [500, 1000, 2000, 20000]


def test_an_event_during_a_fetch_is_not_lost(page: Any, patient: Any, doctor: Any, service: Any) -> None:
    visit = make_appointment(patient, doctor, service)
    sockets = Sockets(page)
    page.goto(f"/appointments/{visit.pk}/")
    until(page, "import('/static/js/live.js').then(({live}) => live.connected)")
    frame = f'{{"type": "appointment.changed", "id": "{visit.pk}"}}'
    answers: list[tuple[Any, Any]] = []
    page.route(f"**/appointments/{visit.pk}/", lambda route: answers.append((route, route.fetch())), times=1)
    sockets.opened[0].send(frame)
    while not answers:
        page.wait_for_timeout(20)

    # The answer on its way is of before.
    Appointment.objects.filter(pk=visit.pk).update(status=AppointmentStatus.CHECKED_IN)
    sockets.opened[0].send(frame)
    until(page, "import('/static/js/live.js').then(({live}) => live.since(0).length === 5)")
    route, answer = answers[0]
    route.fulfill(response=answer)
    expect(page.locator("#visit [data-status=checked_in]").first).to_be_visible()

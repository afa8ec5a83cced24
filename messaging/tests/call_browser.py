"""What the browser tests of calls look at: a page's peer connections and sockets, and what flows through them."""

from typing import Any

# Before any script of the page: keep what it opens.
WATCH = """
window.connections = []; window.sockets = [];
const Connection = window.RTCPeerConnection;
window.RTCPeerConnection = function (options) {
  const connection = new Connection({ ...options, ...(window.relayOnly ? { iceTransportPolicy: "relay" } : {}) });
  window.connections.push(connection);
  return connection;
};
window.RTCPeerConnection.prototype = Connection.prototype;
const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  constructor(...args) { super(...args); window.sockets.push(this); }
};
"""

FLOW = """async () => {
  const flow = { frames: 0, audio: 0, width: 0, pairs: [], state: "" };
  const connection = window.connections.filter((one) => one.connectionState !== "closed").at(-1);
  if (!connection) return flow;
  flow.state = connection.connectionState;
  const reports = new Map([...(await connection.getStats()).entries()]);
  for (const report of reports.values()) {
    if (report.type === "inbound-rtp" && report.kind === "video") {
      flow.frames += report.framesDecoded ?? 0;
      flow.width ||= report.frameWidth ?? 0;
    }
    if (report.type === "inbound-rtp" && report.kind === "audio") flow.audio += report.bytesReceived ?? 0;
    if (report.type === "transport") {
      const pair = reports.get(report.selectedCandidatePairId);
      flow.pairs.push(reports.get(pair?.localCandidateId)?.candidateType);
    }
  }
  return flow;
}"""


def watch(page: Any, *, relay_only: bool = False) -> Any:
    page.add_init_script(("window.relayOnly = true;" if relay_only else "") + WATCH)
    return page


def flow(page: Any) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(FLOW)
    return found


def wait_for_flow(page: Any, *, video: bool = True, audio: bool = True, timeout_ms: int = 15_000) -> None:
    """Until more pictures are decoded, and more sound comes in, than now."""
    before = flow(page)
    for _ in range(timeout_ms // 100):
        page.wait_for_timeout(100)
        now = flow(page)
        # A connection made anew counts from zero.
        more_video = now["frames"] > before["frames"] + 3
        more_audio = now["audio"] > before["audio"]
        if (more_video or not video) and (more_audio or not audio):
            return
        if now["frames"] < before["frames"]:
            before = now
    raise AssertionError(f"nothing flows: {before} -> {flow(page)}")


def wait_for_sound_alone(page: Any, timeout_ms: int = 60_000) -> None:
    """Until two seconds bring sound and no picture: the last ones that were under way may be drawn late."""
    before = flow(page)
    for _ in range(timeout_ms // 2000):
        page.wait_for_timeout(2000)
        now = flow(page)
        if now["frames"] == before["frames"] and now["audio"] > before["audio"]:
            return
        before = now
    raise AssertionError(f"not sound alone: {before}")


def until(page: Any, expression: str, timeout_ms: int = 15_000) -> None:
    """Until the expression is true. (Playwright's wait_for_function needs eval, which the page forbids.)"""
    for _ in range(timeout_ms // 25):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"never true: {expression}")


def cut_call_socket(page: Any) -> None:
    page.evaluate(
        "window.sockets.filter((one) => one.url.includes('/ws/calls/') && one.readyState === 1)"
        ".forEach((one) => one.close(4000))"
    )


def join(page: Any, call: Any) -> None:
    """Through the device check."""
    page.goto(f"/calls/{call.pk}/")
    until(page, "document.querySelector('[data-preview]').srcObject?.active")
    page.get_by_role("button", name="Join", exact=True).click()

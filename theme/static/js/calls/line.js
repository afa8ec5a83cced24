// Does the way through the clinic's relay work, before anyone waits at the other end? Two connections of this one
// browser talk to each other through the relay alone.

const OPEN_WITHIN_MS = 8_000;
const PINGS = 40;
const PING_EVERY_MS = 25;
const LAST_ANSWERS_MS = 1_200;
const SLOW_MS = 400;
const LOSSY = 0.08;

/** {verdict: "good" | "slow" | "blocked", roundTrip: ms, loss: 0 to 1}; null when `signal` aborted it. */
export async function tryRelay(iceServers, signal) {
  const [near, far] = [0, 1].map(() => new RTCPeerConnection({ iceServers, iceTransportPolicy: "relay" }));
  try {
    const channel = near.createDataChannel("line", { ordered: false, maxRetransmits: 0 });
    far.ondatachannel = ({ channel: echo }) => (echo.onmessage = ({ data }) => echo.readyState === "open" && echo.send(data));
    const opened = new Promise((resolve) => (channel.onopen = () => resolve(true)));
    // Each side first waits for its candidates: there are one or two, and the descriptions then hold them.
    await near.setLocalDescription();
    if (!(await gathered(near, signal))) return signal.aborted ? null : { verdict: "blocked" };
    await far.setRemoteDescription(near.localDescription);
    await far.setLocalDescription();
    if (!(await gathered(far, signal))) return signal.aborted ? null : { verdict: "blocked" };
    await near.setRemoteDescription(far.localDescription);
    if (!(await first(opened, OPEN_WITHIN_MS, signal))) return signal.aborted ? null : { verdict: "blocked" };
    return await ping(channel, signal);
  } finally {
    near.close();
    far.close();
  }
}

async function ping(channel, signal) {
  const times = [];
  channel.onmessage = ({ data }) => times.push(performance.now() - Number(data));
  for (let sent = 0; sent < PINGS; sent++) {
    if (signal.aborted) return null;
    if (channel.readyState !== "open") return { verdict: "blocked" };
    channel.send(String(performance.now()));
    await pause(PING_EVERY_MS);
  }
  for (let waited = 0; waited < LAST_ANSWERS_MS && times.length < PINGS && !signal.aborted; waited += 100) await pause(100);
  if (signal.aborted) return null;
  if (!times.length) return { verdict: "blocked" };
  times.sort((a, b) => a - b);
  // There and back twice: to the relay and out again for each of the two.
  const roundTrip = Math.round(times[Math.floor(times.length / 2)] / 2);
  const loss = 1 - times.length / PINGS;
  return { verdict: roundTrip > SLOW_MS || loss > LOSSY ? "slow" : "good", roundTrip, loss };
}

/** True when the relay has given an address. */
function gathered(connection, signal) {
  const found = new Promise((resolve) => (connection.onicecandidate = ({ candidate }) => resolve(Boolean(candidate))));
  return first(found, OPEN_WITHIN_MS, signal);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What `promise` gives; undefined when the time is over first, or it was aborted. */
function first(promise, ms, signal) {
  const aborted = new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  return Promise.race([promise, pause(ms), aborted]);
}

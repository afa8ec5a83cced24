// The page's one live socket, /ws/ (docs/realtime.md). Sockets hint, HTTP tells the truth: each frame becomes a
// CustomEvent on document.body, and fragments refetch themselves on it and after every reconnect.
//
//   live:<type>         every frame; detail is the frame
//   live:<type>:<id>    when the frame has an id
//   live:ready          connected, greeted, watched topics sent again
//   live:reconnected    events were missed, or may have been: connected again, or between the page and its first socket
//   live:down           the socket is gone; a new one is being opened

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;
const BANNER_AFTER_MS = 2_000;
// One missed answer may be a busy moment; a second heartbeat without any frame is a dead connection.
const SILENT_HEARTBEATS = 2;
const NOT_SIGNED_IN = 4401;
// How long an answer may be on its way and still be asked for again (missed.js).
const REMEMBERED_MS = 60_000;

/** Milliseconds before try number `attempt` (0, 1, 2 …): doubles up to a limit, half of it by chance, so that a
 *  restarted server is not met by everyone at once. */
export function delayBefore(attempt, random = Math.random) {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
  return ceiling / 2 + (ceiling / 2) * random();
}

const topics = new Set();
let said = []; // names of events with their time, the oldest first
let socket = null;
let greeted = false;
let greetedBefore = false;
let attempt = 0;
let retryTimer = 0;
let heartbeatTimer = 0;
let bannerTimer = 0;
let lastFrameAt = 0;
// How far the server's clock is ahead of this computer's: what the page says, then what each `ready` says.
let clockOff = offset(document.querySelector("[data-now]")?.dataset.now);
// Nobody is signed in (a guest in a call, the public pages): there is nothing to hear.
let stopped = !document.body.dataset.user;

function offset(serverTime) {
  return Date.parse(serverTime) - Date.now() || 0;
}

function announce(name, detail) {
  const at = performance.now();
  said = [...said.filter((one) => at - one.at < REMEMBERED_MS), { name, at }];
  document.body.dispatchEvent(new CustomEvent(name, { detail }));
}

function banner(shown) {
  clearTimeout(bannerTimer);
  const element = document.getElementById("offline");
  if (!element) return;
  if (shown) bannerTimer = setTimeout(() => (element.hidden = false), BANNER_AFTER_MS);
  else element.hidden = true;
}

function connect() {
  clearTimeout(retryTimer);
  if (stopped || socket) return;
  const opened = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/`);
  socket = opened;
  // Old sockets may still speak while they close; only the present one is heard.
  opened.onmessage = (event) => socket === opened && receive(event.data);
  opened.onclose = (event) => socket === opened && lost(event.code);
}

function receive(data) {
  lastFrameAt = Date.now();
  let frame;
  try {
    frame = JSON.parse(data);
  } catch {
    return;
  }
  if (frame.type === "ready") return ready(frame);
  if (frame.type === "missed") return announce("live:reconnected", frame);
  if (frame.type === "session.revoked") return leave();
  announce(`live:${frame.type}`, frame);
  if (frame.id) announce(`live:${frame.type}:${frame.id}`, frame);
}

function ready(frame) {
  greeted = true;
  attempt = 0;
  banner(false);
  clockOff = offset(frame.server_time);
  // Of a page that took its time: what happened between its request and now was told to nobody.
  if (!greetedBefore && document.body.dataset.began) live.send({ type: "since", began: Number(document.body.dataset.began) });
  if (topics.size) live.send({ type: "watch", topics: [...topics] });
  beat((frame.heartbeat_s || 25) * 1000);
  announce("live:ready", frame);
  if (greetedBefore) announce("live:reconnected", frame);
  greetedBefore = true;
}

function beat(everyMs) {
  clearInterval(heartbeatTimer);
  heartbeatTimer = setInterval(() => {
    if (Date.now() - lastFrameAt > everyMs * SILENT_HEARTBEATS + 1000) abandon();
    else live.send({ type: "ping" });
  }, everyMs);
}

/** A socket that answers no more may take minutes to close by itself. */
function abandon() {
  const dead = socket;
  lost(0);
  dead?.close();
}

function lost(code) {
  clearInterval(heartbeatTimer);
  socket = null;
  const wasGreeted = greeted;
  greeted = false;
  if (stopped) return;
  if (code === NOT_SIGNED_IN) return leave();
  if (wasGreeted || attempt === 0) {
    banner(true);
    announce("live:down", { code });
  }
  retryTimer = setTimeout(connect, delayBefore(attempt++));
}

/** The session is over: what is on the screen must not stay there. */
function leave() {
  if (stopped) return;
  stopped = true;
  socket?.close();
  if (justLeft()) return banner(true);
  const login = new URL(document.body.dataset.loginUrl, location.origin);
  login.searchParams.set("next", location.pathname + location.search);
  location.assign(login);
}

/** True when this was done moments ago: a server that takes the session for pages but not for sockets (a proxy that
 *  drops cookies, say) must not send the person round in circles. */
function justLeft() {
  try {
    const before = Number(sessionStorage.getItem("live-left-at"));
    sessionStorage.setItem("live-left-at", Date.now());
    return Date.now() - before < 10_000;
  } catch {
    return false;
  }
}

export const live = {
  /** Sends one frame (an object with `type`). False when there is no open socket: nothing was sent, nothing is queued. */
  send(frame) {
    if (!greeted || socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(frame));
    return true;
  },

  /** Asks for the events of topics, now and after each reconnect. */
  watch(...wanted) {
    for (const topic of wanted) topics.add(topic);
    if (wanted.length) this.send({ type: "watch", topics: wanted });
  },

  unwatch(...unwanted) {
    for (const topic of unwanted) topics.delete(topic);
    if (unwanted.length) this.send({ type: "unwatch", topics: unwanted });
  },

  /** Calls `listener(frame)` for frames of `type` (also "ready", "reconnected", "down"); returns how to stop. */
  on(type, listener) {
    const heard = (event) => listener(event.detail);
    document.body.addEventListener(`live:${type}`, heard);
    return () => document.body.removeEventListener(`live:${type}`, heard);
  },

  /** Names of the events announced since `moment` (as performance.now()). */
  since(moment) {
    return said.filter((one) => one.at >= moment).map((one) => one.name);
  },

  get connected() {
    return greeted;
  },

  /** Milliseconds as Date.now(), by the server's clock: this computer's may be hours off. */
  now() {
    return Date.now() + clockOff;
  },
};

// A laptop that wakes up or finds its network again need not wait for the timer.
function hurry() {
  if (stopped || socket) return;
  attempt = 0;
  connect();
}

addEventListener("online", hurry);
addEventListener("offline", () => socket && abandon());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  hurry();
  live.send({ type: "ping" });
});
// Who logs out on this page goes where the server sends them, not to the log-in.
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-ends-session]")) stopped = true;
});
// A page kept for the back button has a dead socket when it returns, and may be of a session that has ended.
addEventListener("pagehide", () => {
  stopped = true;
  socket?.close();
  socket = null;
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

connect();

// Staff who do nothing for a while are logged off by the server (accounts/middleware.py). This page warns a minute
// before, tells the server of typing and clicking that it does not see by itself, and leaves when the time is over.
// The server's answer counts, not this page's clock: another tab may have been busy.
const WARN_S = 60;

const dialog = document.getElementById("idle-warning");
const limit = Number(dialog.dataset.idle);
const warnAt = Math.min(WARN_S, limit / 2);
const tellEveryMs = Math.min(60, limit / 4) * 1000;
let timer = 0;
let ticking = 0;
let endsAt = 0;
let acted = false;

/** Seconds left by the server; null when it can't be asked. `stay` counts as activity. */
async function ask(stay = false) {
  try {
    const csrf = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    const headers = stay ? { "X-CSRFToken": csrf } : { "X-Background": "1" };
    const answer = await fetch(dialog.dataset.url, { method: stay ? "POST" : "GET", headers, redirect: "error" });
    return answer.ok ? (await answer.json()).seconds_left : null;
  } catch {
    return null;
  }
}

function schedule(seconds) {
  clearTimeout(timer);
  endsAt = Date.now() + seconds * 1000;
  timer = setTimeout(look, Math.max(0, seconds - warnAt) * 1000 + 500);
}

async function look() {
  const left = await ask();
  if (left === null) return void (timer = setTimeout(look, 5_000));
  if (left <= 0) return leave();
  if (left > warnAt + 1) {
    close();
    return schedule(left);
  }
  endsAt = Date.now() + left * 1000;
  if (!dialog.open) dialog.showModal();
  tick();
  // Now and then, in case another tab is busy, and when the time is over.
  timer = setTimeout(look, Math.min(10, left + 1) * 1000);
}

function tick() {
  clearTimeout(ticking);
  if (!dialog.open) return;
  const left = Math.ceil((endsAt - Date.now()) / 1000);
  dialog.querySelector("[data-idle-left]").textContent = Math.max(0, left);
  if (left > 0) ticking = setTimeout(tick, 1_000);
}

function close() {
  clearTimeout(ticking);
  if (dialog.open) dialog.close("stay");
}

async function stay() {
  acted = false;
  const left = await ask(true);
  if (left === null) return look();
  if (left <= 0) return leave();
  close();
  schedule(left);
}

/** What is on the screen must not stay there. */
function leave() {
  const login = new URL(document.body.dataset.loginUrl, location.origin);
  login.searchParams.set("next", location.pathname + location.search);
  location.assign(login);
}

dialog.querySelector("[data-idle-stay]").addEventListener("click", stay);
// Escape and a click beside it mean that someone is there.
dialog.addEventListener("close", () => dialog.returnValue !== "stay" && stay());
dialog.addEventListener("close", () => (dialog.returnValue = ""));

for (const name of ["keydown", "pointerdown", "input"])
  document.addEventListener(name, (event) => (acted ||= event.isTrusted && !dialog.open), { capture: true, passive: true });

// A call that is connected counts as activity (js/calls/call.js says so on the body).
setInterval(() => {
  if (!acted && !("inCall" in document.body.dataset)) return;
  stay();
}, tellEveryMs);

// A laptop that wakes up: its timers stood still.
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());

schedule(limit);

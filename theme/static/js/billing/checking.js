// The payment that is open beside the queue. Opening claims it, so that nobody else decides meanwhile; the claim is
// renewed as long as someone is at work on this page, and let go when they close it, go on, or leave.
import { csrfToken } from "../csrf.js";
import { live } from "../live.js";

// The server's claim lasts five minutes (billing/domain/reviewing.py).
const RENEW_MS = 120_000;
const AT_WORK_MS = 240_000;

const page = document.getElementById("review-page");
const pane = document.getElementById("review-pane");
const narrow = window.matchMedia("(max-width: 63.99rem)");

let opened = "";
let shown = "";
let lastActed = Date.now();
let lapse = 0;

function address(id) {
  return page.dataset.reviewUrl.replace("00000000-0000-0000-0000-000000000000", id);
}

export function openedId() {
  return opened;
}

export function rows() {
  return [...document.querySelectorAll("#queue [data-row]")];
}

/** Someone here can decide on it now. */
function isFree(row) {
  return !("busy" in row.dataset) && !("approved" in row.dataset);
}

/** The free row after `id`, in the order of the list, else the first free one; null when there is no other. */
function nextAfter(id) {
  const all = rows();
  const at = all.findIndex((row) => row.dataset.id === id);
  const others = [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))];
  return others.find(isFree) ?? null;
}

function mark() {
  for (const row of rows()) {
    row.toggleAttribute("data-opened", row.dataset.id === opened);
    const link = row.querySelector("[data-open-review]");
    if (row.dataset.id === opened) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function remember() {
  const url = new URL(location);
  if (opened) url.searchParams.set("open", opened);
  else url.searchParams.delete("open");
  // On a phone the way back from what is open is the phone's own.
  if (opened && narrow.matches && !history.state?.checking) history.pushState({ checking: true }, "", url);
  else history.replaceState(history.state, "", url);
}

async function ask(id, method) {
  try {
    const answer = await fetch(address(id), {
      method,
      headers: { "X-CSRFToken": csrfToken(), "X-Background": "1", "HX-Request": "true" },
    });
    return answer.ok ? await answer.text() : "";
  } catch {
    // Offline: the next event or renewal asks anew.
    return "";
  }
}

function letGo(id) {
  fetch(`${address(id)}leave/`, { method: "POST", keepalive: true, headers: { "X-CSRFToken": csrfToken() } }).catch(
    () => {},
  );
}

/** Puts the payment in, unless it looks as before: what is zoomed, scrolled or focused then stays. */
function show(html) {
  if (!html || html === shown) return;
  shown = html;
  const inside = pane.contains(document.activeElement) ? document.activeElement.id : "";
  pane.innerHTML = html;
  window.htmx.process(pane);
  pane.dispatchEvent(new CustomEvent("checking:shown", { bubbles: true }));
  if (inside) (document.getElementById(inside) ?? title())?.focus();
  watchLapse();
}

function title() {
  return document.getElementById("review-title");
}

/** When somebody else's time is over, it can be taken over: look again then. */
function watchLapse() {
  clearTimeout(lapse);
  const until = [...document.querySelectorAll("[data-until]")].map((element) => Date.parse(element.dataset.until));
  if (!until.length) return;
  lapse = setTimeout(
    () => {
      window.htmx.trigger("#queue", "queue:refresh");
      refresh();
    },
    Math.max(1000, Math.min(...until) - Date.now() + 500),
  );
}

async function refresh() {
  const id = opened;
  if (!id) return;
  const html = await ask(id, "GET");
  if (id === opened) show(html);
}

async function claim() {
  const id = opened;
  if (!id) return;
  const html = await ask(id, "POST");
  if (id === opened) show(html);
}

export async function openReview(id) {
  if (!id) return;
  if (opened && opened !== id) letGo(opened);
  if (opened !== id) shown = "";
  opened = id;
  lastActed = Date.now();
  page.classList.add("checking-opened");
  mark();
  remember();
  pane.setAttribute("aria-busy", "true");
  await claim();
  pane.removeAttribute("aria-busy");
  if (opened !== id) return;
  document.getElementById(`payment-${id}`)?.scrollIntoView({ block: "nearest" });
  if (narrow.matches) window.scrollTo(0, 0);
  title()?.focus({ preventScroll: true });
}

export function closeReview() {
  if (!opened) return;
  const id = opened;
  letGo(id);
  opened = "";
  shown = "";
  pane.replaceChildren(document.getElementById("review-none").content.cloneNode(true));
  page.classList.remove("checking-opened");
  mark();
  remember();
  document.getElementById(`open-${id}`)?.focus();
}

/** `id` was decided from a dialog. True when it was open here: then the next one is. */
export function decided(id) {
  if (id !== opened) return false;
  const next = nextAfter(id);
  opened = "";
  if (next) openReview(next.dataset.id);
  else {
    opened = id;
    closeReview();
    document.getElementById("queue-title")?.focus();
  }
  return true;
}

document.addEventListener("click", (event) => {
  const target = event.target;
  const link = target.closest?.("[data-open-review]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    openReview(link.closest("[data-row]").dataset.id);
  }
  if (target.closest?.("[data-close-review]")) {
    if (history.state?.checking) history.back();
    else closeReview();
  }
  if (target.closest?.("[data-open-first]")) openReview((rows().find(isFree) ?? rows()[0])?.dataset.id);
  if (target.closest?.("[data-next-review]")) openReview(nextAfter(opened)?.dataset.id);
  if (target.closest?.("[data-claim-review]")) claim();
});

addEventListener("popstate", () => {
  const wanted = new URL(location).searchParams.get("open") ?? "";
  if (wanted && wanted !== opened) openReview(wanted);
  else if (!wanted) closeReview();
});

for (const name of ["pointerdown", "keydown", "wheel"])
  document.addEventListener(name, () => (lastActed = Date.now()), { passive: true, capture: true });

// Whoever goes away leaves it to the others after a while.
setInterval(() => {
  if (opened && document.visibilityState === "visible" && Date.now() - lastActed < AT_WORK_MS) claim();
}, RENEW_MS);

for (const name of ["payment.changed", "payment.review"])
  live.on(name, (frame) => {
    if (frame.id === opened) refresh();
  });
live.on("reconnected", refresh);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
addEventListener("pagehide", () => opened && letGo(opened));

document.body.addEventListener("htmx:afterSettle", () => {
  mark();
  watchLapse();
});

watchLapse();
openReview(new URL(location).searchParams.get("open") ?? "");

// The waiting room's screen asks by itself and without an account: a television is nobody's session. A new call
// flashes; a server that does not answer is asked again.

const EVERY_MS = 4_000;
const FLASH_MS = 8_000;
const known = new Set(calls(document));

function calls(root) {
  return [...root.querySelectorAll("[data-called]")].map((element) => element.dataset.called);
}

async function refresh() {
  try {
    const answer = await fetch(location.href, { credentials: "omit", cache: "no-store" });
    // The day is over, and with it this address.
    if (answer.status === 404) return location.reload();
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // Asked again below.
  }
  setTimeout(refresh, EVERY_MS);
}

function show(page) {
  const fresh = page.getElementById("screen");
  if (!fresh) return;
  document.getElementById("screen").replaceWith(fresh);
  for (const element of fresh.querySelectorAll("[data-called]")) {
    if (known.has(element.dataset.called)) continue;
    known.add(element.dataset.called);
    if (matchMedia("(prefers-reduced-motion: no-preference)").matches)
      element.animate([{ opacity: 1 }, { opacity: 0.35 }, { opacity: 1 }], { duration: 1000, iterations: FLASH_MS / 1000 });
  }
}

/** A television that goes dark calls nobody. */
function stayAwake() {
  if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
}

stayAwake();
document.addEventListener("visibilitychange", stayAwake);
setTimeout(refresh, EVERY_MS);

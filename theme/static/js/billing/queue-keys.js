// The queue by keyboard (parts/dialog_keys.html lists the keys). Off where someone types, and wherever they don't want it:
// single keys disturb people who speak to their computer.
import { closeReview, openedId, rows } from "./checking.js";

const KEPT = "queue-keys-off";
const choice = document.querySelector("[data-keys-on]");
choice.checked = !localStorage.getItem(KEPT);

function drawChoice() {
  document.body.classList.toggle("no-keys", !choice.checked);
}

choice.addEventListener("change", () => {
  if (choice.checked) localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, "1");
  drawChoice();
});
drawChoice();

/** The row with the focus, else the one that is open. */
function present() {
  const focused = document.activeElement?.closest("#queue [data-row]");
  return focused ?? rows().find((row) => row.dataset.id === openedId());
}

function move(by) {
  const all = rows();
  const at = all.indexOf(present());
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
  next?.querySelector("[data-open-review]").focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** On what is open; where nothing is, on the row with the focus. */
function decide(kind) {
  const open = openedId() ? document.getElementById(`review-${kind}`) : null;
  const row = openedId() ? null : present()?.querySelector(`[id^="${kind}-"]`);
  (open ?? row)?.click();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  c: () => decide("confirm"),
  r: () => decide("reject"),
  a: () => decide("ask"),
  x: () => present()?.querySelector("[data-choose]")?.click(),
  "+": () => document.querySelector("#review [data-zoom-by=in]")?.click(),
  "-": () => document.querySelector("#review [data-zoom-by=out]")?.click(),
  0: () => document.querySelector("#review [data-zoom-by=fit]")?.click(),
  "/": () => document.getElementById("queue-search").focus(),
  "?": () => document.getElementById("keys-dialog").showModal(),
  Escape: () => (history.state?.checking ? history.back() : closeReview()),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open], details[data-menu][open]")) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || (!choice.checked && event.key !== "Escape")) return;
  event.preventDefault();
  act();
});

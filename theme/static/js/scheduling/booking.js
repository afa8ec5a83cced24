// The booking steps: watch the days that are on the screen, arrow keys in the month, early word on files that
// would be refused. Everything here is an extra; the steps work without it.
import { csrfToken } from "../csrf.js";
import { live } from "../live.js";

const SAVE_AFTER_MS = 500;

const watched = new Set();

/** Follows what is on the screen; the server draws the topics into data-watch, divided by spaces. */
function follow() {
  const wanted = new Set();
  for (const part of document.querySelectorAll("[data-watch]"))
    for (const topic of part.dataset.watch.split(" ").filter(Boolean)) wanted.add(topic);
  for (const topic of watched) {
    if (wanted.has(topic)) continue;
    live.unwatch(topic);
    watched.delete(topic);
  }
  for (const topic of wanted) {
    if (watched.has(topic)) continue;
    live.watch(topic);
    watched.add(topic);
  }
}

const STEP = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** Arrow keys lead to the nearest free day in their direction; Home and End to the first and last. */
document.addEventListener("keydown", (event) => {
  const day = event.target.closest?.("[data-month] a[data-day]");
  if (!day || event.ctrlKey || event.altKey || event.metaKey) return;
  const days = [...day.closest("[data-month]").querySelectorAll("a[data-day]")];
  const at = days.indexOf(day);
  let next;
  if (event.key === "Home") next = days[0];
  else if (event.key === "End") next = days.at(-1);
  else if (Math.abs(STEP[event.key]) === 1) next = days[at + STEP[event.key]];
  else if (STEP[event.key]) next = sameWeekday(days, day, STEP[event.key]);
  else return;
  event.preventDefault();
  next?.focus();
});

function sameWeekday(days, day, step) {
  const start = Date.parse(day.dataset.day);
  const weeks = days.filter((other) => {
    const distance = (Date.parse(other.dataset.day) - start) / 86_400_000;
    return distance % 7 === 0 && Math.sign(distance) === Math.sign(step);
  });
  return step > 0 ? weeks[0] : weeks.at(-1);
}

/** Names each chosen file, and what the server would say about it. When all are fine they are sent at once, so that
 *  Back and reload keep them. */
function hint(form) {
  const { maxFiles, maxBytes, accept } = form.dataset;
  const list = form.querySelector("[data-file-hints]");
  list.replaceChildren();
  let room = Number(maxFiles) - Number(form.querySelector("[data-kept]").dataset.kept);
  for (const file of form.querySelector('input[type="file"]').files) {
    let trouble = "";
    if (file.size > Number(maxBytes)) trouble = form.dataset.tooLarge;
    else if (file.type && !accept.split(",").includes(file.type)) trouble = form.dataset.wrongType;
    else if (room-- <= 0) trouble = form.dataset.tooMany;
    const line = document.createElement("li");
    line.className = trouble ? "error" : "muted";
    line.textContent = `${file.name} (${(file.size / 1_048_576).toFixed(1)} MB)${trouble ? `: ${trouble}` : ""}`;
    list.append(line);
  }
  if (list.childElementCount && !list.querySelector(".error")) sent.then(() => form.dispatchEvent(new Event("files-chosen")));
}

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("[data-files-form]");
  if (form && event.target.type === "file") hint(form);
});

/** What is typed is kept on the server as it is typed: Back, reload and a closed tab lose nothing. Text and files are
 *  kept together, so one is sent after the other. */
let saving = 0;
let sent = Promise.resolve();
let uploading = false;

function later(form) {
  clearTimeout(saving);
  saving = setTimeout(() => (uploading ? later(form) : save(form)), SAVE_AFTER_MS);
}

function save(form) {
  forget();
  const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  body.set("go", "keep");
  const headers = { "X-CSRFToken": csrfToken(), "X-Background": "1" };
  sent = fetch(form.action, { method: "POST", body, keepalive: true, headers }).catch(() => {});
}

function forget() {
  clearTimeout(saving);
  saving = 0;
}

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-autosave]");
  if (form && event.target.matches("textarea, input[type=text]")) later(form);
});
// The form brings its words along itself.
document.addEventListener("submit", forget);
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches("form[data-autosave]")) return;
  uploading = true;
  forget();
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.matches("form[data-autosave]")) uploading = false;
});
addEventListener("pagehide", () => {
  const form = document.querySelector("form[data-autosave]");
  if (saving && form && !form.dataset.sending) save(form);
});

/** How much room is left in the reason, once half of it is used. */
function count(area) {
  const note = document.querySelector(`[data-counter-for="${area.id}"]`);
  if (!note) return;
  note.dataset.text ??= note.textContent;
  const limit = Number(note.dataset.limit);
  note.textContent = area.value.length > limit / 2 ? `${area.value.length} / ${limit}` : note.dataset.text;
  note.classList.toggle("text-danger", area.value.length > limit);
}

document.addEventListener("input", (event) => event.target.matches?.("[data-counter]") && count(event.target));

/** On a phone the times lie below the month: a chosen day brings them into view. */
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.requestConfig?.elt?.matches?.("[data-day]"))
    document.getElementById("times")?.scrollIntoView({ block: "nearest", behavior: calmly() });
});

function calmly() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}

for (const area of document.querySelectorAll("[data-counter]")) count(area);
// On a slow line people are quicker than this script.
for (const form of document.querySelectorAll("form[data-autosave]")) {
  if (form.querySelector('input[type="file"]')?.files.length) hint(form);
  else if ([...form.querySelectorAll("textarea")].some((area) => area.value !== area.defaultValue)) later(form);
}
follow();
document.body.addEventListener("htmx:afterSettle", follow);

// The booking steps: watch the day that is on the screen, arrow keys in the month, early word on files that
// would be refused. Everything here is an extra; the steps work without it.
import { live } from "../live.js";

let watched = "";

/** Follows the day whose times are shown; the server draws it into data-watch. */
function follow() {
  const topic = document.querySelector("[data-watch]")?.dataset.watch ?? "";
  if (topic === watched) return;
  if (watched) live.unwatch(watched);
  if (topic) live.watch(topic);
  watched = topic;
}

/** Says so when this device lives by another clock than the clinic. */
function compareZones() {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const note of document.querySelectorAll("[data-device-zone]")) {
    const zone = document.querySelector("[data-clinic-zone]").dataset.clinicZone;
    note.hidden = clock(own) === clock(zone);
  }
}

function clock(timeZone) {
  return new Date().toLocaleString("en", { timeZone });
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

/** Names each chosen file, and what the server would say about it. */
function hint(form) {
  const { maxFiles, maxBytes, accept, kept } = form.dataset;
  const list = form.querySelector("[data-file-hints]");
  list.replaceChildren();
  let room = Number(maxFiles) - Number(kept);
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
}

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("[data-files-form]");
  if (form && event.target.type === "file") hint(form);
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
follow();
compareZones();
document.body.addEventListener("htmx:afterSettle", () => {
  follow();
  compareZones();
});

// The grid of a day, a week or a month (EventCalendar, vendored). Times in the feed are the clinic's wall clock, without
// an offset, so the grid shows clinic time on any device. What is shown stands in the address.
import { live } from "../live.js";
import { toast } from "../toast.js";
import { clock, content, isoDay, label, wallClock, wordsOf } from "./calendar-draw.js";
import { ask, moving } from "./calendar-move.js";
import { chosen } from "./filters.js";
import { swipes } from "./swipe.js";

const box = document.getElementById("calendar");
const form = document.getElementById("visit-filters");
const text = box.dataset;
const words = wordsOf(text);
const phone = matchMedia("(max-width: 47.99rem)");
const doctors = JSON.parse(document.getElementById("calendar-columns").textContent);
/** "+0545" -> "+05:45": only the now-line and "today" need it. */
const offset = `${text.offset.slice(0, 3)}:${text.offset.slice(3)}`;
const REFETCH_AFTER = 200;
const LONGEST_WAIT = 3_600_000;
const NAMED = 3;

// A week of days below each other begins with days that are over: a phone opens at today.
let view = phone.matches && !new URLSearchParams(location.search).has("view") ? "day" : text.view;
let waiting = 0;
let lapsing = 0;
let late = false;
let focused = "";
// The first look and what a person asks for keep them logged in; what happens by itself does not.
let inBackground = false;
let isFirst = true;

const drags = moving(text, () => late && refetch());

const calendar = window.EventCalendar.create(box, {
  view: gridOf(view),
  date: text.date,
  timeZone: offset,
  firstDay: 0,
  locale: document.documentElement.lang,
  height: heightOf(view),
  slotMinTime: "07:00",
  slotMaxTime: "19:00",
  scrollTime: scrollTime(text.date),
  slotDuration: "00:15",
  slotLabelInterval: "01:00",
  snapDuration: { minutes: Number(text.snap) },
  flexibleSlotTimeLimits: { eventFilter: (event) => event.display !== "background" || ["hours", "opening"].includes(event.extendedProps.kind) },
  allDayContent: text.allDay,
  dayMaxEvents: true,
  moreLinkContent: ({ num }) => `+${num} ${text.more}`,
  nowIndicator: true,
  lazyFetching: false,
  eventDurationEditable: false,
  eventLongPressDelay: 400,
  columnWidth: "minmax(9.5rem, 1fr)",
  resources: columns(),
  // Without it a head that changes its doctor goes blank (5.10.1).
  resourceLabelContent: ({ resource }) => resource.title,
  eventSources: [{ events: load }],
  headerToolbar: { start: "", center: "", end: "" },
  buttonText: (names) => ({ ...names, close: text.close }),
  noEventsContent: text.none,
  eventTimeFormat: clock,
  slotLabelFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  dayHeaderFormat: (day) => (view === "month" ? words.weekday(day) : words.column(day)),
  dayHeaderAriaLabelFormat: (day) => (view === "month" ? words.weekday(day) : words.spoken(day)),
  dayPopoverFormat: words.spoken,
  listDayFormat: words.weekday,
  listDaySideFormat: words.spoken,
  views: { timeGridWeek: { columnWidth: "minmax(0, 1fr)" }, timeGridDay: { columnWidth: "minmax(0, 1fr)" } },
  eventFilter: ({ event, view: shown }) => !/^(list|dayGrid)/.test(shown.type) || event.display !== "background",
  eventOrder: (one, other) => one.start - other.start || rank(one) - rank(other) || one.title.localeCompare(other.title),
  eventContent: content,
  eventDidMount: ({ event, el }) => label(event, el),
  eventAllUpdated: settle,
  eventClick: ({ event, jsEvent }) => open(event, jsEvent),
  dateClick: startBooking,
  eventDragStart: drags.eventDragStart,
  eventDragStop: drags.eventDragStop,
  eventDrop: drags.eventDrop,
  datesSet: remember,
});

/** A day's numbers come before its closures and visits. */
function rank({ extendedProps }) {
  return ["number", "waits"].indexOf(extendedProps.kind) + 1 || 3;
}

/** The doctors of the chosen filters. */
function shown() {
  const params = chosen();
  const [named, specialty] = [params.getAll("doctor"), params.get("specialty")];
  return doctors.filter(
    (doctor) => (!named.length || named.includes(doctor.id)) && (!specialty || doctor.specialty === specialty),
  );
}

/** A column for each doctor who has hours, visits or a word about them on the day; `events` say who has. */
function columns(events = null) {
  const named = chosen().getAll("doctor").length > 0;
  const there = new Set(
    events?.filter(({ extendedProps }) => extendedProps.kind !== "holiday").flatMap((event) => event.resourceIds),
  );
  const kept = shown().filter((doctor) => named || !events || there.has(doctor.id));
  return (kept.length ? kept : shown()).map(({ id, title }) => ({ id, title }));
}

/** EventCalendar's name of a view; a phone has no room for seven columns and gets lists instead. */
function gridOf(name) {
  if (name === "day") return text.columns ? "resourceTimeGridDay" : "timeGridDay";
  if (phone.matches) return name === "week" ? "listWeek" : "listMonth";
  if (name === "month") return "dayGridMonth";
  return shown().length > 1 ? "dayGridWeek" : "timeGridWeek";
}

function heightOf(name) {
  if (phone.matches) return name === "day" ? "36rem" : "auto";
  return name === "week" && shown().length > 1 ? "56rem" : "46rem";
}

/** Where a grid begins to be looked at: today an hour before now, else in the morning. */
function scrollTime(day) {
  const [hours, minutes] = offset.slice(1).split(":").map(Number);
  const shift = (hours * 60 + minutes) * (offset[0] === "-" ? -1 : 1);
  const now = new Date(Date.now() + shift * 60_000);
  const hour = now.toISOString().startsWith(day) ? Math.max(now.getUTCHours() - 1, 0) : 8;
  return `${String(hour).padStart(2, "0")}:00`;
}

async function load({ start, end }) {
  const params = chosen();
  params.set("view", view);
  params.set("start", isoDay(start));
  params.set("end", isoDay(end));
  const headers = inBackground ? { "X-Background": "1" } : {};
  inBackground = false;
  try {
    const answer = await fetch(`${text.feed}?${params}`, { headers });
    if (!answer.ok) throw new Error(answer.statusText);
    const events = await answer.json();
    if (view === "day" && text.columns) calendar.setOption("resources", columns(events));
    awaitLapse(events);
    return events;
  } catch {
    toast(text.failed, "error");
    return calendar?.getEvents() ?? [];
  }
}

/** An offer to the waiting list ends by itself: look again then. */
function awaitLapse(events) {
  clearTimeout(lapsing);
  const ends = events.map(({ extendedProps }) => Date.parse(extendedProps.until)).filter(Boolean);
  if (!ends.length) return;
  lapsing = setTimeout(later, Math.min(Math.max(Math.min(...ends) - Date.now(), 0) + 1000, LONGEST_WAIT));
}

/** Events of one moment lead to one fetch. It leaves scroll, view and the focused visit where they are, and waits
 *  while a visit is in the air. */
function later() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    inBackground = true;
    refetch();
  }, REFETCH_AFTER);
}

function refetch() {
  late = drags.isBusy();
  if (late) return;
  focused = document.activeElement?.closest("[data-event]")?.dataset.event ?? "";
  calendar.refetchEvents();
}

/** The first visits may have made the day longer than it was when the grid was scrolled: scroll anew. Later ones
 *  leave the focus where it was. */
function settle() {
  if (isFirst && calendar?.getEvents().length) {
    isFirst = false;
    calendar.setOption("scrollTime", scrollTime(text.date));
  }
  refocus();
}

function refocus() {
  if (focused && document.activeElement === document.body)
    box.querySelector(`[data-event="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  focused = "";
}

function open(event, jsEvent) {
  const { kind, url, day } = event.extendedProps;
  if (kind === "visit") return ask(url, jsEvent);
  if (url) return location.assign(url);
  if (day && view !== "day") show("day", day);
}

/** An empty time is where the desk books; an empty day opens. */
function startBooking({ date, allDay, resource, view: where }) {
  if (!where.type.includes("imeGrid")) return show("day", isoDay(date));
  if (allDay || !text.book) return;
  const doctor = resource?.id ?? (shown().length === 1 ? shown()[0].id : "");
  location.assign(`${text.book}?${new URLSearchParams({ at: wallClock(date), doctor })}`);
}

function show(name, day = isoDay(calendar.getOption("date"))) {
  view = name;
  calendar.setOption("date", day);
  calendar.setOption("view", gridOf(name));
  calendar.setOption("height", heightOf(name));
  remember();
}

/** What is shown stands in the address, in the form and in every link that leads on. */
function remember() {
  // Told of its first dates while it is still being made.
  if (!calendar) return setTimeout(remember);
  const { currentStart, currentEnd } = calendar.getView();
  const last = new Date(currentEnd - 1);
  const day = calendar.getOption("date");
  document.getElementById("calendar-title").textContent =
    view === "month" ? words.month(currentStart) : words.range(currentStart, last);
  document.querySelector("[data-go-date]").value = isoDay(day);
  form.elements.view.value = view;
  form.elements.date.value = isoDay(day);
  const params = chosen();
  document.getElementById("calendar-lead").textContent = lead(params);
  history.replaceState(history.state, "", `${text.base}?${params}`);
  for (const tab of document.querySelectorAll("#view-tabs [data-view]")) {
    params.set("view", tab.dataset.view);
    tab.href = `${text.base}?${params}`;
    if (tab.dataset.view === view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  params.delete("view");
  params.set("print", "1");
  for (const link of document.querySelectorAll("[data-keeps-filters]")) link.href = `${text.base}?${params}`;
}

/** Whose calendar this is; as _lead in views/calendar.py. */
function lead(params) {
  const names = shown().map(({ title }) => title);
  if (names.length > 1 && !params.get("doctor") && !params.get("specialty")) return text.everyone;
  return names.slice(0, NAMED).join(", ") + (names.length > NAMED ? ` +${names.length - NAMED}` : "");
}

const go = {
  prev: () => calendar.prev(),
  next: () => calendar.next(),
  today: () => calendar.setOption("date", new Date()),
};

document.addEventListener("click", (event) => {
  const way = event.target.closest("[data-go]");
  const tab = event.target.closest("#view-tabs [data-view]");
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (way) go[way.dataset.go]();
  else if (tab && ["day", "week", "month"].includes(tab.dataset.view)) show(tab.dataset.view);
  else return;
  event.preventDefault();
});

document.querySelector("[data-go-date]").addEventListener("change", (event) => {
  if (event.target.value) calendar.setOption("date", event.target.value);
});

function refilter() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    calendar.setOption("resources", columns());
    if (calendar.getOption("view") !== gridOf(view)) show(view);
    remember();
    refetch();
  }, REFETCH_AFTER);
}

form.addEventListener("input", refilter);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  refilter();
});

for (const type of ["appointment.changed", "queue.changed", "reconnected"]) live.on(type, later);
document.body.addEventListener("visit:moved", refetch);
phone.addEventListener("change", () => show(view));
// Several doctors' columns are swept through themselves.
swipes(box, (way) => calendar.getOption("view").startsWith("resource") && columns().length > 1 || (way > 0 ? calendar.next() : calendar.prev()));

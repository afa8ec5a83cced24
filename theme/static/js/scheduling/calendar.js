// The week grid (EventCalendar, vendored). Times in the feed are the clinic's wall clock, without an offset, so
// the grid shows clinic time on any device. The list below the grid is the same in plain HTML.
import { live } from "../live.js";

const box = document.getElementById("calendar");
const phone = matchMedia("(max-width: 47.99rem)");
const text = box.dataset;
const [months, weekdays] = [text.months.split(","), text.weekdays.split(",")];
let drawn = false;
let waiting = 0;

/** "+0545" -> "+05:45": only the now-line and "today" need it. */
const offset = `${text.offset.slice(0, 3)}:${text.offset.slice(3)}`;

document.getElementById("calendar-card").hidden = false;
document.getElementById("week-details").open = false;

const calendar = window.EventCalendar.create(box, {
  view: phone.matches ? "timeGridDay" : "timeGridWeek",
  date: text.date,
  timeZone: offset,
  firstDay: 0,
  locale: document.documentElement.lang,
  height: phone.matches ? "32rem" : "46rem",
  slotMinTime: "06:00",
  slotMaxTime: "22:00",
  scrollTime: clinicHour() < 14 ? "08:00" : "11:00",
  slotDuration: "00:15",
  slotLabelInterval: "01:00",
  flexibleSlotTimeLimits: { eventFilter: (event) => event.display !== "background" || event.extendedProps.kind === "hours" },
  allDaySlot: false,
  nowIndicator: true,
  lazyFetching: false,
  eventSources: [{ url: text.feed }],
  headerToolbar: phone.matches
    ? { start: "prev,next", center: "title", end: "timeGridDay,listWeek" }
    : { start: "prev,next today", center: "title", end: "timeGridWeek,timeGridDay,listWeek" },
  buttonText: (names) => ({
    ...names,
    today: text.today,
    timeGridWeek: text.week,
    timeGridDay: text.day,
    listWeek: text.list,
    prev: text.before,
    next: text.after,
  }),
  noEventsContent: text.none,
  eventTimeFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  slotLabelFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  dayHeaderFormat: (day) => `${weekdays[day.getDay()]} ${day.getDate()}`,
  listDayFormat: (day) => weekdays[day.getDay()],
  listDaySideFormat: spoken,
  titleFormat: title,
  eventFilter: ({ event, view }) => !view.type.startsWith("list") || event.display !== "background",
  eventContent,
  eventClick: ({ event }) => event.extendedProps.url && location.assign(event.extendedProps.url),
  eventDidMount: ({ event, el }) => {
    if (event.display === "background") return el.setAttribute("aria-hidden", "true");
    const { status, service, mode } = event.extendedProps;
    el.tabIndex = 0;
    el.setAttribute("role", "link");
    el.setAttribute("aria-label", `${clock(event.start)}–${clock(event.end)} ${event.title}, ${service}, ${mode}: ${status}`);
    el.title = `${event.title}: ${status}`;
    el.addEventListener("keydown", (press) => {
      if (press.key === "Enter") location.assign(event.extendedProps.url);
    });
  },
  datesSet: ({ start }) => remember(start),
});

function clinicHour() {
  const [hours, minutes] = offset.slice(1).split(":").map(Number);
  const shift = (hours * 60 + minutes) * (offset[0] === "-" ? -1 : 1);
  return new Date(Date.now() + shift * 60_000).getUTCHours();
}

function clock(date) {
  return date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** Colour alone says nothing: the status stands in words. */
function eventContent({ event, view }) {
  if (event.display === "background") {
    if (!event.title) return { domNodes: [] };
    return { domNodes: [line("calendar-note", event.title)] };
  }
  const { status, mode } = event.extendedProps;
  // In a week's narrow columns the place says the time; the status must not be cut off.
  const words = view.type === "timeGridWeek" ? status : `${clock(event.start)} · ${status} · ${mode}`;
  const name = line("visit-name", event.title);
  // A quarter of an hour has room for one line.
  if (event.end - event.start <= 20 * 60_000 && view.type.startsWith("timeGrid")) {
    name.append(line("visit-inline", ` · ${words}`, "span"));
    return { domNodes: [name] };
  }
  return { domNodes: [name, line("visit-status", words)] };
}

/** As the server writes days, in the page's language. */
function spoken(day) {
  return `${day.getDate()} ${months[day.getMonth()]} ${day.getFullYear()}`;
}

/** "21 Nov 2026", "15–21 Nov 2026", "29 Nov – 5 Dec 2026". */
function title(first, last) {
  if (isoDay(first) === isoDay(last)) return spoken(last);
  if (first.getMonth() === last.getMonth()) return `${first.getDate()}–${spoken(last)}`;
  return `${first.getDate()} ${months[first.getMonth()]} – ${spoken(last)}`;
}

function line(name, words, tag = "div") {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = words;
  return element;
}

/** The chosen week stands in the address (reload, Back from a visit) and in the list below. */
function remember(start) {
  const day = isoDay(start);
  const first = !drawn;
  drawn = true;
  // What the server drew is what the address asked for.
  if (first || day === text.date) return;
  text.date = day;
  const url = new URL(text.base, location.origin);
  url.searchParams.set("date", day);
  history.replaceState(history.state, "", url);
  window.htmx?.ajax("GET", url.pathname + url.search, { target: "#week", select: "#week", swap: "outerHTML" });
}

function isoDay(date) {
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
}

/** Events of one moment lead to one fetch; refetching leaves scroll and week alone. */
function refetch() {
  clearTimeout(waiting);
  waiting = setTimeout(() => calendar.refetchEvents(), 200);
}

live.on("appointment.changed", refetch);
live.on("reconnected", refetch);

phone.addEventListener("change", () => {
  calendar.setOption("view", phone.matches ? "timeGridDay" : "timeGridWeek");
  calendar.setOption("height", phone.matches ? "32rem" : "46rem");
});

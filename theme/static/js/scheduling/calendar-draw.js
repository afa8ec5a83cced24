// How the grid words and draws what the feed brings. Colour alone says nothing: status and notes stand in words.

export function wordsOf(text) {
  const [months, weekdays] = [text.months.split(","), text.weekdays.split(",")];

  /** As the server writes days, in the page's language. */
  const spoken = (day) => `${day.getDate()} ${months[day.getMonth()]} ${day.getFullYear()}`;

  return {
    spoken,
    weekday: (day) => weekdays[day.getDay()],
    /** "Sun 22": the column of a day. */
    column: (day) => `${weekdays[day.getDay()]} ${day.getDate()}`,
    month: (day) => `${months[day.getMonth()]} ${day.getFullYear()}`,
    /** "21 Nov 2026", "15–21 Nov 2026", "29 Nov – 5 Dec 2026"; a whole month by its name. */
    range(first, last) {
      if (isoDay(first) === isoDay(last)) return `${weekdays[last.getDay()]} ${spoken(last)}`;
      if (first.getMonth() === last.getMonth()) return `${first.getDate()}–${spoken(last)}`;
      return `${first.getDate()} ${months[first.getMonth()]} – ${spoken(last)}`;
    },
  };
}

export function isoDay(date) {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function clock(date) {
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** A moment of the grid as the server takes it: the clinic's wall clock. */
export function wallClock(date) {
  return `${isoDay(date)}T${clock(date)}`;
}

const two = (number) => String(number).padStart(2, "0");

const QUARTER = 20 * 60_000;

export function content({ event, view }) {
  const { kind, status, mode, doctor, notes } = event.extendedProps;
  if (kind === "offer") {
    const named = line("visit-name", event.title);
    if (/^(list|dayGrid)/.test(view.type)) named.prepend(line("visit-clock", `${clock(event.start)} `, "span"));
    return { domNodes: [named, line("visit-status", status)] };
  }
  if (kind !== "visit") return event.title ? { domNodes: [line("calendar-note", event.title)] } : { domNodes: [] };
  const noted = [status, ...notes].join(" · ");
  const name = line("visit-name", event.title);
  if (view.type.startsWith("dayGrid")) {
    name.prepend(line("visit-clock", `${clock(event.start)} `, "span"));
    return { domNodes: [name, ...(doctor ? [line("visit-status", doctor)] : []), line("visit-status", noted)] };
  }
  // In a week's narrow columns the place says the time; the status must not be cut off.
  const words =
    view.type === "timeGridWeek" || view.type === "resourceTimeGridDay"
      ? `${noted} · ${mode}`
      : [clock(event.start), noted, mode, view.type.startsWith("list") ? doctor : ""].filter(Boolean).join(" · ");
  // A quarter of an hour has room for one line.
  if (event.end - event.start <= QUARTER && !view.type.startsWith("list")) {
    name.append(line("visit-inline", ` · ${words}`, "span"));
    return { domNodes: [name] };
  }
  return { domNodes: [name, line("visit-status", words)] };
}

function line(name, words, tag = "div") {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = words;
  return element;
}

/** What a screen reader and a mouse that rests hear of it; hours behind the visits are only seen. */
export function label(event, element) {
  if (event.display === "background") return element.setAttribute("aria-hidden", "true");
  element.dataset.event = event.id;
  element.setAttribute("aria-label", event.extendedProps.label);
  element.title = event.extendedProps.label;
  if (event.extendedProps.kind === "visit") element.setAttribute("aria-haspopup", "dialog");
}

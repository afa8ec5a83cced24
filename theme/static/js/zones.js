// The reader's own time beside the clinic's, where the server does not know their zone (theme/templatetags/zones.py),
// and telling it once, so that mails can say both too. The profile page corrects what the browser says.
import { csrfToken } from "./csrf.js";

const { zoneUrl, clinicTime, yourTime, months, weekdays } = document.body.dataset;
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** "05:15", with the day where it is another one than `stamp` says ("2026-11-25T10:00:00+05:45"). */
function clock(stamp) {
  const moment = new Date(stamp);
  const at = `${two(moment.getHours())}:${two(moment.getMinutes())}`;
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  if (stamp.startsWith(day)) return at;
  return `${weekdays.split(",")[moment.getDay()]} ${moment.getDate()} ${months.split(",")[moment.getMonth()]}, ${at}`;
}

function two(number) {
  return String(number).padStart(2, "0");
}

/** Whether this device's clock shows another time at that moment. */
function differs(stamp) {
  const [, sign, hours, minutes] = stamp.match(/([+-])(\d\d):(\d\d)$/) ?? [];
  if (!sign) return false;
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
  return -new Date(stamp).getTimezoneOffset() !== offset;
}

function fill() {
  for (const time of document.querySelectorAll("time[data-when]")) {
    time.removeAttribute("data-when");
    if (!differs(time.dateTime)) continue;
    const beside = document.createElement("span");
    beside.className = "own-time";
    beside.textContent = `${clinicTime} · ${yourTime.replace("{time}", clock(time.dateTime))}`;
    time.after(" ", beside);
  }
  for (const small of document.querySelectorAll("[data-own-clock]")) {
    small.hidden = !differs(small.dataset.ownClock);
    small.textContent = clock(small.dataset.ownClock);
  }
  const shown = document.querySelector("[data-own-clock]:not([hidden])");
  for (const note of document.querySelectorAll("[data-own-zone]")) {
    note.hidden = !shown;
    note.textContent = note.dataset.ownZone.replace("%(zone)s", own.replaceAll("_", " "));
  }
}

if (yourTime) {
  fill();
  document.body.addEventListener("htmx:afterSettle", fill);
}

// Once for each account: the server keeps only the first one it is told.
if (zoneUrl && own)
  fetch(zoneUrl, {
    method: "POST",
    body: new URLSearchParams({ zone: own }),
    keepalive: true,
    headers: { "X-CSRFToken": csrfToken(), "X-Background": "1" },
  }).catch(() => {});

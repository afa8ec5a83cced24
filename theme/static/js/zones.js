// The reader's own time beside the clinic's, where the server does not know their zone (theme/templatetags/zones.py),
// and telling it once, so that mails can say both too. The profile page corrects what the browser says.
import { csrfToken } from "./csrf.js";

const { zoneUrl, clinicTime, yourTime, months, weekdays } = document.body.dataset;
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** "05:15", with the day where it is another one than `stamp` says ("2026-11-25T10:00:00+05:45"); brief: the weekday. */
function clock(stamp, brief = false) {
  const moment = new Date(stamp);
  const at = `${two(moment.getHours())}:${two(moment.getMinutes())}`;
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  if (stamp.startsWith(day)) return at;
  const weekday = weekdays.split(",")[moment.getDay()];
  if (brief) return `${weekday} ${at}`;
  return `${weekday} ${moment.getDate()} ${months.split(",")[moment.getMonth()]}, ${at}`;
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
  for (const beside of document.querySelectorAll("[data-own-time]")) {
    const stamp = beside.dataset.ownTime;
    beside.hidden = !differs(stamp);
    beside.textContent = `${clinicTime} · ${yourTime.replace("{time}", clock(stamp))}`;
  }
  for (const small of document.querySelectorAll("[data-own-clock]")) {
    small.hidden = !differs(small.dataset.ownClock);
    small.textContent = clock(small.dataset.ownClock, true);
  }
  const shown = document.querySelector("[data-own-clock]:not([hidden])");
  for (const note of document.querySelectorAll("[data-own-zone]")) {
    note.hidden = !shown;
    note.textContent = note.dataset.ownZone.replace("%(zone)s", own.split("/").at(-1).replaceAll("_", " "));
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

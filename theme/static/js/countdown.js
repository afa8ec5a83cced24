// <time data-countdown datetime="…">: the time left as m:ss (h:mm:ss from an hour), once a second.
// At zero the element fires `countdown:over`, which bubbles, so a fragment can refetch itself on it.

const over = new WeakSet();

export function timeLeft(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const pad = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}

function tick() {
  for (const element of document.querySelectorAll("time[data-countdown]")) {
    const ms = Date.parse(element.dateTime) - Date.now();
    element.textContent = timeLeft(ms);
    if (ms <= 0 && !over.has(element)) {
      over.add(element);
      element.dispatchEvent(new CustomEvent("countdown:over", { bubbles: true }));
    }
  }
}

tick();
setInterval(tick, 1000);
document.body.addEventListener("htmx:afterSettle", tick);

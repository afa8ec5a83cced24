// Counts of unread messages and notifications (data-count="unread_messages" | "unread_notifications").
// Events change them at once; what can't be counted here (which messages are read) is asked from the server.
import { live } from "./live.js";
import { toast } from "./toast.js";

const me = document.body.dataset.user;
let asking = 0;

function badges(key) {
  return document.querySelectorAll(`[data-count="${key}"]`);
}

function show(key, count) {
  for (const badge of badges(key)) {
    badge.hidden = !count;
    badge.querySelector("[data-count-number]").textContent = count > 99 ? "99+" : String(count);
  }
}

/** At most once a second, however much comes. */
function ask() {
  asking ||= setTimeout(async () => {
    asking = 0;
    try {
      const answer = await fetch(document.body.dataset.unreadUrl, { headers: { "X-Background": "1" } });
      if (!answer.ok || answer.redirected) return;
      for (const [key, count] of Object.entries(await answer.json())) show(key, count);
    } catch {
      // Offline again: the next reconnect asks anew.
    }
  }, 1000);
}

live.on("notification.new", (frame) => {
  if (Number.isInteger(frame.unread)) show("unread_notifications", frame.unread);
  else ask();
  // On the page it is about, the news shows itself.
  if (frame.title && frame.url !== location.pathname) toast(frame.title, "info");
});
live.on("notification.read", (frame) => show("unread_notifications", frame.unread));
live.on("message.new", (frame) => {
  if (frame.message?.sender?.id !== me) ask();
});
live.on("message.read", (frame) => {
  if (frame.user === me) ask();
});
live.on("reconnected", ask);

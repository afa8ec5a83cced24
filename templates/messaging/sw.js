{% load static %}// Shows a push and opens its page. No fetch handler: it keeps and changes nothing of the portal.
const NAME = "{{ CLINIC_NAME|escapejs }}";
const ICON = "{% static "img/mark-192.png" %}";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/** What was sent: `{title, url}`. Browsers insist that something is shown, so what can't be read shows the name. */
function read(event) {
  try {
    const { title, url } = event.data.json();
    return { title: typeof title === "string" && title ? title : NAME, url: place(url) };
  } catch {
    return { title: NAME, url: place("") };
  }
}

/** Only a page of this portal; else the list of notifications. */
function place(url) {
  const fallback = new URL("{% url "notifications" %}", self.location.origin);
  if (typeof url !== "string" || !url) return fallback.href;
  try {
    const wanted = new URL(url, self.location.origin);
    return wanted.origin === self.location.origin ? wanted.href : fallback.href;
  } catch {
    return fallback.href;
  }
}

self.addEventListener("push", (event) => {
  const { title, url } = read(event);
  // The same news again replaces the first one.
  const shown = { body: title === NAME ? "" : NAME, icon: ICON, tag: `${url} ${title}`, data: { url } };
  event.waitUntil(self.registration.showNotification(title, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = place(event.notification.data?.url);
  event.waitUntil(open(url));
});

/** The tab that shows it already, or a new one: what is half written in another tab must not be lost. */
async function open(url) {
  const tabs = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = tabs.find((tab) => tab.url === url);
  return there ? there.focus() : self.clients.openWindow(url);
}

// Keeps the page that verifies prescriptions, and what it loads, for when the line is down. It keeps no prescription: the
// part of an address after # never comes here, and the page is the same for every number.
const KEPT = "rx-3";
const PAGE = "{% url "rx_empty" %}";

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(KEPT)
      .then((cache) => cache.add(new Request(PAGE, { cache: "reload" })))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name.startsWith("rx-") && name !== KEPT).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old).then(() => self.clients.claim()));
});

self.addEventListener("message", ({ data }) => {
  const keep = async (name) => {
    const cache = await caches.open(KEPT);
    if (!(await cache.match(name))) await cache.add(name);
  };
  for (const name of data?.keep ?? []) keep(name).catch(() => {});
});

async function fresh(request, kept) {
  const answer = await fetch(request);
  if (answer.ok && answer.type === "basic") {
    const cache = await caches.open(KEPT);
    await cache.put(kept, answer.clone());
  }
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin || pathname.endsWith("/status/")) return;
  // Online always what the server has; offline what was kept.
  const kept = request.mode === "navigate" ? PAGE : request;
  event.respondWith(fresh(request, kept).catch(async () => (await caches.match(kept)) ?? Response.error()));
});

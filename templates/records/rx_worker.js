// Keeps the page that verifies prescriptions, and what it loads, for when the line is down. It keeps no prescription: the
// part of an address after # never comes here, and the page is the same for every number.
const KEPT = "rx-4";
const PAGE = "{% url "rx_empty" %}";

async function keepPage() {
  const cache = await caches.open(KEPT);
  await cache.add(new Request(PAGE, { cache: "reload", credentials: "omit" }));
}

self.addEventListener("install", (event) => event.waitUntil(keepPage().then(() => self.skipWaiting())));

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

async function fresh(request) {
  const answer = await fetch(request);
  if (request.mode !== "navigate" && answer.ok && answer.type === "basic") {
    const cache = await caches.open(KEPT);
    await cache.put(request, answer.clone());
  }
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin || pathname.endsWith("/status/")) return;
  const isPage = request.mode === "navigate";
  // The keys may have changed: with each visit the kept page is made anew, as a stranger gets it.
  if (isPage) event.waitUntil(keepPage().catch(() => {}));
  event.respondWith(fresh(request).catch(async () => (await caches.match(isPage ? PAGE : request)) ?? Response.error()));
});

// A region that fetches itself again on live events (hx-trigger="live:…") hears none while it is being replaced: what htmx
// had queued or delayed goes with the old element. When one came since the request began, the new one asks once more.

import { live } from "./live.js";

const begun = new WeakMap(); // request -> when it was sent

document.body.addEventListener("htmx:beforeRequest", (event) => begun.set(event.detail.xhr, performance.now()));

document.body.addEventListener("htmx:afterSettle", (event) => {
  const region = event.target;
  const awaited = region.getAttribute?.("hx-trigger")?.split(/[\s,]+/) ?? [];
  const missed = live.since(begun.get(event.detail.xhr) ?? Infinity).find((name) => awaited.includes(name));
  if (missed) htmx.ajax("GET", region.getAttribute("hx-get"), { source: region, event: new CustomEvent(missed) });
});

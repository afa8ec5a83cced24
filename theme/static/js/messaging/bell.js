// The panel behind the bell: fetched when it is opened, and again on news while it is open.
import { live } from "../live.js";

const bell = document.querySelector("[data-bell]");
const latest = bell?.querySelector("#bell-latest");

function refresh() {
  if (bell.open) latest.dispatchEvent(new CustomEvent("bell-open"));
}

bell?.addEventListener("toggle", refresh);
if (bell) for (const type of ["notification.new", "notification.read", "reconnected"]) live.on(type, refresh);
// The button that was pressed is gone with the old list: focus stays in the panel.
latest?.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.requestConfig?.verb === "post") latest.focus();
});

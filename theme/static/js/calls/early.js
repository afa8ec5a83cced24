// The page of a call that is not open yet: look again when it is, and when it was moved.
import { live } from "../live.js";

// In seconds: this computer's clock may be an hour off.
const { opensIn } = document.querySelector("[data-opens-in]").dataset;
const LONGEST_TIMER_MS = 24 * 3600 * 1000;

// A second more saves a second look.
const wait = (Number(opensIn) + 1) * 1000;
const opensAt = Date.now() + wait;
if (wait < LONGEST_TIMER_MS) setTimeout(() => location.reload(), wait);
// A laptop that wakes up: its timers stood still.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && Date.now() >= opensAt) location.reload();
});
live.on("call.changed", ({ call }) => location.pathname.includes(call) && location.reload());

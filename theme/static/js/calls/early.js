// The page of a call that is not open yet: look again when it is, and when it was moved.
import { live } from "../live.js";

const { opensAt } = document.querySelector("[data-opens-at]").dataset;
const LONGEST_TIMER_MS = 24 * 3600 * 1000;

const wait = new Date(opensAt) - Date.now();
// The two clocks differ a little; a second more saves a second look.
if (wait < LONGEST_TIMER_MS) setTimeout(() => location.reload(), Math.max(1000, wait + 1000));
live.on("call.changed", ({ call }) => location.pathname.includes(call) && location.reload());

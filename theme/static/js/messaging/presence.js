// [data-presence="<user>"]: whether somebody is here. With a [data-presence-text] in it: in words, or when they last
// were; without one it is a dot, shown while they are online.
import { live } from "../live.js";
import { clock } from "./format.js";

const known = new Map();
let watched = new Set();

const topicOf = (user) => `presence:${user}`;
const elements = () => document.querySelectorAll("[data-presence]:not([data-presence=''])");

function draw(element) {
  const { state = "", last_seen } = known.get(element.dataset.presence) ?? {};
  element.dataset.state = state;
  const text = element.querySelector("[data-presence-text]");
  if (text) text.textContent = words(element.dataset, state, last_seen);
  element.hidden = text ? text.textContent === "" : state !== "online";
}

function words(dataset, state, last_seen) {
  if (state === "online") return dataset.online;
  if (state === "away") return dataset.away;
  if (!last_seen) return "";
  const shown = clock(dataset.timeZone, dataset);
  const date = new Date(last_seen);
  const isToday = shown.dayKey(date) === shown.dayKey(new Date(live.now()));
  return dataset.lastSeen.replace("{time}", `${isToday ? "" : shown.day(date)} ${shown.time(date)}`.trim());
}

/** Watches whom the page shows: the list beside a thread comes and goes, and a phone shows one of the two. */
function look() {
  const shown = [...elements()].filter((element) => element.parentElement.checkVisibility());
  const wanted = new Set(shown.map((element) => element.dataset.presence));
  // First what goes: a socket watches so many topics and no more.
  const gone = [...watched].filter((user) => !wanted.has(user));
  live.unwatch(...gone.map(topicOf));
  for (const user of gone) known.delete(user);
  live.watch(...[...wanted].filter((user) => !watched.has(user)).map(topicOf));
  watched = wanted;
  elements().forEach(draw);
}

live.on("presence", ({ users }) => {
  for (const [user, seen] of Object.entries(users)) known.set(user, seen);
  elements().forEach(draw);
});
// What was true before the line went is not known to be true now.
live.on("down", () => {
  known.clear();
  elements().forEach(draw);
});
document.body.addEventListener("htmx:afterSwap", look);
matchMedia("(min-width: 64rem)").addEventListener("change", look);
look();

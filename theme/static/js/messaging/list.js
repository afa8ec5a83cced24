// The list of conversations (templates/messaging/_conversation_list.html): fetched again on news, at most once a second,
// one fetch after the other, and only while somebody can see it. On a phone that is not beside an open conversation.
import { live } from "../live.js";

const SOON_MS = 150;
const EVERY_MS = 1000;
const me = document.body.dataset.user;
let timer = 0;
let last = 0;
let busy = false;
let stale = false;

const list = () => document.getElementById("conversation-list");

function news() {
  timer ||= setTimeout(fetchAgain, Math.max(SOON_MS, last + EVERY_MS - Date.now()));
}

function fetchAgain() {
  timer = 0;
  stale = busy || document.hidden || !list().checkVisibility();
  if (stale) return;
  last = Date.now();
  list().dispatchEvent(new CustomEvent("live:conversations"));
}

const catchUp = () => stale && news();

live.on("message.new", news);
live.on("message.changed", news);
// How far others have read is not in the list.
live.on("message.read", ({ user }) => user === me && news());
live.on("reconnected", news);
document.addEventListener("visibilitychange", catchUp);
matchMedia("(min-width: 64rem)").addEventListener("change", catchUp);

// A typed search fetches the list too.
const isList = (event) => event.detail.target?.id === "conversation-list";
document.body.addEventListener("htmx:beforeRequest", (event) => isList(event) && (busy = true));
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (!isList(event)) return;
  busy = false;
  catchUp();
});

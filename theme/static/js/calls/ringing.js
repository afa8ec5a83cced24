// Calls from chat: the sign that someone rings, on every page; and [data-ring] buttons that ring.
import { csrfToken } from "../csrf.js";
import { live } from "../live.js";
import { toast } from "../toast.js";
import { startTone, stopTone } from "./ring-tone.js";

const dialog = document.getElementById("ringing");
let ringing = null;
let title = document.title;

function show(call) {
  // One after the other: when this one is over, the next is looked for.
  if (ringing || location.pathname === `/calls/${call.call}/`) return;
  ringing = call;
  dialog.querySelector("[data-ringing-name]").textContent = call.from_name;
  for (const line of dialog.querySelectorAll("[data-ringing-media]")) line.hidden = line.dataset.ringingMedia !== call.media;
  if (!dialog.open) dialog.showModal();
  // Seen and heard in another tab as well.
  title = document.title;
  document.title = `☎ ${call.from_name}`;
  startTone();
}

function hide(call) {
  if (ringing?.call !== call) return;
  ringing = null;
  dialog.close();
  document.title = title;
  stopTone();
}

async function post(url, body) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken(), "Content-Type": "application/json" },
    body: JSON.stringify(body ?? {}),
  }).catch(() => null);
  return { ok: answer?.ok ?? false, body: (await answer?.json().catch(() => null)) ?? {} };
}

live.on("call.ringing", show);
live.on("call.changed", ({ call, status }) => {
  if (status === "ringing" || ringing?.call !== call) return;
  hide(call);
  lookForRinging();
});
// What rang while no socket was open: sockets hint, HTTP tells the truth.
async function lookForRinging() {
  const answer = await fetch("/api/calls/ringing/").catch(() => null);
  if (!answer?.ok) return;
  const calls = (await answer.json()).results;
  if (ringing && !calls.some(({ call }) => call === ringing.call)) hide(ringing.call);
  if (calls.length) show(calls[0]);
}

live.on("ready", lookForRinging);
// The socket may have been quicker than this module.
if (live.connected) lookForRinging();

dialog.querySelector("[data-answer]").addEventListener("click", async () => {
  const { call } = ringing;
  const answer = await post(`/api/calls/${call}/answer/`);
  if (answer.ok) location.assign(`/calls/${call}/`);
  else {
    toast(answer.body.detail ?? dialog.dataset.failed, "error");
    hide(call);
  }
});

dialog.querySelector("[data-decline]").addEventListener("click", async () => {
  const { call } = ringing;
  hide(call);
  await post(`/api/calls/${call}/decline/`);
  lookForRinging();
});
// Escape must not leave the caller waiting without a word.
dialog.addEventListener("cancel", (event) => event.preventDefault());

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-ring]");
  if (!button || button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const answer = await post(`/api/conversations/${button.dataset.ring}/call/`, { media: button.dataset.media });
  const call = answer.body.id ?? answer.body.call;
  if (answer.body.code === "call_in_progress") await post(`/api/calls/${call}/answer/`);
  if (call) location.assign(`/calls/${call}/`);
  else toast(answer.body.detail ?? dialog.dataset.failed, "error");
  button.removeAttribute("aria-busy");
});

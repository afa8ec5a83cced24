// Calls from chat: the sign that someone rings, on every page; and [data-ring] buttons that ring.
import { csrfToken } from "../csrf.js";
import { live } from "../live.js";
import { toast } from "../toast.js";

const dialog = document.getElementById("ringing");
let ringing = null;

function show(call) {
  if (ringing?.call === call.call || location.pathname === `/calls/${call.call}/`) return;
  ringing = call;
  dialog.querySelector("[data-ringing-name]").textContent = call.from_name;
  for (const line of dialog.querySelectorAll("[data-ringing-media]")) line.hidden = line.dataset.ringingMedia !== call.media;
  if (!dialog.open) dialog.showModal();
}

function hide(call) {
  if (ringing?.call !== call) return;
  ringing = null;
  dialog.close();
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
live.on("call.changed", ({ call, status }) => status !== "ringing" && hide(call));
// What rang while no socket was open: sockets hint, HTTP tells the truth.
async function lookForRinging() {
  const answer = await fetch("/api/calls/ringing/").catch(() => null);
  const calls = answer?.ok ? (await answer.json()).results : [];
  if (calls.length) show(calls[0]);
  else if (ringing) hide(ringing.call);
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

dialog.querySelector("[data-decline]").addEventListener("click", () => {
  const { call } = ringing;
  hide(call);
  post(`/api/calls/${call}/decline/`);
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

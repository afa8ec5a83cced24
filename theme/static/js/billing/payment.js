// A payment's page: changes with the payment, shows the chosen picture.
import { live } from "../live.js";

// The clock of this device may be fast: the server then still says "due" at zero, and is asked again, but not at once.
const ASK_AGAIN_MS = 5_000;

let lastAsked = 0;

function section() {
  return document.getElementById("payment-state");
}

function refresh() {
  window.htmx.trigger(section(), "payment:refresh");
}

// Only a real change replaces the page: a half-typed reference must survive a phone's naps.
async function look() {
  try {
    const answer = await fetch(section().dataset.api, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { status, received } = await answer.json();
    if (status !== section().dataset.state || Number(received) !== Number(section().dataset.received)) refresh();
  } catch {
    // Offline: the next reconnect asks anew.
  }
}

live.on(`payment.changed:${section().dataset.payment}`, (frame) => {
  if (frame.status !== section().dataset.state) refresh();
  else look();
});

// Also the first time: money may have arrived between the page and its connection.
live.on("ready", look);

document.body.addEventListener("countdown:over", () => {
  const wait = Math.max(0, lastAsked + ASK_AGAIN_MS - Date.now());
  setTimeout(() => {
    lastAsked = Date.now();
    refresh();
  }, wait);
});

// What was being typed when a part of the money arrived is still needed for the rest.
let typed = "";
document.body.addEventListener("htmx:beforeSwap", () => {
  // While that part is checked there is no field.
  typed = section().querySelector("[name=bank_reference]")?.value ?? typed;
});

let shownState = section().dataset.state;
document.body.addEventListener("htmx:afterSettle", () => {
  const field = section().querySelector("[name=bank_reference]");
  if (field && !field.value) field.value = typed;
  if (section().dataset.state === shownState) return;
  shownState = section().dataset.state;
  section().querySelector("[data-state-title]")?.focus();
});

// --- The picture of the receipt ---

function showPicture(input) {
  const form = input.form;
  const preview = form.querySelector("[data-proof-preview]");
  const tooLarge = form.querySelector("[data-proof-too-large]");
  const picture = preview.querySelector("img");
  if (picture.src) URL.revokeObjectURL(picture.src);
  const [file] = input.files;
  const oversized = Boolean(file) && file.size > Number(input.dataset.maxBytes);
  tooLarge.hidden = !oversized;
  input.setCustomValidity(oversized ? tooLarge.textContent : "");
  preview.hidden = !file || oversized;
  if (preview.hidden) {
    picture.removeAttribute("src");
    return;
  }
  picture.src = URL.createObjectURL(file);
  preview.querySelector("[data-proof-name]").textContent = file.name;
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-proof-input]")) showPicture(event.target);
});

document.addEventListener("click", (event) => {
  const clear = event.target.closest?.("[data-proof-clear]");
  if (!clear) return;
  const input = clear.closest("form").querySelector("[data-proof-input]");
  input.value = "";
  showPicture(input);
  input.focus();
});

// The form is `novalidate` so that the server's words are shown; a picture over the limit need not travel, though.
document.addEventListener(
  "submit",
  (event) => {
    const input = event.target.querySelector?.("[data-proof-input]");
    if (!input || !input.validationMessage) return;
    event.preventDefault();
    event.stopPropagation();
    input.focus();
  },
  true,
);

// A page that the browser brings back may have kept its file.
for (const input of document.querySelectorAll("[data-proof-input]")) showPicture(input);

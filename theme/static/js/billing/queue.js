// Management's queue: dialogs for the decisions and the pictures. The list refetches itself (parts/queue.html); what is
// open beside it is in checking.js.
import "./chosen.js";
import "./queue-keys.js";
import "./queue-place.js";
import "./zoom.js";
import { decided } from "./checking.js";
import { showDifference } from "./difference.js";

let url = "";
let about = "";
let focusNext = false;

/** The dialog of one payment; `row` carries what it shows (parts/row_data.html). */
function open(dialog, row) {
  dialog.querySelector("form")?.reset();
  for (const field of dialog.querySelectorAll("[data-fill]")) field.textContent = row.dataset[field.dataset.fill];
  for (const field of dialog.querySelectorAll("[data-fill-value]")) field.value = field.defaultValue = row.dataset[field.dataset.fillValue];
  for (const form of dialog.querySelectorAll("form[data-amounts]")) form.dataset.expected = row.dataset.outstanding;
  for (const field of dialog.querySelectorAll("[data-if-filled]")) field.hidden = !field.textContent;
  for (const form of dialog.querySelectorAll("[data-amounts]")) showDifference(form);
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const target = event.target;
  const decide = target.closest?.("[data-decide]");
  if (decide) {
    url = decide.dataset.url;
    const row = decide.closest("[data-row]");
    about = row.dataset.id;
    open(document.getElementById(decide.dataset.decide), row);
  }
  const proof = target.closest?.("[data-proof]");
  if (proof) {
    const dialog = document.getElementById("proof-dialog");
    dialog.querySelector("[data-proof-large]").src = proof.dataset.proof;
    dialog.querySelector("[data-proof-link]").href = proof.dataset.proof;
    open(dialog, proof.closest("[data-row]"));
  }
  const preset = target.closest?.("[data-preset]");
  if (preset) {
    const reason = preset.closest("form").elements.reason;
    reason.value = preset.dataset.preset;
    reason.focus();
  }
});

for (const form of document.querySelectorAll("form[data-decision]"))
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "true";
    event.submitter?.setAttribute("aria-busy", "true");
    let status = 0;
    const heard = (answer) => (status = answer.detail.xhr.status);
    form.addEventListener("htmx:afterRequest", heard, { once: true });
    try {
      // The answer brings its own toast; a refusal is shown by app.js in the server's words.
      await window.htmx.ajax("POST", url, { source: form, swap: "none" });
    } finally {
      form.removeEventListener("htmx:afterRequest", heard);
      delete form.dataset.sending;
      event.submitter?.removeAttribute("aria-busy");
    }
    // A reason that was refused is corrected in place; everything else is over, done by us or by someone else.
    if (status === 0 || status === 400 || status >= 500) return;
    form.closest("dialog").close();
    focusNext = !decided(about);
    window.htmx.trigger("#queue", "queue:refresh");
  });

// On a phone the strip of tabs is wider than the screen. Only the strip moves, never the page.
function showCurrentTab() {
  const tab = document.querySelector("#queue-tabs .tab[aria-current]");
  if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 16;
}

showCurrentTab();
document.body.addEventListener("htmx:afterSettle", showCurrentTab);

// The row that had the focus is gone, and nothing was open beside the list: go on with the next row.
document.body.addEventListener("htmx:afterSettle", () => {
  if (!focusNext || document.querySelector("dialog[open]")) return;
  const active = document.activeElement;
  if (active && active !== document.body) return;
  focusNext = false;
  (document.querySelector("#queue [data-decide]") ?? document.getElementById("queue-title"))?.focus();
});

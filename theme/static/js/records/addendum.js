// <textarea data-addendum>: what is typed to be added to a signed note or an authorised report survives a crash of the
// browser.
import { Kept } from "./kept.js";

const read = ({ text }) => (typeof text === "string" && text.trim() ? { text } : null);

async function look(field) {
  const kept = new Kept(`addendum:${field.dataset.user}:${field.dataset.addendum}`, read);
  const keep = () => (field.value.trim() ? kept.keep({ text: field.value }) : kept.drop());
  field.addEventListener("input", keep);
  const whole = field.closest("#visit-note, #imaging-report");
  whole.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const answer = detail.serverResponse ?? "";
    // Signed: what it was added to is back, and nothing in it was refused.
    if (detail.requestConfig?.elt === field.form && answer.includes(`id="${whole.id}"`) && !answer.includes("aria-invalid")) kept.drop();
  });
  const left = await kept.open();
  // What stands there is newer: typed meanwhile, or sent and refused.
  const texts = [...new Set([field.value, ...left.map(({ text }) => text)])].filter((text) => text.trim());
  for (const { drop } of left) drop();
  if (left.length) {
    field.value = texts.join("\n\n");
    field.closest("details").open = true;
  }
  keep();
}

const begun = new WeakSet();

function begin({ type } = {}) {
  for (const field of document.querySelectorAll("textarea[data-addendum]")) {
    if (begun.has(field)) continue;
    begun.add(field);
    look(field);
    // A page that was loaded whole sees to that itself (forms.js).
    if (type && field.hasAttribute("aria-invalid")) field.focus();
  }
}

begin();
document.body.addEventListener("htmx:load", begin);

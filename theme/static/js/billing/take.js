// Money at the desk: only the fields of the chosen method, the change, and a word when the payment changes meanwhile.
import { live } from "../live.js";
import { hundredths, shown } from "./amounts.js";

const page = document.querySelector("[data-take]");
const form = document.querySelector("[data-take-form]");

function showWhatFits() {
  const method = form.querySelector("input[name=method]:checked")?.value;
  for (const part of form.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(method);
  if (!page) return;
  const amount = hundredths(form.elements.amount.value);
  const given = hundredths(form.elements.given.value);
  const change = form.querySelector("[data-change-line]");
  change.hidden = method !== "cash" || amount === null || given === null || given < amount;
  if (!change.hidden) change.querySelector("[data-change]").textContent = shown(given - amount, page.dataset.currency);
  const surplus = form.querySelector("[data-surplus]");
  const box = form.elements.keep_rest;
  surplus.hidden = amount === null || amount <= hundredths(page.dataset.due);
  if (surplus.hidden) box.checked = false;
}

if (form?.elements.method) {
  form.addEventListener("input", showWhatFits);
  form.addEventListener("change", showWhatFits);
  addEventListener("pageshow", showWhatFits);
  showWhatFits();
}

// Our own step leads to a new page before its event could arrive here.
let leaving = false;
form?.addEventListener("submit", () => (leaving = true));
if (page)
  live.on(`payment.changed:${page.dataset.take}`, () => {
    if (!leaving) page.querySelector("[data-changed]").hidden = false;
  });

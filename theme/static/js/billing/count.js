// Counting a drawer: each line's worth, the sum, and how far it is off.
import { hundredths, shown } from "./amounts.js";

const form = document.querySelector("[data-count-form]");

function pieces(input) {
  const typed = hundredths(input.value.trim() || "0");
  return typed === null || typed < 0 ? 0 : Math.floor(typed / 100);
}

function reckon() {
  const { currency, expected } = form.dataset;
  let sum = 0;
  let any = false;
  for (const input of form.querySelectorAll("[data-value]")) {
    const worth = pieces(input) * hundredths(input.dataset.value);
    const line = form.querySelector(`[data-line][for="${input.id}"]`);
    line.textContent = worth ? shown(worth, currency) : "";
    any ||= input.value.trim() !== "";
    sum += worth;
  }
  const off = sum - hundredths(expected);
  form.querySelector("[data-counted]").textContent = any ? shown(sum, currency) : "–";
  const difference = form.querySelector("[data-difference]");
  difference.textContent = any ? `${off > 0 ? "+" : ""}${shown(off, currency)}` : "–";
  difference.className = `tabular-nums ${any && off ? "font-semibold text-danger" : ""}`;
}

form.addEventListener("input", reckon);
addEventListener("pageshow", reckon);
reckon();

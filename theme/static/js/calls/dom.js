// What the modules of the call page share: finding elements, and the page's sentences in the reader's language.

const words = document.querySelector("[data-call-words]").dataset;

export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/** Calls `handle` for a click on any of them. */
export function click(selector, handle) {
  for (const button of all(selector)) button.addEventListener("click", () => handle(button));
}

/** A sentence of the page; `missing` when there is none of that name. `{count}` becomes `values.count`. */
export function word(name, missing = "", values = {}) {
  const key = String(name).replace(/[_-](\w)/g, (_, letter) => letter.toUpperCase());
  return (words[key] ?? missing).replace(/\{(\w+)\}/g, (whole, value) => values[value] ?? whole);
}

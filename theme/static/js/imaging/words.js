// The page's sentences in the reader's language, and its way to write numbers.
const words = document.querySelector("[data-viewer-words]").dataset;
const language = document.documentElement.lang || undefined;

/** A sentence of the page; `{count}` in it becomes `values.count`. */
export const word = (name, values = {}) =>
  (words[name] ?? name).replace(/\{(\w+)\}/g, (whole, value) => values[value] ?? whole);

export const whole = (number) => new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(number);
export const tenth = (number) =>
  new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(number);

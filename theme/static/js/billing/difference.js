// Beside the amount that has arrived: what it means when it is not the amount that was expected. The server decides.

/** The figure typed, in hundredths; null when it is none. Digits of any script, blanks and commas as people write them. */
function hundredths(typed) {
  const latin = typed.replace(/[०-९]/g, (digit) => String(digit.charCodeAt(0) - 0x966)).replace(/[\s,]/g, "");
  return /^\d+(\.\d{1,2})?$/.test(latin) && Number(latin) > 0 ? Math.round(Number(latin) * 100) : null;
}

export function showDifference(form) {
  const field = form.elements.amount;
  const said = form.querySelector("[data-difference]");
  const expected = hundredths(form.dataset.expected);
  const typed = hundredths(field.value);
  let words = said.dataset.exact;
  if (typed === null) words = said.dataset.none;
  else if (typed < expected) words = said.dataset.less;
  else if (typed > expected) words = said.dataset.more;
  const currency = form.querySelector("[data-fill=currency]").textContent;
  const gap = (Math.abs((typed ?? 0) - expected) / 100).toLocaleString(undefined, { minimumFractionDigits: 2 });
  said.textContent = words.replace("{amount}", `${currency} ${gap}`);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-amounts]");
  if (form && event.target.name === "amount") showDifference(form);
});

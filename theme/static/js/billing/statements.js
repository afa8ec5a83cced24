// Lines of a bank statement: how many are ticked, and how much they are together.

const form = document.querySelector("[data-matches]");

function draw() {
  const rows = [...form.querySelectorAll("[data-match]")].filter((row) => row.querySelector("input").checked);
  const sum = rows.reduce((hundredths, row) => hundredths + Math.round(Number(row.dataset.amount) * 100), 0);
  const shown = (sum / 100).toLocaleString("en", { minimumFractionDigits: 2 });
  for (const field of document.querySelectorAll("[data-chosen-count]")) field.textContent = rows.length;
  for (const field of document.querySelectorAll("[data-chosen-total]")) field.textContent = `${form.dataset.currency} ${shown}`;
  document.querySelector("[data-confirm-lines]").disabled = rows.length === 0;
}

if (form) {
  form.addEventListener("change", draw);
  // The browser may bring back the ticks of before.
  window.addEventListener("pageshow", draw);
  draw();
}

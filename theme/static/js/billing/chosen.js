// Several payments at once: chosen in the list, confirmed in one go. The choice outlives the list being drawn anew.

const chosen = new Set();
const dialog = document.getElementById("chosen-dialog");
const form = dialog.querySelector("form");

function boxes() {
  return [...document.querySelectorAll("#queue [data-choose]")];
}

function draw() {
  const there = new Set(boxes().map((box) => box.value));
  for (const id of chosen) if (!there.has(id)) chosen.delete(id);
  for (const box of boxes()) {
    if (box.disabled) chosen.delete(box.value);
    box.checked = chosen.has(box.value);
  }
  const bar = document.querySelector("[data-chosen-bar]");
  if (!bar) return;
  bar.hidden = chosen.size === 0;
  bar.querySelector("[data-chosen-count]").textContent = `${chosen.size} · ${total()}`;
}

function rowsChosen() {
  return boxes()
    .filter((box) => chosen.has(box.value))
    .map((box) => box.closest("[data-row]"));
}

function total() {
  const rows = rowsChosen();
  const sum = rows.reduce((hundredths, row) => hundredths + Math.round(Number(row.dataset.outstanding) * 100), 0);
  const shown = (sum / 100).toLocaleString("en", { minimumFractionDigits: 2 });
  return `${rows[0]?.dataset.currency ?? ""} ${shown}`;
}

document.addEventListener("change", (event) => {
  const box = event.target.closest?.("[data-choose]");
  if (!box) return;
  if (box.checked) chosen.add(box.value);
  else chosen.delete(box.value);
  draw();
});

function line(row) {
  const item = document.createElement("li");
  const [name, amount] = [document.createElement("span"), document.createElement("span")];
  name.textContent = row.dataset.patient;
  name.className = "truncate";
  amount.textContent = row.dataset.amount;
  amount.className = "flex-none tabular-nums";
  item.append(name, amount);
  return item;
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-choose-none]")) {
    chosen.clear();
    draw();
  }
  if (!event.target.closest?.("[data-confirm-chosen]")) return;
  form.querySelector("[data-chosen-list]").replaceChildren(...rowsChosen().map(line));
  form.querySelector("[data-chosen-total]").textContent = total();
  form.querySelector("[data-chosen-outcome]").replaceChildren();
  form.querySelector("[type=submit]").hidden = false;
  dialog.showModal();
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  if (button.getAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  const outcome = form.querySelector("[data-chosen-outcome]");
  await window.htmx.ajax("POST", form.getAttribute("action"), {
    source: form,
    target: outcome,
    swap: "innerHTML",
    values: { payment: [...chosen] },
  });
  button.removeAttribute("aria-busy");
  if (!outcome.childElementCount) return;
  button.hidden = true;
  chosen.clear();
  window.htmx.trigger("#queue", "queue:refresh");
});

document.body.addEventListener("htmx:afterSettle", draw);
// On a slow line a payment is ticked before this script is there.
for (const box of boxes()) if (box.checked) chosen.add(box.value);
draw();

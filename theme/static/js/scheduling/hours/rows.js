// The rows of the form are the state of the editor: read as plain values, written back by the grid and by undo.
// A row: {part, index, values: {field: text, or a list of texts}}. Rows that the script takes out leave a gap in the
// numbering, which the server reads as a blank row.
const SEVERAL = new Set(["modes", "services"]);

export const keyOf = (row) => `${row.part}-${row.index}`;

const field = (input) => input.name.replace(/^\w+-(\d+|__prefix__)-/, "");

function readRow(element) {
  const { row: part, index } = element.dataset;
  const values = {};
  for (const input of element.querySelectorAll("[name^='" + part + "-']")) {
    const name = field(input);
    if (!SEVERAL.has(name)) values[name] = input.value;
    else (values[name] ??= []).push(...(input.checked ? [input.value] : []));
  }
  return { part, index: Number(index), values };
}

export function read() {
  const rows = [...document.querySelectorAll("#rows [data-row]")].map(readRow);
  return rows.sort((a, b) => a.part.localeCompare(b.part) || a.index - b.index);
}

export function elementOf(key) {
  const [part, index] = key.split("-");
  return document.querySelector(`#rows [data-row="${part}"][data-index="${index}"]`);
}

/** A new row's number: the smallest that no row of its part has. */
export function freeIndex(rows, part) {
  const used = new Set(rows.filter((row) => row.part === part).map((row) => row.index));
  let index = 0;
  while (used.has(index)) index += 1;
  return index;
}

function fresh(part, index) {
  const markup = document.getElementById(`row-${part}`).innerHTML.replaceAll("__prefix__", String(index));
  const holder = document.createElement("template");
  holder.innerHTML = markup;
  const element = holder.content.querySelector("[data-row]");
  element.dataset.index = String(index);
  return element;
}

function fill(element, { part, values }) {
  const before = JSON.stringify(readRow(element).values);
  if (before === JSON.stringify(values)) return;
  for (const input of element.querySelectorAll("[name^='" + part + "-']")) {
    const value = values[field(input)];
    if (SEVERAL.has(field(input))) input.checked = (value ?? []).includes(input.value);
    else input.value = value ?? "";
  }
  forgive(element);
}

/** What was said of a row's old times is not true of its new ones. */
export function forgive(element) {
  for (const input of element.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  element.querySelector("[data-errors]")?.replaceChildren();
}

/** A day's rows in the order of time, unless somebody is typing in them. */
function arrange(list) {
  if (list.contains(document.activeElement)) return;
  const startOf = (element) => readRow(element).values.starts || "99";
  const inOrder = [...list.children].sort((a, b) => startOf(a).localeCompare(startOf(b)));
  if (inOrder.some((element, index) => element !== list.children[index])) list.append(...inOrder);
}

/** Make the form hold exactly these rows; `listOf(row)` is the element a row stands in. */
export function write(rows, listOf, { inOrder = false } = {}) {
  const wanted = new Set(rows.map(keyOf));
  for (const element of document.querySelectorAll("#rows [data-row]"))
    if (!wanted.has(`${element.dataset.row}-${element.dataset.index}`)) element.remove();
  for (const row of rows) {
    const element = elementOf(keyOf(row)) ?? fresh(row.part, row.index);
    fill(element, row);
    const list = listOf(row);
    if (element.parentElement !== list) list.append(element);
  }
  if (inOrder) new Set(rows.map(listOf)).forEach(arrange);
  for (const total of document.querySelectorAll("#rows [name$='-TOTAL_FORMS']")) {
    const part = total.name.replace("-TOTAL_FORMS", "");
    total.value = Math.max(0, ...rows.filter((row) => row.part === part).map((row) => row.index + 1));
  }
}

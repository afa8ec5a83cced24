// What both views of the editor share: the rows are the state; each change is a step that can be undone, is drawn, and
// is looked at by the server before it is saved.
import { watch } from "./check.js";
import { draggable } from "./drag.js";
import { Grid } from "./grid.js";
import { keyed } from "./keys.js";
import { elementOf, forgive, read, write } from "./rows.js";
import { Undo } from "./undo.js";
import { say, span } from "./words.js";

/** `view`: {listOf(row), picture(rows) -> {columns, items, backdrop}, settle(wanted, how, base, items),
 *  change(rows, item, how, base, items) -> {rows, key}, removed(rows, item, items) -> rows, pen(value),
 *  inOrder: rows of one list by time, drawn(grid, rows)} */
export function edit(view) {
  const form = document.getElementById("hours");
  for (const side of form.querySelectorAll("[data-grid-side], [data-tools]")) side.hidden = false;
  form.classList.add("is-drawn");
  const button = (name) => form.querySelector(`[data-${name}]`);
  const grid = new Grid(document.getElementById("grid"), { onColumn: (index) => column(index) });
  const undo = new Undo(read());
  const rulesOf = () => JSON.stringify([...form.querySelectorAll("[name^='rules-']")].map((input) => [input.name, input.type === "checkbox" ? input.checked : input.value]));
  const content = () => rulesOf() + JSON.stringify(read().map(({ part, values }) => [part, values]).sort());
  const saved = "unsaved" in form.dataset ? "" : content();
  const dirty = () => content() !== saved;
  let leaving = false;

  const check = watch(form, dirty);

  function draw() {
    const rows = read();
    grid.draw(view.picture(rows, grid));
    for (const element of form.querySelectorAll("#rows [data-row]"))
      element.classList.toggle("is-chosen", `${element.dataset.row}-${element.dataset.index}` === grid.chosen);
    view.drawn?.(grid, rows);
    button("delete").disabled = !grid.item(grid.chosen);
    button("undo").disabled = !undo.canUndo;
    button("redo").disabled = !undo.canRedo;
  }

  /** After any change of the rows, whoever made it. */
  function changed() {
    undo.push(read());
    draw();
    check.soon();
  }

  function put(rows) {
    write(rows, view.listOf, { inOrder: view.inOrder });
  }

  function column(index) {
    grid.chosen = null;
    grid.chosenColumn = index;
    draw();
  }

  function choose(key) {
    grid.chosen = key;
    if (grid.item(key)) grid.chosenColumn = grid.item(key).column;
    draw();
    if (key) {
      grid.focus(key);
      elementOf(key)?.scrollIntoView({ block: "nearest", behavior: "smooth" });
    }
  }

  const spoken = (item) => `${grid.columns[item.column].spoken}, ${say(item.kind)}, ${span(item)}`;

  function commit(item, how, base) {
    const after = view.change(read(), item, how, base, grid.items);
    put(after.rows);
    grid.chosen = after.key;
    grid.chosenColumn = item.column;
    changed();
    grid.focus(after.key);
    grid.announce(say(how === "draw" || how === "copy" ? "added" : "moved", { PLACE: spoken(item) }));
  }

  function remove(item) {
    put(view.removed(read(), item, grid.items));
    grid.chosen = null;
    grid.chosenColumn = item.column;
    changed();
    grid.focus(`head:${item.column}`);
    grid.announce(say("removed", { PLACE: spoken(item) }));
  }

  function step(state, word) {
    put(state);
    draw();
    check.soon();
    grid.announce(say(word));
  }

  const settle = (wanted, how, base) => view.settle(wanted, how, base, grid.items, grid.columns);
  const pen = () => view.pen(form.querySelector("[name=pen]:checked").value);
  draggable(grid, { settle, commit, pen, choose });
  keyed(grid, {
    settle,
    commit,
    remove,
    choose,
    type(item) {
      choose(item.key);
      elementOf(item.key)?.querySelector("input[type=time]")?.focus();
    },
  });

  button("delete").addEventListener("click", () => remove(grid.item(grid.chosen)));
  button("undo").addEventListener("click", () => step(undo.back(), "undone"));
  button("redo").addEventListener("click", () => step(undo.forth(), "redone"));
  button("whole-day").addEventListener("click", (event) => {
    grid.wholeDay = !grid.wholeDay;
    event.currentTarget.setAttribute("aria-pressed", String(grid.wholeDay));
    draw();
  });
  addEventListener("keydown", (event) => {
    // In a text field the browser's own undo counts.
    if (!(event.ctrlKey || event.metaKey) || event.target.matches("input:not([type=checkbox], [type=radio]), textarea")) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey && undo.canUndo) step(undo.back(), "undone");
    else if ((key === "y" || (key === "z" && event.shiftKey)) && undo.canRedo) step(undo.forth(), "redone");
    else return;
    event.preventDefault();
  });

  form.addEventListener("change", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) {
      forgive(row);
      changed();
    } else if (event.target.name?.startsWith("rules-")) check.soon();
  });
  form.addEventListener("click", (event) => {
    const row = event.target.closest("[data-remove]")?.closest("[data-row]");
    if (!row) return;
    event.preventDefault();
    const key = `${row.dataset.row}-${row.dataset.index}`;
    const list = row.parentElement;
    const item = grid.item(key);
    if (item) put(view.removed(read(), item, grid.items));
    else row.remove();
    changed();
    (list.querySelector("[data-row] input") ?? list.parentElement.querySelector("button[value^='add:']")).focus();
  });
  form.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-row]");
    const key = row && `${row.dataset.row}-${row.dataset.index}`;
    if (!key || key === grid.chosen || !grid.item(key)) return;
    grid.chosen = key;
    view.shown?.(grid.item(key), grid);
    draw();
  });
  grid.body.addEventListener("focusin", (event) => {
    const { key } = event.target.dataset;
    const item = grid.item(key);
    if (!item || key === grid.chosen) return;
    Object.assign(grid, { chosen: key, chosenColumn: item.column });
    draw();
  });
  document.body.addEventListener("htmx:afterSwap", (event) => event.detail.target.id === "rows" && changed());

  form.addEventListener("submit", () => (leaving = true));
  addEventListener("pageshow", () => (leaving = false));
  addEventListener("beforeunload", (event) => !leaving && dirty() && event.preventDefault());

  draw();
  if ("unsaved" in form.dataset) check.soon();
  return {
    grid,
    draw,
    /** One step: what `change` makes of the rows. */
    alter(change) {
      put(change(read()));
      changed();
    },
  };
}

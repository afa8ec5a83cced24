// The same by keyboard, on the block that has the cursor (parts/hours_help.html says how).
import { FINE_STEP, STEP } from "./fit.js";
import { say } from "./words.js";

const ARROWS = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -1, ArrowRight: 1 };

/** `change`: {settle, commit, remove(item), type(item), choose(key)} */
export function keyed(grid, { settle, commit, remove, type, choose }) {
  grid.body.addEventListener("keydown", (event) => {
    const item = grid.item(event.target.closest?.(".wg-block")?.dataset.key);
    if (!item || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") act(event, () => type(item));
    else if (event.key === "Delete" || event.key === "Backspace") act(event, () => remove(item));
    else if (event.key === "Escape") act(event, () => choose(null));
    else if (event.key in ARROWS) act(event, () => shift(item, event));
  });

  function act(event, what) {
    event.preventDefault();
    what();
  }

  function shift(item, { key, shiftKey, altKey }) {
    const by = ARROWS[key] * STEP;
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const column = (item.column + ARROWS[key] + 7) % 7;
      return put(item, { ...item, column }, shiftKey ? "copy" : "move");
    }
    if (shiftKey) return put(item, { ...item, ends: Math.max(item.ends + by, item.starts + FINE_STEP) }, "end");
    if (altKey) return put(item, { ...item, starts: Math.min(item.starts + by, item.ends - FINE_STEP) }, "start");
    put(item, { ...item, starts: item.starts + by, ends: item.ends + by }, "move");
  }

  function put(item, wanted, how) {
    const place = settle(wanted, how, item);
    if (place) commit(place, how, item);
    else grid.announce(say("blocked"));
  }
}

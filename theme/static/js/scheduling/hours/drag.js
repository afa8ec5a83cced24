// Mouse and finger: draw, move, resize, copy. What may lie where is `settle`'s to say, what becomes of it `commit`'s.
//   settle(wanted, how, base) -> the item as it may lie, or null     commit(item, how, base)
//   pen() -> {kind, modes}                                           choose(key)
import { snap, STEP } from "./fit.js";

const MOVED_PX = 5;
const HOLD_MS = 350;
const TAPPED_MINUTES = { hours: 60, opening: 60, off: 60, break: 30 };

export function draggable(grid, { settle, commit, pen, choose }) {
  let gesture = null;

  function start(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    const column = event.target.closest(".wg-column");
    if (!column || column.classList.contains("is-closed")) return;
    const base = grid.item(event.target.closest(".wg-block")?.dataset.key);
    const edge = event.target.closest("[data-edge]")?.dataset.edge;
    const point = grid.at(event.clientX, event.clientY);
    // A break is drawn on the hours that it lies in.
    const draws = !base || (pen().kind === "break" && base.kind === "hours" && !edge);
    const how = draws ? "draw" : (edge ?? (event.ctrlKey || event.metaKey ? "copy" : "move"));
    gesture = { how, base: draws ? null : base, point, x: event.clientX, y: event.clientY, begun: false, wanted: null };
    gesture.below = base;
    if (event.pointerType === "mouse") return event.preventDefault();
    // A finger scrolls over what is not chosen; held still on an empty part it draws.
    if (how === "draw") gesture.hold = setTimeout(() => begin(gesture), HOLD_MS);
    else if (!edge && grid.chosen !== base.key) gesture.isTap = true;
  }

  function begin(of) {
    of.begun = true;
    if (of.base && of.how !== "copy") grid.lift(of.base.key);
    if (of.how === "draw") show(of.point);
  }

  function wanted({ column, minute }) {
    const { how, base, point } = gesture;
    if (how === "draw") {
      const anchor = Math.floor(point.minute / STEP) * STEP;
      const [starts, ends] = minute < anchor ? [snap(minute), anchor + STEP] : [anchor, Math.max(snap(minute), anchor + STEP)];
      return { ...pen(), key: null, services: [], column: point.column, anchor, starts, ends };
    }
    if (how === "start") return { ...base, starts: Math.min(snap(minute), base.ends - STEP) };
    if (how === "end") return { ...base, ends: Math.max(snap(minute), base.starts + STEP) };
    const shift = snap(minute - point.minute);
    return { ...base, column, starts: base.starts + shift, ends: base.ends + shift };
  }

  function show(point) {
    const place = settle(wanted(point), gesture.how, gesture.base);
    // Where it can't lie, the last good place stays.
    if (place) gesture.wanted = place;
    grid.ghost(gesture.wanted);
  }

  function move(event) {
    if (!gesture) return;
    const far = Math.hypot(event.clientX - gesture.x, event.clientY - gesture.y) > MOVED_PX;
    if (!gesture.begun) {
      if (!far) return;
      if (event.pointerType !== "mouse" && (gesture.how === "draw" || gesture.isTap)) return cancel();
      begin(gesture);
    }
    show(grid.at(event.clientX, event.clientY));
  }

  function end(event) {
    if (!gesture) return;
    const { how, base, begun, wanted: found, point, below } = gesture;
    cancel();
    if (begun) {
      if (found) commit(found, how, base);
      return;
    }
    if (base) return choose(base.key, event.pointerType);
    if (grid.chosen && !below) return choose(null);
    const length = TAPPED_MINUTES[pen().kind];
    const starts = Math.floor(point.minute / 30) * 30;
    const tapped = { ...pen(), key: null, services: [], column: point.column, anchor: starts, starts, ends: starts + length };
    const place = settle(tapped, "draw", null);
    if (place) commit(place, "draw", null);
  }

  function cancel() {
    clearTimeout(gesture?.hold);
    gesture = null;
    grid.ghost(null);
    grid.lift(null);
  }

  grid.body.addEventListener("pointerdown", start);
  addEventListener("pointermove", move);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", cancel);
  // Once a finger draws or drags, the page must not scroll under it.
  grid.body.addEventListener("touchmove", (event) => gesture?.begun && event.cancelable && event.preventDefault(), {
    passive: false,
  });
  grid.body.addEventListener("contextmenu", (event) => gesture && event.preventDefault());
  addEventListener("keydown", (event) => event.key === "Escape" && gesture && cancel());
}

// Mouse, pen, fingers and wheel on the picture. What one pointer does is the chosen tool; the right button zooms, the
// middle one moves, two fingers do both, the wheel goes through the series.
const WHEEL_STEP = 40;
const REACH = { mouse: 12, pen: 14, touch: 26 };

/** @param page {step(by), tool(), count()} */
export function gestures(stage, measures, page) {
  const { box } = stage;
  const down = new Map();
  let held = null;
  let pinch = null;
  let rolled = 0;
  let dragged = 0;

  const at = (event) => {
    const { left, top } = box.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  const drags = {
    scroll({ y }) {
      const each = Math.min(24, Math.max(3, box.clientHeight / Math.max(1, page.count())));
      dragged += y;
      const steps = Math.trunc(dragged / each);
      dragged -= steps * each;
      if (steps) page.step(steps);
    },
    window({ x, y }) {
      const { centre, width } = stage.window;
      const each = Math.max(width, 8) / 250;
      stage.change({ window: { centre: centre + y * each, width: width + x * each } });
    },
    pan: ({ x, y }) => stage.panBy(x, y),
    zoom: ({ y }, from) => stage.zoomBy(1.01 ** -y, from),
  };

  function twoFingers() {
    const [one, other] = [...down.values()];
    return {
      apart: Math.max(1, Math.hypot(one.now.x - other.now.x, one.now.y - other.now.y)),
      middle: { x: (one.now.x + other.now.x) / 2, y: (one.now.y + other.now.y) / 2 },
    };
  }

  box.addEventListener("pointerdown", (event) => {
    if (!stage.picture || event.target.closest("button, a")) return;
    const from = at(event);
    box.setPointerCapture(event.pointerId);
    down.set(event.pointerId, { from, now: from });
    if (down.size === 2) {
      held?.end();
      held = null;
      pinch = twoFingers();
      return;
    }
    dragged = 0;
    const tool = event.button === 2 ? "zoom" : event.button === 1 ? "pan" : page.tool();
    const handle = event.button === 0 ? measures.grab(from, REACH[event.pointerType] ?? REACH.mouse) : null;
    if (handle) held = handle;
    else if (tool === "measure") held = measures.begin(from);
    else {
      const drag = drags[tool];
      held = { move: (point, moved) => drag(moved, from), end: () => {} };
    }
    // The caret stays on the end of a line that has it; a press elsewhere is one on the picture.
    if (!event.target.closest("[data-end]")) box.focus({ preventScroll: true });
    event.preventDefault();
  });

  box.addEventListener("pointermove", (event) => {
    const pointer = down.get(event.pointerId);
    if (!pointer || !stage.picture) return;
    const now = at(event);
    const moved = { x: now.x - pointer.now.x, y: now.y - pointer.now.y };
    pointer.now = now;
    if (pinch && down.size === 2) {
      const next = twoFingers();
      stage.panBy(next.middle.x - pinch.middle.x, next.middle.y - pinch.middle.y);
      stage.zoomBy(next.apart / pinch.apart, next.middle);
      pinch = next;
    } else held?.move(now, moved);
  });

  for (const over of ["pointerup", "pointercancel"]) {
    box.addEventListener(over, (event) => {
      if (!down.delete(event.pointerId)) return;
      pinch = null;
      held?.end();
      held = null;
    });
  }

  box.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) {
        stage.zoomBy(1.002 ** -event.deltaY, at(event));
        return;
      }
      rolled += event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : Math.sign(event.deltaY) * WHEEL_STEP;
      const steps = Math.trunc(rolled / WHEEL_STEP);
      if (!steps) return;
      rolled -= steps * WHEEL_STEP;
      // A notch of a mouse's wheel is one picture, however many points it is worth.
      page.step(Math.abs(event.deltaY) >= 100 && event.deltaY % 1 === 0 ? Math.sign(steps) : steps);
    },
    { passive: false },
  );
  box.addEventListener("contextmenu", (event) => event.preventDefault());
}

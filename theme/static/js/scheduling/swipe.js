// A finger that sweeps sideways over the list or a day turns to the next or the one before.

const FAR_ENOUGH = 70;
// Steeper than this is scrolling.
const SLOPE = 2;

/** Calls `turn(1)` for a sweep to the left (onwards) and `turn(-1)` for one to the right. */
export function swipes(element, turn) {
  let from = null;
  element.addEventListener(
    "touchstart",
    (event) => (from = event.touches.length === 1 ? event.touches[0] : null),
    { passive: true },
  );
  element.addEventListener(
    "touchend",
    (event) => {
      if (!from) return;
      const to = event.changedTouches[0];
      const [right, down] = [to.clientX - from.clientX, to.clientY - from.clientY];
      from = null;
      if (Math.abs(right) < FAR_ENOUGH || Math.abs(right) < SLOPE * Math.abs(down)) return;
      turn(right < 0 ? 1 : -1);
    },
    { passive: true },
  );
  element.addEventListener("touchcancel", () => (from = null), { passive: true });
}

const page = document.querySelector("[data-swipes]")?.parentElement;
if (page) swipes(page, (way) => page.querySelector(`#agenda a[rel="${way > 0 ? "next" : "prev"}"]`)?.click());

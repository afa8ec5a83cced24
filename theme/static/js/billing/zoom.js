// The picture beside the expected values: whole at first, larger by wheel, keys and buttons, moved by dragging, turned.
// What was set stays while the same picture is shown.

const STEPS = [1, 1.5, 2, 3, 4, 6];
let about = "";
let step = 0;
let quarter = 0;

function figure() {
  return document.querySelector("#review [data-zoom]");
}

/** Draws the picture at the present step, keeping the point `at` ([x, y] of the view, 0 to 1) where it is. */
function draw(at = [0.5, 0.5]) {
  const box = figure();
  if (!box) return;
  const view = box.querySelector("[data-zoom-view]");
  const image = box.querySelector("[data-zoom-image]");
  if (!image.naturalWidth) return;
  const sideways = quarter % 2 === 1;
  const [width, height] = sideways
    ? [image.naturalHeight, image.naturalWidth]
    : [image.naturalWidth, image.naturalHeight];
  const whole = Math.min(view.clientWidth / width, view.clientHeight / height, 2);
  const before = [view.scrollLeft + at[0] * view.clientWidth, view.scrollTop + at[1] * view.clientHeight];
  const old = Number(image.dataset.scale) || whole * STEPS[step];
  const scale = whole * STEPS[step];
  image.dataset.scale = scale;
  image.style.width = `${image.naturalWidth * scale}px`;
  image.style.height = `${image.naturalHeight * scale}px`;
  image.style.rotate = `${quarter * 90}deg`;
  // A turned picture keeps the room of the upright one; the margins make up for it.
  const shift = sideways ? ((width - height) * scale) / 2 : 0;
  image.style.margin = sideways ? `${-shift}px ${shift}px` : "";
  view.scrollLeft = (before[0] * scale) / old - at[0] * view.clientWidth;
  view.scrollTop = (before[1] * scale) / old - at[1] * view.clientHeight;
  view.classList.toggle("zoom-moves", step > 0);
  box.querySelector("[data-zoom-level]").textContent = `${Math.round(STEPS[step] * 100)} %`;
  box.querySelector("[data-zoom-by=in]").disabled = step === STEPS.length - 1;
  box.querySelector("[data-zoom-by=out]").disabled = step === 0;
}

function zoom(how, at) {
  if (how === "in") step = Math.min(STEPS.length - 1, step + 1);
  if (how === "out") step = Math.max(0, step - 1);
  if (how === "fit") step = 0;
  if (how === "turn") quarter = (quarter + 1) % 4;
  draw(at);
}

function pointIn(view, event) {
  const box = view.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

document.addEventListener("click", (event) => {
  const by = event.target.closest?.("[data-zoom-by]");
  if (by) zoom(by.dataset.zoomBy);
});

document.addEventListener(
  "wheel",
  (event) => {
    const view = event.target.closest?.("[data-zoom-view]");
    // As maps and browsers do: with Ctrl (a pinch on a touchpad) it zooms, else it scrolls.
    if (!view || !event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? "in" : "out", pointIn(view, event));
  },
  { passive: false },
);

let drag = null;

document.addEventListener("pointerdown", (event) => {
  const view = event.target.closest?.("[data-zoom-view]");
  if (!view || event.button !== 0 || event.pointerType === "touch") return;
  drag = { view, x: event.clientX, y: event.clientY, left: view.scrollLeft, top: view.scrollTop, moved: false };
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
  if (Math.abs(x) + Math.abs(y) > 4) drag.moved = true;
  drag.view.scrollLeft = drag.left - x;
  drag.view.scrollTop = drag.top - y;
});

document.addEventListener("pointerup", (event) => {
  const was = drag;
  drag = null;
  // A click: larger there, and after twice as large whole again.
  if (was && !was.moved) zoom(step < 2 ? "in" : "fit", pointIn(was.view, event));
});
addEventListener("pointercancel", () => (drag = null));

document.addEventListener("checking:shown", () => {
  const box = figure();
  if (!box) return;
  if (box.dataset.zoom !== about) [about, step, quarter] = [box.dataset.zoom, 0, 0];
  const image = box.querySelector("[data-zoom-image]");
  if (image.complete) draw();
  else image.addEventListener("load", () => draw(), { once: true });
});

addEventListener("resize", () => draw());

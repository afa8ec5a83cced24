// The page that shows a study's pictures: puts the parts together and says what they do.
import { bytesAt } from "./fetching.js";
import { gestures } from "./gestures.js";
import { keys } from "./keys.js";
import { Loader } from "./loader.js";
import { Measures } from "./measures.js";
import { Panel } from "./panel.js";
import { presetsFor } from "./presets.js";
import { seriesOf } from "./series.js";
import { Stage } from "./stage.js";
import { Strip } from "./strip.js";
import { tenth, whole, word } from "./words.js";

const QUIET_MS = 400;
const AGAIN_MS = 5000;
const root = document.querySelector("[data-viewer]");
const one = (selector) => root.querySelector(selector);

const stage = new Stage(one("[data-stage]"));
const loader = new Loader();
let all = [];
let current = 0;
let at = 0;
let strip;

const series = () => all[current];
const slice = () => series()?.slices[at];

// --- What is said ---

let talk;
function announce(text) {
  clearTimeout(talk);
  talk = setTimeout(() => {
    one("[data-said]").textContent = text;
  }, QUIET_MS);
}

const windowWords = () => word("window", { level: whole(stage.window.centre), width: whole(stage.window.width) });
const pictureWords = () => word("picture", { number: whole(at + 1), all: whole(series().slices.length) });

function tell() {
  const text = stage.picture ? `${pictureWords()}. ${windowWords()}.` : pictureWords();
  announce(text);
}

// --- What is shown ---

const panel = new Panel(root, {
  go: (index) => go(index),
  step: (by) => step(by),
  preset: (index) => preset(index),
  window: (values) => stage.change({ window: { ...stage.window, ...values } }),
  retry: () => loader.retry(),
  invert: () => invert(),
  reset: () => reset(),
  measure: () => measures.place(),
  zoom: (factor) => stage.zoomBy(factor),
});

const measures = new Measures(stage, one("[data-lines]"), one("[data-lines-list]"), {
  show(wanted) {
    if (wanted.series !== series()) choose(all.indexOf(wanted.series));
    go(wanted.index);
  },
  back: () => stage.box.focus({ preventScroll: true }),
  announce,
});

/** What the loader has of the slice that is looked at: its picture, or why there is none. */
function show() {
  const picture = loader.picture(slice()) ?? null;
  if (picture !== stage.picture || !picture) {
    stage.show(picture);
    measures.on(picture ? slice() : null);
  }
  if (!picture) {
    panel.window(null);
    panel.zoom("");
  }
  panel.problem(picture ? null : loader.problem(slice()), slice(), picture !== null);
  panel.place(at, series().slices.length, pictureWords());
  panel.sides(picture?.sides);
}

function go(index) {
  if (!series()) return;
  const to = Math.min(series().slices.length - 1, Math.max(0, index));
  if (to === at && stage.picture) return;
  at = to;
  loader.focus(at);
  show();
  tell();
}

const step = (by) => go(at + by);

function choose(index) {
  if (!all[index] || index === current) return;
  current = index;
  begin();
  tell();
}

function begin() {
  at = 0;
  stage.forget();
  stage.show(null);
  panel.presets(presetsFor(series().modality));
  strip.mark(current);
  loader.open(series().slices, 0);
  show();
  panel.progress(loader.progress());
}

function preset(index) {
  const found = stage.picture && presetsFor(series().modality)[index];
  if (!found) return;
  const { windowCenter: centre, windowWidth: width, range } = stage.picture;
  stage.change({ window: { ...(found[1] === "range" ? range : (found[1] ?? { centre, width })) } });
}

const invert = () => stage.change({ inverted: !stage.view.inverted });

function reset() {
  stage.reset();
  announce(word("wasReset"));
}

let drawn = "";
stage.addEventListener("drawn", () => {
  panel.window(stage.window, windowWords());
  panel.inverted(stage.view.inverted);
  panel.zoom(word("zoom", { times: tenth(stage.view.zoom) }));
  if (drawn !== windowWords()) tell();
  drawn = windowWords();
});

loader.addEventListener("change", ({ detail }) => {
  panel.progress(loader.progress());
  if (!detail || detail.key === slice()?.key) {
    const before = stage.picture;
    show();
    if (!before && stage.picture) tell();
  }
});

gestures(stage, measures, { step, tool: () => panel.tool(), count: () => series()?.slices.length ?? 1 });
keys(stage, {
  step,
  go,
  preset,
  reset,
  invert,
  measure: () => measures.place(),
  removeLine: () => measures.removeLast(),
  series: (by) => choose(current + by),
  help: () => panel.help(),
});

let again;
async function start() {
  clearTimeout(again);
  panel.problem(null, null, false);
  try {
    const study = JSON.parse(new TextDecoder().decode(await bytesAt(root.dataset.series)));
    all = seriesOf(study);
  } catch (error) {
    panel.problem(error, null, false, start);
    if (error.passing) again = setTimeout(start, AGAIN_MS);
    return;
  }
  if (!all.length) {
    panel.problem({ code: "noPictures", values: {} }, null, false, start);
    return;
  }
  strip = new Strip(one("[data-strip]"), all, loader, choose);
  begin();
  strip.load();
}

start();

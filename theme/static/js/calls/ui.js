// What the call page shows. It knows no sockets and no connections; call.js tells it what is.

const words = document.querySelector("[data-call-words]").dataset;

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/** A sentence of the page, in the reader's language; `missing` when there is none of that name. */
export function word(name, missing = "") {
  const key = String(name).replace(/[_-](\w)/g, (_, letter) => letter.toUpperCase());
  return words[key] ?? missing;
}

/** Show one step of the page and put the focus at its heading. */
export function showStep(name) {
  for (const step of all("[data-step]")) step.hidden = step.dataset.step !== name;
  one("[data-call]").dataset.shown = name;
}

export function shownStep() {
  return one("[data-call]").dataset.shown;
}

// --- controls ---

const LABELS = { mic: ["mute", "unmute"], camera: ["camera-off", "camera-on"], screen: ["share", "unshare"] };

/** `pressed`: muted, camera off, or sharing. */
export function pressControl(name, pressed) {
  for (const button of all(`[data-control="${name}"]`)) {
    button.setAttribute("aria-pressed", pressed);
    one("[data-label]", button).textContent = word(LABELS[name][pressed ? 1 : 0]);
  }
}

export function showSelf(video, isScreen) {
  const stream = video ? new MediaStream([video]) : null;
  for (const element of all("[data-preview], [data-self-video]")) {
    element.srcObject = stream;
    element.toggleAttribute("data-screen", isScreen);
    element.hidden = !stream;
  }
  for (const note of all("[data-preview-off], [data-self-off]")) note.hidden = Boolean(stream);
}

export function showProblem(text) {
  const box = one("[data-problem]");
  box.hidden = !text;
  one("[data-problem-text]").textContent = text;
  one("[data-retry]").hidden = !text;
}

export async function listDevices(media) {
  for (const select of all("[data-device]")) {
    const kind = select.dataset.device;
    const devices = await media.devices(kind);
    const canChoose = kind !== "audiooutput" || "setSinkId" in HTMLMediaElement.prototype;
    select.closest("[data-device-choice]").hidden = devices.length === 0 || !canChoose;
    select.replaceChildren(...devices.map((device) => new Option(device.label || word("default-device"), device.deviceId)));
    const chosen = media.chosen[kind];
    if (devices.some((device) => device.deviceId === chosen)) select.value = chosen;
  }
}

// --- the others ---

const tiles = new Map();

export function addTile(peer, { name, stream, speaker }) {
  const tile = one("[data-tile-template]").content.firstElementChild.cloneNode(true);
  tile.dataset.tile = peer;
  one("[data-name]", tile).textContent = name;
  one("[data-initials]", tile).textContent = initials(name);
  const video = one("video", tile);
  video.srcObject = stream;
  video.setAttribute("aria-label", name);
  one("[data-tiles]").append(tile);
  tiles.set(peer, tile);
  count();
  setSpeaker(speaker);
  play(peer);
}

export function removeTile(peer) {
  tiles.get(peer)?.remove();
  tiles.delete(peer);
  count();
}

/** Browsers may refuse sound until the person has touched the page. */
export function play(peer) {
  const video = one("video", tiles.get(peer));
  video.play().catch((error) => {
    if (error.name === "NotAllowedError") one("[data-play]").hidden = false;
  });
}

export function playAll() {
  one("[data-play]").hidden = true;
  for (const peer of tiles.keys()) play(peer);
}

export function showState(peer, { mic, camera, screen }) {
  const tile = tiles.get(peer);
  if (!tile) return;
  one("[data-tile-muted]", tile).hidden = mic !== false;
  one("[data-tile-off]", tile).hidden = camera !== false || screen === true;
}

/** A line over someone's picture ("Reconnecting…"); empty takes it away. */
export function noteOn(peer, text) {
  const tile = tiles.get(peer);
  if (!tile) return;
  tile.toggleAttribute("data-away", Boolean(text));
  const note = one("[data-tile-note]", tile);
  note.hidden = !text;
  note.textContent = text;
}

export function setSpeaker(id) {
  if (!id) return;
  for (const tile of tiles.values()) one("video", tile).setSinkId?.(id).catch(() => {});
}

export function firstVideo() {
  return one("[data-tiles] video");
}

function count() {
  one("[data-tiles]").dataset.count = tiles.size;
  one("[data-alone]").hidden = tiles.size > 0;
}

function initials(name) {
  const parts = name.split(/\s+/).filter((part) => /^\p{L}/u.test(part) && !/^dr\.?$/i.test(part));
  return [parts[0], parts.length > 1 ? parts.at(-1) : ""].map((part) => part?.[0] ?? "").join("").toUpperCase();
}

// --- the call as a whole ---

/** `state` is connecting, good, weak or reconnecting. */
export function showConnection(state) {
  one("[data-status-dot]").dataset.state = state;
  one("[data-status-text]").textContent = word(state);
}

export function showAlone(text) {
  one("[data-alone-text]").textContent = text;
}

export function startTimer(since) {
  const element = one("[data-timer]");
  element.hidden = false;
  const tick = () => {
    const seconds = Math.max(0, Math.floor((Date.now() - since) / 1000));
    const shown = [Math.floor(seconds / 60) % 60, seconds % 60];
    if (seconds >= 3600) shown.unshift(Math.floor(seconds / 3600));
    element.textContent = shown.map((part) => String(part).padStart(2, "0")).join(":");
  };
  tick();
  const timer = setInterval(tick, 1000);
  return () => {
    clearInterval(timer);
    return element.textContent;
  };
}

export function showEnded(text, { length, rejoin }) {
  one("[data-ended-text]").textContent = text;
  one("[data-ended-length]").textContent = length ? `${word("length")} ${length}` : "";
  one("[data-rejoin]").hidden = !rejoin;
  showStep("ended");
  one("[data-ended-text]").focus();
}

// --- who is at the door ---

const title = document.title;

export function addKnock(peer, name, { admit, remove }) {
  if (one(`[data-knock="${peer}"]`)) return;
  const knock = one("[data-knock-template]").content.firstElementChild.cloneNode(true);
  knock.dataset.knock = peer;
  one("[data-name]", knock).textContent = name;
  one("[data-admit]", knock).addEventListener("click", admit);
  one("[data-remove]", knock).addEventListener("click", remove);
  one("[data-door]").append(knock);
  doorChanged();
}

export function removeKnock(peer) {
  one(`[data-knock="${peer}"]`)?.remove();
  doorChanged();
}

export function clearDoor() {
  one("[data-door]").replaceChildren();
  doorChanged();
}

function doorChanged() {
  const waiting = one("[data-door]").children.length;
  one("[data-door]").hidden = waiting === 0;
  document.title = waiting ? `(${waiting}) ${word("waiting-title")} · ${title}` : title;
}

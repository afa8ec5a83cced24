// The others' pictures: one tile a person, in a grid; a shared screen fills its tile, with the speaker small in it.
import { all, one } from "./dom.js";

const tiles = new Map();
const screens = new Map();

export function addTile(peer, { name, stream, screen, speaker }) {
  const tile = one("[data-tile-template]").content.firstElementChild.cloneNode(true);
  tile.dataset.tile = peer;
  one("[data-name]", tile).textContent = name;
  one("[data-initials]", tile).textContent = initials(name);
  const video = one("[data-tile-camera]", tile);
  video.srcObject = stream;
  video.setAttribute("aria-label", name);
  one("[data-tiles]").append(tile);
  tiles.set(peer, tile);
  screens.set(peer, screen);
  count();
  setSpeaker(speaker);
  play(peer);
}

export function removeTile(peer) {
  tiles.get(peer)?.remove();
  tiles.delete(peer);
  screens.delete(peer);
  count();
}

/** Browsers may refuse sound until the person has touched the page. */
export function play(peer) {
  const tile = tiles.get(peer);
  if (!tile) return;
  one("[data-tile-camera]", tile).play().catch((error) => {
    if (error.name === "NotAllowedError") one("[data-play]").hidden = false;
  });
  if (one("[data-tile-screen]", tile).srcObject?.getTracks().length)
    one("[data-tile-screen]", tile).play().catch(() => {});
}

export function playAll() {
  one("[data-play]").hidden = true;
  for (const peer of tiles.keys()) play(peer);
}

export function showState(peer, { mic, camera, screen }) {
  const tile = tiles.get(peer);
  if (!tile) return;
  one("[data-tile-muted]", tile).hidden = mic !== false;
  one("[data-tile-off]", tile).hidden = camera !== false;
  tile.toggleAttribute("data-sharing", screen === true);
  tile.toggleAttribute("data-dark", camera === false);
  const shared = one("[data-tile-screen]", tile);
  shared.hidden = screen !== true;
  // A page is not said to be loaded before each of its videos has a picture: one that waits for none has no stream.
  const stream = screen === true ? screens.get(peer) : null;
  if (shared.srcObject !== stream) shared.srcObject = stream;
  // Whoever shares is what the talk is about: the others make room.
  one("[data-tiles]").toggleAttribute("data-sharing", [...tiles.values()].some((one) => one.hasAttribute("data-sharing")));
  play(peer);
}

/** A line over someone's picture ("Reconnecting…"); empty takes it away. `away`: there is no sound either. */
export function noteOn(peer, text, { away = Boolean(text) } = {}) {
  const tile = tiles.get(peer);
  if (!tile) return;
  tile.toggleAttribute("data-away", away);
  const note = one("[data-tile-note]", tile);
  if (note.textContent !== text) note.textContent = text;
  note.hidden = !text;
}

export function setSpeaker(id) {
  if (!id) return;
  for (const tile of tiles.values()) one("[data-tile-camera]", tile).setSinkId?.(id).catch(() => {});
}

/** What goes into the small window: a shared screen before a face. */
export function firstVideo() {
  return one("[data-tile][data-sharing] [data-tile-screen]") ?? one("[data-tiles] [data-tile-camera]");
}

function count() {
  one("[data-tiles]").dataset.count = tiles.size;
  one("[data-alone]").hidden = tiles.size > 0;
  for (const control of all("[data-picture]")) control.disabled = tiles.size === 0;
}

function initials(name) {
  const parts = name.split(/\s+/).filter((part) => /^\p{L}/u.test(part) && !/^dr\.?$/i.test(part));
  return [parts[0], parts.length > 1 ? parts.at(-1) : ""].map((part) => part?.[0] ?? "").join("").toUpperCase();
}

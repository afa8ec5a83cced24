// The others in the call: a connection to each, what their signals say, and how well each line does.
import { SilentMicrophone, topFor } from "./ladder.js";
import { Peer } from "./peer.js";
import { Quality } from "./quality.js";
import { word } from "./dom.js";
import * as tiles from "./tiles.js";

const WAY_LOST = new Set(["disconnected", "failed"]);
const ON_THE_WAY = new Set(["new", "connecting"]);

export class People extends EventTarget {
  iceServers = [];
  microphone = new SilentMicrophone();
  #people = new Map(); // peer id -> {peer: Peer, quality, name, user, role, host, guest, state}
  #early = new Map(); // peer id -> signals that came before its peer.joined
  #media;
  #send;

  /** Tells `change` when connections, their quality or who is there have changed. */
  constructor({ media, send }) {
    super();
    this.#media = media;
    this.#send = send;
  }

  get all() {
    return [...this.#people.values()];
  }

  get ids() {
    return [...this.#people.keys()];
  }

  /** `offers`: this page was reloaded, and the other side still believes in the old connection. */
  add({ peer: them, name, user, role, host, guest, polite, state = {} }, { offers = false } = {}) {
    if (this.#people.has(them)) return;
    const peer = new Peer({
      polite,
      offers,
      iceServers: this.iceServers,
      tracks: this.#media.tracks,
      send: (payload) => this.#send({ type: "signal", to: them, ...payload }),
    });
    this.#people.set(them, { id: them, peer, quality: new Quality(peer), name, user, role, host, guest, state });
    tiles.addTile(them, { name, stream: peer.stream, screen: peer.screen, speaker: this.#media.chosen.audiooutput });
    tiles.showState(them, state);
    tiles.noteOn(them, word("connecting"));
    peer.addEventListener("track", () => tiles.play(them));
    peer.addEventListener("state", () => this.#stateChanged(them));
    for (const signal of this.#early.get(them) ?? []) peer.receive(signal);
    this.#early.delete(them);
    this.#tell();
  }

  remove(them) {
    if (!this.#people.has(them)) return;
    this.#people.get(them).peer.close();
    this.#people.delete(them);
    tiles.removeTile(them);
    this.#tell();
  }

  clear() {
    for (const them of this.ids) this.remove(them);
  }

  signalled({ from, ...signal }) {
    const person = this.#people.get(from);
    if (person) person.peer.receive(signal);
    else this.#early.set(from, [...(this.#early.get(from) ?? []), signal]);
  }

  /** Our own socket came back; `present`: those who are still in the call. */
  again(present) {
    for (const { id, peer } of this.all)
      if (present.has(id)) peer.again(this.iceServers);
      else this.remove(id);
  }

  back(them) {
    this.#people.get(them)?.peer.back();
  }

  /** This device is in another network, or was offline. */
  restart() {
    for (const { peer } of this.all) peer.restart();
  }

  useServers(iceServers) {
    this.iceServers = iceServers;
    for (const { peer } of this.all) peer.useServers(iceServers);
  }

  /** The devices or the screen have changed. */
  sendTracks() {
    for (const { peer } of this.all)
      for (const [slot, track] of Object.entries(this.#media.tracks)) peer.replace(slot, track);
  }

  showState({ peer: them, mic, camera, screen, hand }) {
    const person = this.#people.get(them);
    if (!person) return;
    person.state = { mic, camera, screen, hand };
    tiles.showState(them, person.state);
  }

  #stateChanged(them) {
    const { peer, user } = this.#people.get(them);
    if (peer.state === "connected") {
      tiles.play(them);
      // The same person's browser that the server still keeps a place for.
      for (const { id, peer: old, user: owner } of this.all)
        if (id !== them && user && owner === user && WAY_LOST.has(old.state)) this.remove(id);
    }
    this.#note(them);
    this.#tell();
  }

  #note(them) {
    const { peer, quality, state } = this.#people.get(them);
    if (peer.isBlocked) tiles.noteOn(them, word("no-way"));
    else if (ON_THE_WAY.has(peer.state)) tiles.noteOn(them, word("connecting"));
    else if (peer.state !== "connected") tiles.noteOn(them, word("reconnecting"));
    else tiles.noteOn(them, quality.frozen && state.camera !== false ? word("picture-paused") : "", { away: false });
  }

  /** The worst of: reconnecting, connecting, sound, weak, good; and in-call when nobody else is there. */
  get condition() {
    const others = this.all;
    if (others.some(({ peer }) => WAY_LOST.has(peer.state))) return "reconnecting";
    if (others.some(({ peer }) => ON_THE_WAY.has(peer.state))) return "connecting";
    for (const grade of ["sound", "weak"]) if (others.some(({ quality }) => quality.grade === grade)) return grade;
    return others.length ? "good" : "in-call";
  }

  get connected() {
    return this.all.some(({ peer }) => peer.state === "connected");
  }

  /** Look at every connection once; lowers and raises what is sent. */
  async measure(at = performance.now()) {
    const top = topFor(this.#people.size);
    let changed = false;
    for (const { id, peer, quality } of this.all) {
      if (peer.state !== "connected") continue;
      // A connection may end while it is asked.
      if (await quality.measure(at, top).catch(() => false)) {
        changed = true;
        if (this.#people.has(id)) this.#note(id);
      }
    }
    const energy = this.all.map(({ quality }) => quality.energy).find((one) => one !== null) ?? null;
    if (this.microphone.take({ at, energy, on: this.#media.state.mic })) changed = true;
    if (changed) this.#tell();
  }

  /** Of all lines the worst, for the call's record; null when nothing was measured. */
  report() {
    const lines = this.all.map(({ quality }) => quality);
    const worst = (values) => (values.length ? Math.max(...values) : null);
    const known = (name) => lines.map((line) => line[name]).filter((value) => value !== null);
    if (!lines.length) return null;
    const roundTrip = worst(known("roundTrip"));
    const loss = worst(known("loss"));
    return {
      rtt_ms: roundTrip === null ? null : Math.min(60_000, Math.round(roundTrip * 1000)),
      loss_percent: loss === null ? null : Math.round(loss * 1000) / 10,
      height: worst(known("height")),
      relay: lines.some(({ relay }) => relay),
      silent_mic: this.microphone.silent,
    };
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}

// One other person's browser: a connection that negotiates perfectly (both may offer at any time, the polite side
// gives way) and outlives a dropped signalling socket.
//
// There is one transceiver a kind, so that devices and the shared screen change by replaceTrack, without a new offer.
// The impolite side makes them and offers first; the polite side puts its tracks on the ones that arrive, which is why
// it does not matter who came first.

const RESTART_AFTER_MS = 3_000;
const OFFER_AFTER_MS = 4_000;
const KINDS = ["audio", "video"];

export class Peer extends EventTarget {
  #own = {};
  #tracks = {};
  #making = false;
  #ignoring = false;
  #takingAnswer = false;
  #queue = Promise.resolve();
  #restart = 0;
  #patience = 0;
  #send;

  /** `send(payload)` carries a description or candidate to the other side; false when it could not. */
  constructor({ polite, iceServers, tracks, send }) {
    super();
    this.polite = polite;
    this.stream = new MediaStream();
    this.#send = send;
    this.#tracks = tracks;
    const connection = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.connection = connection;
    connection.onnegotiationneeded = () => this.#offer();
    connection.onicecandidate = ({ candidate }) => send({ candidate: candidate ? candidate.toJSON() : null });
    connection.ontrack = ({ track }) => {
      for (const old of this.stream.getTracks()) if (old.kind === track.kind) this.stream.removeTrack(old);
      this.stream.addTrack(track);
      this.dispatchEvent(new Event("track"));
    };
    connection.onconnectionstatechange = () => this.#stateChanged();
    if (polite) {
      // Should the other side never offer, someone has to.
      this.#patience = setTimeout(() => !connection.remoteDescription && this.#addOwn(), OFFER_AFTER_MS);
    } else this.#addOwn();
  }

  get state() {
    return this.connection.connectionState;
  }

  /** What this side sends from now on; null for a kind it has nothing of. */
  async replace(kind, track) {
    this.#tracks[kind] = track;
    await this.#own[kind]?.sender.replaceTrack(track);
  }

  /** A description or candidate from the other side, handled in the order they came. */
  receive(signal) {
    this.#queue = this.#queue
      .then(() => (signal.description ? this.#described(signal.description) : this.#candidate(signal.candidate)))
      .catch((error) => console.debug("signal not usable", error));
    return this.#queue;
  }

  /** Our socket was away and is back: look for the way anew, while the media that still flows goes on flowing. */
  again(iceServers) {
    this.useServers(iceServers);
    if (!this.back() && this.connection.remoteDescription) this.connection.restartIce();
  }

  /** For the next time a way has to be found. */
  useServers(iceServers) {
    this.connection.setConfiguration({ ...this.connection.getConfiguration(), iceServers });
  }

  /** The other side's socket was away and is back: an offer made meanwhile is made again. True when there was one. */
  back() {
    if (this.connection.signalingState !== "have-local-offer") return false;
    this.#send({ description: this.connection.localDescription });
    return true;
  }

  close() {
    clearTimeout(this.#restart);
    clearTimeout(this.#patience);
    this.connection.onconnectionstatechange = null;
    this.connection.close();
  }

  #addOwn() {
    for (const kind of KINDS) {
      if (this.#own[kind]) continue;
      this.#own[kind] = this.connection.addTransceiver(kind, { direction: "sendrecv" });
      this.#fill(kind);
    }
  }

  /** The transceivers that the other side's offer brought carry our tracks back. */
  async #adopt() {
    for (const transceiver of this.connection.getTransceivers()) {
      const { kind } = transceiver.receiver.track;
      if (this.#own[kind]) continue;
      this.#own[kind] = transceiver;
      transceiver.direction = "sendrecv";
      await this.#fill(kind);
    }
  }

  async #fill(kind) {
    const { sender } = this.#own[kind];
    await sender.replaceTrack(this.#tracks[kind] ?? null);
  }

  async #offer() {
    try {
      this.#making = true;
      await this.connection.setLocalDescription();
      this.#send({ description: this.connection.localDescription });
    } catch (error) {
      console.debug("no offer", error);
    } finally {
      this.#making = false;
    }
  }

  async #described(description) {
    const { connection } = this;
    const ready = !this.#making && (connection.signalingState === "stable" || this.#takingAnswer);
    this.#ignoring = !this.polite && description.type === "offer" && !ready;
    if (this.#ignoring) return;
    this.#takingAnswer = description.type === "answer";
    try {
      await connection.setRemoteDescription(description);
    } finally {
      this.#takingAnswer = false;
    }
    if (description.type !== "offer") return;
    clearTimeout(this.#patience);
    await this.#adopt();
    await connection.setLocalDescription();
    this.#send({ description: connection.localDescription });
    this.#addOwn();
  }

  async #candidate(candidate) {
    try {
      await this.connection.addIceCandidate(candidate ?? undefined);
    } catch (error) {
      if (!this.#ignoring) throw error;
    }
  }

  #stateChanged() {
    clearTimeout(this.#restart);
    if (this.state === "failed") this.connection.restartIce();
    if (this.state === "disconnected")
      this.#restart = setTimeout(() => this.connection.restartIce(), RESTART_AFTER_MS);
    this.dispatchEvent(new Event("state"));
  }
}

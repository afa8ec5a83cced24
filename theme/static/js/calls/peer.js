// One other person's browser: a connection that negotiates perfectly (both may offer at any time, the polite side
// gives way), outlives a dropped signalling socket, and is built anew when nothing else helps.
//
// There is one transceiver for each of SLOTS, so that devices and the shared screen change by replaceTrack, without a
// new offer. The impolite side makes them and offers first; the polite side puts its tracks on the ones that arrive,
// which is why it does not matter who came first.
//
// A browser that was reloaded, or gave the old connection up, offers with a new session id (the SDP's o= line). The
// other side then starts anew as well: the old connection's keys are gone. And so that nothing said to an old
// connection is taken for the new one, each description names the session it is meant for (MEANT_FOR; others ignore it).

const RESTART_AFTER_MS = 3_000;
const OFFER_AFTER_MS = 4_000;
// After so many failures the direct way is given up, and everything goes through the relay.
const FAILURES = 3;
const STEADY_AFTER_MS = 20_000;
const MEANT_FOR = /^a=x-to-session:(\d+)\r?\n?/m;
const SLOTS = { audio: "audio", camera: "video", screen: "video" };

export class Peer extends EventTarget {
  senders = {};
  failures = 0;
  relayOnly = false;
  #wasConnected = false;
  #hasFailed = false;
  #tracks;
  #iceServers;
  #making = false;
  #ignoring = false;
  #takingAnswer = false;
  #queue = Promise.resolve();
  #timers = { restart: 0, patience: 0, steady: 0 };
  #theirSession = "";
  #closed = false;
  #send;

  /**
   * `send(payload)` carries a description or candidate to the other side; false when it could not. `offers`: make the
   * first offer although polite, because the other side believes that we are connected.
   */
  constructor({ polite, iceServers, tracks, send, offers = false }) {
    super();
    this.polite = polite;
    this.stream = new MediaStream(); // sound and camera
    this.screen = new MediaStream();
    this.#send = send;
    this.#tracks = tracks;
    this.#iceServers = iceServers;
    this.#connect(offers || !polite);
  }

  get state() {
    return this.connection.connectionState;
  }

  /** What this side sends from now on in a slot; null for nothing. */
  async replace(slot, track) {
    this.#tracks[slot] = track;
    await this.senders[slot]?.replaceTrack(track);
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
    if (!this.back()) this.restart();
  }

  /** Another network, or no way any more: look for a way. */
  restart() {
    if (this.connection.remoteDescription) this.connection.restartIce();
  }

  /** For the next time a way has to be found. */
  useServers(iceServers) {
    this.#iceServers = iceServers;
    this.connection.setConfiguration({ ...this.connection.getConfiguration(), iceServers });
  }

  /** The other side's socket was away and is back: an offer made meanwhile is made again. True when there was one. */
  back() {
    if (this.connection.signalingState !== "have-local-offer") return false;
    this.#describe();
    return true;
  }

  close() {
    this.#closed = true;
    this.#drop();
  }

  // --- the connection ---

  #connect(offers) {
    const connection = new RTCPeerConnection({
      iceServers: this.#iceServers,
      bundlePolicy: "max-bundle",
      ...(this.relayOnly ? { iceTransportPolicy: "relay" } : {}),
    });
    this.connection = connection;
    this.senders = {};
    this.#making = this.#ignoring = this.#takingAnswer = false;
    this.#theirSession = "";
    connection.onnegotiationneeded = () => this.#offer();
    connection.onicecandidate = ({ candidate }) => this.#send({ candidate: candidate ? candidate.toJSON() : null });
    connection.ontrack = ({ track, transceiver }) => this.#arrived(track, transceiver);
    connection.onconnectionstatechange = () => this.#stateChanged();
    if (offers) this.#addOwn();
    // Should the other side never offer, someone has to.
    else this.#timers.patience = setTimeout(() => !connection.remoteDescription && this.#addOwn(), OFFER_AFTER_MS);
  }

  #drop() {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    const { connection } = this;
    for (const name of ["negotiationneeded", "icecandidate", "track", "connectionstatechange"])
      connection[`on${name}`] = null;
    connection.close();
  }

  #rebuild(offers) {
    this.#drop();
    this.#connect(offers);
    this.dispatchEvent(new Event("state"));
  }

  #arrived(track, transceiver) {
    const videos = this.connection.getTransceivers().filter((one) => one.receiver.track.kind === "video");
    const stream = track.kind === "video" && videos.indexOf(transceiver) % 2 === 1 ? this.screen : this.stream;
    for (const old of stream.getTracks()) if (old.kind === track.kind) stream.removeTrack(old);
    stream.addTrack(track);
    this.dispatchEvent(new Event("track"));
  }

  #addOwn() {
    for (const [slot, kind] of Object.entries(SLOTS)) {
      if (this.senders[slot]) continue;
      const { sender } = this.connection.addTransceiver(kind, { direction: "sendrecv" });
      this.senders[slot] = sender;
      sender.replaceTrack(this.#tracks[slot] ?? null);
    }
  }

  /** The transceivers that the other side's offer brought carry our tracks back. */
  async #adopt() {
    const used = new Set(Object.values(this.senders));
    for (const transceiver of this.connection.getTransceivers()) {
      if (used.has(transceiver.sender)) continue;
      const { kind } = transceiver.receiver.track;
      const slot = Object.keys(SLOTS).find((name) => SLOTS[name] === kind && !this.senders[name]);
      if (!slot) continue;
      this.senders[slot] = transceiver.sender;
      transceiver.direction = "sendrecv";
      await transceiver.sender.replaceTrack(this.#tracks[slot] ?? null);
    }
  }

  // --- negotiating ---

  async #offer() {
    const { connection } = this;
    try {
      this.#making = true;
      await connection.setLocalDescription();
      if (connection === this.connection) this.#describe();
    } catch (error) {
      console.debug("no offer", error);
    } finally {
      if (connection === this.connection) this.#making = false;
    }
  }

  async #described({ type, sdp = "" }) {
    if (this.#closed) return;
    const meant = MEANT_FOR.exec(sdp)?.[1];
    if (meant && meant !== sessionOf(this.connection.localDescription)) return;
    const description = { type, sdp: sdp.replace(MEANT_FOR, "") };
    const session = sessionOf(description);
    const isOffer = description.type === "offer";
    if (isOffer && this.#theirSession && session !== this.#theirSession) this.#rebuild(false);
    const { connection } = this;
    const ready = !this.#making && (connection.signalingState === "stable" || this.#takingAnswer);
    this.#ignoring = !this.polite && isOffer && !ready;
    if (this.#ignoring) return;
    this.#takingAnswer = description.type === "answer";
    try {
      await connection.setRemoteDescription(description);
      this.#theirSession = session;
    } finally {
      this.#takingAnswer = false;
    }
    if (!isOffer) return;
    clearTimeout(this.#timers.patience);
    await this.#adopt();
    await connection.setLocalDescription();
    this.#describe();
    this.#addOwn();
  }

  #describe() {
    const { type, sdp } = this.connection.localDescription;
    const meant = this.#theirSession ? `a=x-to-session:${this.#theirSession}\r\n` : "";
    this.#send({ description: { type, sdp: sdp + meant } });
  }

  async #candidate(candidate) {
    try {
      await this.connection.addIceCandidate(candidate ?? undefined);
    } catch (error) {
      if (!this.#ignoring) throw error;
    }
  }

  // --- when it breaks ---

  #stateChanged() {
    clearTimeout(this.#timers.restart);
    clearTimeout(this.#timers.steady);
    if (this.state === "connected") {
      this.#wasConnected = true;
      this.#timers.steady = setTimeout(() => (this.failures = 0), STEADY_AFTER_MS);
    }
    if (this.state === "disconnected") this.#timers.restart = setTimeout(() => this.restart(), RESTART_AFTER_MS);
    if (this.state === "failed") this.#failed();
    else this.dispatchEvent(new Event("state"));
  }

  /** There never was a way: some network in between lets no calls through. */
  get isBlocked() {
    return this.#hasFailed && !this.#wasConnected;
  }

  /** Look for another way; the third time build the connection anew, through the relay where there is one. */
  #failed() {
    this.failures += 1;
    this.#hasFailed = true;
    if (this.failures < FAILURES) {
      this.restart();
      this.dispatchEvent(new Event("state"));
      return;
    }
    this.failures = 0;
    this.relayOnly = this.#iceServers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/.test(url)));
    // One side leads; the other follows when its offer comes.
    this.#rebuild(!this.polite);
  }
}

/** The session id of an SDP's o= line: another one is another RTCPeerConnection. */
function sessionOf(description) {
  return /^o=\S+ (\d+)/m.exec(description?.sdp ?? "")?.[1] ?? "";
}

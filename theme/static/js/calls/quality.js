// How well one connection does, from its statistics; and sound before picture when it does badly (ladder.js decides).
import { HD, LEVELS, Ladder, SMALL, SOUND } from "./ladder.js";

const WEAK_LOSS = 0.08;
const WEAK_ROUND_TRIP_S = 0.6;
// Sound comes in and the picture stands still for so many looks.
const FROZEN_LOOKS = 2;

export class Quality {
  #ladder = new Ladder();
  #peer;
  #connection = null;
  #incoming = { lost: 0, received: 0, frames: 0, audio: 0 };
  #outgoing = new Map(); // stream -> its last report by the other side
  #answers = 0;
  #still = 0;
  #applied = "";
  weak = false;
  frozen = false;
  energy = null;
  roundTrip = null;
  loss = null;
  relay = false;
  height = 0;

  constructor(peer) {
    this.#peer = peer;
  }

  get level() {
    return this.#ladder.level;
  }

  /** Looks once; true when there is something new to say. `top`: the highest level there is room for. */
  async measure(at, top = HD) {
    if (this.#connection !== this.#peer.connection) this.#startAnew();
    const reports = await this.#connection.getStats();
    const before = [this.level, this.weak, this.frozen].join();
    const { loss, roundTrip, room } = this.#readOutgoing(reports);
    this.roundTrip = roundTrip ?? this.roundTrip;
    this.loss = loss ?? this.loss;
    this.#readIncoming(reports);
    this.#ladder.take({ at, loss, roundTrip, room }, top);
    await this.#apply();
    return [this.level, this.weak, this.frozen].join() !== before;
  }

  #startAnew() {
    this.#connection = this.#peer.connection;
    this.#incoming = { lost: 0, received: 0, frames: 0, audio: 0 };
    this.#outgoing.clear();
    this.#applied = "";
  }

  /** What the other side says of what we send. Reports that were counted already say nothing. */
  #readOutgoing(reports) {
    let lost = 0;
    let sent = 0;
    let roundTrip = null;
    let room = null;
    let checks = null;
    let isNew = false;
    for (const report of reports.values()) {
      if (report.type === "remote-inbound-rtp") {
        const stream = reports.get(report.localId);
        const now = { at: report.timestamp, lost: report.packetsLost ?? 0, sent: stream?.packetsSent ?? 0 };
        const last = this.#outgoing.get(report.id);
        if (last?.at === now.at) continue;
        this.#outgoing.set(report.id, now);
        isNew = true;
        if (report.roundTripTime !== undefined) roundTrip = Math.max(roundTrip ?? 0, report.roundTripTime);
        if (last && now.sent > last.sent) {
          lost += Math.max(0, now.lost - last.lost);
          sent += now.sent - last.sent;
        }
      } else if (report.type === "candidate-pair" && report.nominated && report.state === "succeeded") {
        room = report.availableOutgoingBitrate ?? null;
        checks = { answers: report.responsesReceived ?? 0, roundTrip: report.currentRoundTripTime ?? null };
        this.relay = reports.get(report.localCandidateId)?.candidateType === "relay";
      } else if (report.type === "media-source" && report.kind === "audio") this.energy = report.totalAudioEnergy ?? null;
    }
    // Whoever has no microphone and sends no picture either would never hear that the line is better.
    if (!isNew && !this.#peer.senders.audio?.track && checks && checks.answers !== this.#answers) {
      this.#answers = checks.answers;
      roundTrip = checks.roundTrip;
    }
    // A handful of packets is chance, not a measurement.
    return { loss: isNew && sent >= 10 ? Math.min(1, lost / sent) : null, roundTrip, room };
  }

  #readIncoming(reports) {
    const now = { lost: 0, received: 0, frames: 0, audio: 0 };
    for (const report of reports.values()) {
      if (report.type !== "inbound-rtp") continue;
      now.lost += report.packetsLost ?? 0;
      now.received += report.packetsReceived ?? 0;
      if (report.kind === "audio") now.audio += report.bytesReceived ?? 0;
      else {
        now.frames += report.framesDecoded ?? 0;
        this.height = Math.max(this.height, report.frameHeight ?? 0);
      }
    }
    const last = this.#incoming;
    const lost = Math.max(0, now.lost - last.lost);
    const all = lost + Math.max(0, now.received - last.received);
    this.weak = (all > 20 && lost / all > WEAK_LOSS) || (this.roundTrip ?? 0) > WEAK_ROUND_TRIP_S;
    this.#still = now.audio > last.audio && now.frames === last.frames ? this.#still + 1 : 0;
    this.frozen = this.#still >= FROZEN_LOOKS;
    this.#incoming = now;
  }

  /** Tell the senders; only when something changed, since each telling costs a key frame. */
  async #apply() {
    const level = LEVELS[this.level];
    const { camera, screen } = this.#peer.senders;
    const key = [level.name, camera?.track?.id, screen?.track?.id].join();
    if (key === this.#applied) return;
    const results = await Promise.all([
      limit(camera, { ...level, on: this.level > SOUND }),
      limit(screen, { bits: level.screenBits, frames: level.screenFrames, on: this.level > SOUND }),
    ]);
    // What was not negotiated yet can't be told yet.
    if (results.every(Boolean)) this.#applied = key;
  }

  /** good, small or sound: what the reader is told. */
  get grade() {
    if (this.level === SOUND) return "sound";
    return this.level === SMALL || this.weak ? "weak" : "good";
  }
}

/** True when the sender has taken it, or has nothing to send. */
async function limit(sender, { on, bits, height, frames }) {
  if (!sender?.track) return true;
  const parameters = sender.getParameters();
  if (!parameters.encodings?.length) return false;
  const own = sender.track.getSettings().height ?? 0;
  for (const encoding of parameters.encodings) {
    encoding.active = on;
    if (!on) continue;
    encoding.maxBitrate = bits;
    encoding.maxFramerate = frames;
    if (height) encoding.scaleResolutionDownBy = Math.max(1, own / height);
  }
  return sender.setParameters(parameters).then(
    () => true,
    () => false,
  );
}

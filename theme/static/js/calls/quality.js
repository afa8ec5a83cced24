// How well a connection does, from its statistics; and sound before picture when it does badly.

const WEAK_LOSS = 0.08;
const WEAK_ROUND_TRIP_S = 0.6;
const WEAK_VIDEO_BITS = 250_000;
const GOOD_AGAIN = 5;

export class Quality {
  #last = { lost: 0, received: 0 };
  #good = 0;
  weak = false;

  constructor(connection) {
    this.connection = connection;
  }

  /** Looks once; true when `weak` changed. */
  async measure() {
    let lost = 0;
    let received = 0;
    let roundTrip = 0;
    for (const report of (await this.connection.getStats()).values()) {
      if (report.type === "inbound-rtp") {
        lost += report.packetsLost ?? 0;
        received += report.packetsReceived ?? 0;
      } else if (report.type === "candidate-pair" && report.nominated)
        roundTrip = Math.max(roundTrip, report.currentRoundTripTime ?? 0);
    }
    const lostNow = Math.max(0, lost - this.#last.lost);
    const all = lostNow + Math.max(0, received - this.#last.received);
    this.#last = { lost, received };
    const bad = (all > 20 && lostNow / all > WEAK_LOSS) || roundTrip > WEAK_ROUND_TRIP_S;
    this.#good = bad ? 0 : this.#good + 1;
    const weak = bad || (this.weak && this.#good < GOOD_AGAIN);
    if (weak === this.weak) return false;
    this.weak = weak;
    await this.#limitVideo();
    return true;
  }

  async #limitVideo() {
    for (const sender of this.connection.getSenders()) {
      if (sender.track?.kind !== "video") continue;
      const parameters = sender.getParameters();
      for (const encoding of parameters.encodings) {
        if (this.weak) encoding.maxBitrate = WEAK_VIDEO_BITS;
        else delete encoding.maxBitrate;
      }
      await sender.setParameters(parameters).catch(() => {});
    }
  }
}

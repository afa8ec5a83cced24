// What the line was like, told to the server for the call's record: how long it was measured, and what was found.

const EVERY_MS = 10_000;

export class Reports {
  #people;
  #send;
  #since = null;
  #soundSince = null;
  #soundMs = 0;
  #wasLost = false;
  #reconnects = 0;

  constructor(people, send) {
    this.#people = people;
    this.#send = send;
  }

  /** Call it often; it reports every ten seconds while there is a connection. */
  look(now = performance.now()) {
    const { condition } = this.#people;
    const lost = condition === "reconnecting";
    if (this.#wasLost && !lost) this.#reconnects += 1;
    this.#wasLost = lost;
    if (condition === "sound") this.#soundSince ??= now;
    else this.#endSound(now);
    if (this.#since === null) this.#since = this.#people.connected ? now : null;
    else if (now - this.#since >= EVERY_MS) this.#tell(now);
  }

  /** The call is over: what is left to tell. */
  last(now = performance.now()) {
    if (this.#since !== null && now - this.#since >= 1_000) this.#tell(now);
    this.#since = null;
  }

  #endSound(now) {
    if (this.#soundSince !== null) this.#soundMs += now - this.#soundSince;
    this.#soundSince = null;
  }

  #tell(now) {
    const wasSound = this.#soundSince !== null;
    this.#endSound(now);
    const found = this.#people.report();
    if (found) {
      const seconds = Math.min(120, (now - this.#since) / 1000);
      this.#send({
        type: "quality",
        seconds,
        audio_only_seconds: Math.min(seconds, this.#soundMs / 1000),
        reconnects: Math.min(20, this.#reconnects),
        ...found,
      });
    }
    this.#soundMs = 0;
    this.#reconnects = 0;
    this.#since = this.#people.connected ? now : null;
    if (wasSound) this.#soundSince = now;
  }
}

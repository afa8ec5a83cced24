// When a call sends less picture, and when more again. Pure decisions over measurements: no browser is asked here.

/** From the least to the most. In "sound" no picture is sent at all. */
export const LEVELS = [
  { name: "sound", bits: 0, height: 0, frames: 0, screenBits: 0, screenFrames: 0 },
  { name: "small", bits: 180_000, height: 180, frames: 15, screenBits: 300_000, screenFrames: 5 },
  { name: "middle", bits: 700_000, height: 360, frames: 24, screenBits: 1_000_000, screenFrames: 10 },
  { name: "hd", bits: 2_500_000, height: 720, frames: 30, screenBits: 2_500_000, screenFrames: 15 },
];
export const SOUND = 0;
export const SMALL = 1;
export const HD = LEVELS.length - 1;

// Between good and bad the level stays as it is: that gap, and the longer time up than down, keep it from swinging.
const BAD = { loss: 0.07, roundTrip: 0.5 };
const SEVERE = { loss: 0.2, roundTrip: 1.2 };
const GOOD = { loss: 0.02, roundTrip: 0.35 };
// Less than this and even the smallest picture takes the room that sound needs.
const ROOM_FOR_PICTURE = 90_000;
const BAD_READINGS = 2;
const GOOD_READINGS = 3;
const UP_AFTER_MS = 8_000;
const LONGEST_UP_AFTER_MS = 64_000;
const PROVED_AFTER_MS = 30_000;

/** HD between two; with more people each sends several pictures at once, and all of them have to fit. */
export function topFor(others) {
  return others > 1 ? HD - 1 : HD;
}

export class Ladder {
  level = HD;
  #bad = 0;
  #good = 0;
  #goodSince = 0;
  #upAfter = UP_AFTER_MS;
  #wentUpAt = null;

  /**
   * One measurement: `at` in ms, `loss` 0 to 1, `roundTrip` in seconds, `room` in bits a second; null what is not known.
   * `top` is the highest level allowed now. True when the level changed.
   */
  take({ at, loss = null, roundTrip = null, room = null }, top = HD) {
    const before = this.level;
    if (this.level > top) this.level = top;
    if (loss === null && roundTrip === null) return this.level !== before;
    const beyond = (limit) => (loss ?? 0) >= limit.loss || (roundTrip ?? 0) >= limit.roundTrip;
    const cramped = room !== null && room < ROOM_FOR_PICTURE && this.level === SMALL;
    if (beyond(SEVERE)) this.#bad = BAD_READINGS;
    else if (beyond(BAD) || cramped) this.#bad += 1;
    else this.#bad = 0;

    if ((loss ?? 0) <= GOOD.loss && (roundTrip ?? 0) <= GOOD.roundTrip && !this.#bad) {
      if (this.#good === 0) this.#goodSince = at;
      this.#good += 1;
    } else this.#good = 0;

    if (this.#bad >= BAD_READINGS && this.level > SOUND) this.#down(at);
    else if (this.level < top && this.#good >= GOOD_READINGS && at - this.#goodSince >= this.#upAfter) this.#up(at);
    else if (this.#wentUpAt !== null && at - this.#wentUpAt > PROVED_AFTER_MS) {
      this.#upAfter = UP_AFTER_MS;
      this.#wentUpAt = null;
    }
    return this.level !== before;
  }

  #down(at) {
    this.level -= 1;
    this.#bad = 0;
    this.#good = 0;
    // It went up and could not hold: wait longer before the next try.
    if (this.#wentUpAt !== null && at - this.#wentUpAt <= PROVED_AFTER_MS)
      this.#upAfter = Math.min(LONGEST_UP_AFTER_MS, this.#upAfter * 2);
    this.#wentUpAt = null;
  }

  #up(at) {
    this.level += 1;
    this.#good = 0;
    this.#wentUpAt = at;
  }
}

const SILENT_AFTER_MS = 10_000;
const NO_SOUND = 1e-9;

/** A microphone that is on and from which nothing at all has come yet. Whoever was heard once only listens now. */
export class SilentMicrophone {
  silent = false;
  #since = null;
  #heard = false;
  #energy = null;

  /** `energy`: what the microphone has given in all, or null. True when `silent` changed. */
  take({ at, energy, on }) {
    const before = this.silent;
    if (!on || energy === null) this.#since = null;
    else {
      if (this.#energy !== null && energy < this.#energy) this.#heard = false; // another microphone
      if (this.#energy !== null && energy - this.#energy > NO_SOUND) this.#heard = true;
      this.#since ??= at;
      this.#energy = energy;
    }
    this.silent = this.#since !== null && !this.#heard && at - this.#since >= SILENT_AFTER_MS;
    return this.silent !== before;
  }

  /** Another one was chosen. */
  reset() {
    this.silent = false;
    this.#since = null;
    this.#heard = false;
    this.#energy = null;
  }
}

const LOOKED_AT = 30;
const SLOWEST_MS = 125;

/** How long blurring takes for each picture. Half of them over the limit: less than eight pictures a second. */
export class TooSlow {
  #times = [];

  /** One picture's time in ms. True when the last ones show that this device is not up to it. */
  take(ms) {
    this.#times.push(ms);
    if (this.#times.length > LOOKED_AT) this.#times.shift();
    return this.#times.length === LOOKED_AT && this.#times.filter((one) => one > SLOWEST_MS).length > LOOKED_AT / 2;
  }
}

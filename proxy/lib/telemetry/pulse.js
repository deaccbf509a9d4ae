'use strict';

const { Durations } = require('./durations');

/** Whole seconds that are told of. */
const SECONDS = 60;

/** One more for the second that has not ended. */
const SLOTS = SECONDS + 1;

/**
 * What happened in one second.
 * @typedef {object} Slot
 * @property {number} second since 1970, or -1 before it was first used
 * @property {number} requests
 * @property {number} errors
 * @property {number} seconds of the requests, together
 * @property {number} upstreamSeconds of the same requests
 * @property {Durations} durations
 */

/**
 * What a pulse tells; arrays begin with the oldest second.
 * @typedef {object} Recent
 * @property {number} second the last one told of, since 1970
 * @property {number[]} requests
 * @property {number[]} errors
 * @property {number} seconds
 * @property {number} upstreamSeconds
 * @property {[number, number][]} durations
 */

const NOTHING = Object.freeze({
  requests: 0,
  errors: 0,
  seconds: 0,
  upstreamSeconds: 0,
});

/** @returns {Slot} */
function makeSlot() {
  return { second: -1, ...NOTHING, durations: new Durations() };
}

/** The last minute, second by second, in memory that does not grow. */
class Pulse {
  #slots = Array.from({ length: SLOTS }, makeSlot);

  /**
   * @param {number} nowMs since 1970
   * @param {number} seconds
   * @param {number} upstreamSeconds
   * @param {boolean} isError
   */
  record(nowMs, seconds, upstreamSeconds, isError) {
    const slot = this.#slotOf(Math.floor(nowMs / 1000));
    slot.requests += 1;
    if (isError) slot.errors += 1;
    slot.seconds += seconds;
    slot.upstreamSeconds += upstreamSeconds;
    slot.durations.record(seconds);
  }

  /**
   * The last minute without the second that has not ended.
   * @param {number} nowMs
   * @returns {Recent}
   */
  read(nowMs) {
    const last = Math.floor(nowMs / 1000) - 1;
    const durations = new Durations();
    /** @type {Recent} */
    const recent = {
      ...NOTHING,
      second: last,
      requests: Array(SECONDS).fill(0),
      errors: Array(SECONDS).fill(0),
      durations: [],
    };
    for (const slot of this.#slots) {
      const at = slot.second - (last - SECONDS + 1);
      if (at < 0 || at >= SECONDS) continue;
      recent.requests[at] = slot.requests;
      recent.errors[at] = slot.errors;
      recent.seconds += slot.seconds;
      recent.upstreamSeconds += slot.upstreamSeconds;
      durations.add(slot.durations);
    }
    return { ...recent, durations: durations.entries() };
  }

  /**
   * @param {number} second
   * @returns {Slot} emptied when it was an older second's
   */
  #slotOf(second) {
    const slot = this.#slots[second % SLOTS];
    if (slot.second === second) return slot;
    slot.durations.clear();
    return Object.assign(slot, NOTHING, { second });
  }
}

module.exports = { Pulse, SECONDS };

'use strict';

/** Outcomes between two looks at the clock. */
const HANDFUL = 64;

/** How long one turn of the event loop may be kept busy. */
const SLICE_MS = 4;

/**
 * Delivers waiting outcomes, and goes on in a later turn when there are more
 * than fit into a slice, so that timers and sockets of the host get theirs.
 * @param {{ drain(limit: number): number }} native
 */
function settleWaiting(native) {
  const end = performance.now() + SLICE_MS;
  while (native.drain(HANDFUL) > 0)
    if (performance.now() >= end) {
      setImmediate(settleWaiting, native);
      return;
    }
}

module.exports = { settleWaiting };

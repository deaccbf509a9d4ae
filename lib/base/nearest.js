'use strict';

const { invalidArgument } = require('./check');

/**
 * Edit distance between two short words (Levenshtein, one row at a time).
 * @param {string} from
 * @param {string} to
 * @returns {number}
 */
function distance(from, to) {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      next[j] = Math.min(change, row[j] + 1, next[j - 1] + 1);
    }
    row = next;
  }
  return row[to.length];
}

/**
 * Spelling without case and word separators: batch_size is batchSize.
 * @param {string} name
 * @returns {string}
 */
function plain(name) {
  return name.slice(0, 64).replace(/[-_]/g, '').toLowerCase();
}

/**
 * The known name that looks most like `name`, and how far it is off.
 * @param {string} name
 * @param {Iterable<string>} known
 * @returns {{ name: string, distance: number }}
 */
function nearest(name, known) {
  let best = { name: '', distance: Infinity };
  for (const candidate of known) {
    const off = distance(plain(name), plain(candidate));
    if (off < best.distance) best = { name: candidate, distance: off };
  }
  return best;
}

/**
 * Refuses an options object that holds a name nobody reads.
 * @param {Record<string, unknown>} options
 * @param {ReadonlySet<string>} known
 * @param {string} owner whose options these are, for the message
 */
function checkOptionNames(options, known, owner) {
  for (const name of Object.keys(options)) {
    if (known.has(name)) continue;
    const hint = nearest(name, known).name;
    const message = `unknown option "${name}" of ${owner}, did you mean ${hint}?`;
    throw invalidArgument(TypeError, name, message);
  }
}

module.exports = { checkOptionNames, nearest };

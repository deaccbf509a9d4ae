'use strict';

/*
 * Which shard reads what. The bytes of all files, one behind the other, are cut
 * into equal ranges; a line, a row group, or a file that cannot be cut belongs
 * to the range that its first byte lies in. So every machine comes to the same
 * answer by itself, and the shards in their order are the whole in its order.
 */

/** @typedef {import('./inputs').Input} Input */

/** @typedef {{ index: number, count: number }} Shard */

/**
 * What a shard reads of a file: units whose first byte is at least `from` and
 * less than `end`.
 * @typedef {{ file: number, from: number, end: number }} Range
 */

/**
 * Can a reader begin in its middle? A CSV field may hold line breaks.
 * @param {Input} input
 */
function canBeCut({ format, isCompressed }) {
  return !isCompressed && format !== 'csv';
}

/**
 * @param {readonly Input[]} inputs
 * @param {Shard} shard
 * @returns {Range[]} in order
 */
function rangesOf(inputs, { index, count }) {
  if (count === 1)
    return inputs.map((_, file) => ({ file, from: 0, end: Infinity }));
  const total = inputs.reduce((sum, { size }) => sum + size, 0);
  const first = Math.floor((total * index) / count);
  const last = Math.floor((total * (index + 1)) / count);
  /** @type {Range[]} */
  const ranges = [];
  let base = 0;
  inputs.forEach((input, file) => {
    const from = Math.max(0, first - base);
    const end = Math.min(input.size, last - base);
    if (canBeCut(input)) {
      if (from < end) ranges.push({ file, from, end });
    } else if (from === 0 && end > 0 && first <= base)
      ranges.push({ file, from: 0, end: Infinity });
    base += input.size;
  });
  return ranges;
}

module.exports = { canBeCut, rangesOf };

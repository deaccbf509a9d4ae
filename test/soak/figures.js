'use strict';

const fs = require('node:fs');

/**
 * How far a figure may be above where it was: a tenth, and what chance adds.
 * Descriptors and threads follow the calls under way.
 */
const GROWTH = 1.1;
const SLACK = { memoryMiB: 8, descriptors: 40, threads: 6 };

/** What the process holds now, garbage aside. */
function sample() {
  globalThis.gc();
  return {
    memoryMiB: process.memoryUsage.rss() / 2 ** 20,
    descriptors: fs.readdirSync('/proc/self/fd').length,
    threads: fs.readdirSync('/proc/self/task').length,
  };
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}

/**
 * Compares the last third of the samples with the first.
 * @param {ReturnType<typeof sample>[]} samples
 * @returns {{ name: string, first: number, last: number, isFlat: boolean }[]}
 */
function trends(samples) {
  const third = Math.ceil(samples.length / 3);
  return Object.entries(SLACK).map(([name, slack]) => {
    const values = samples.map((one) => one[name]);
    const first = median(values.slice(0, third));
    const last = median(values.slice(-third));
    return { name, first, last, isFlat: last <= GROWTH * first + slack };
  });
}

module.exports = { sample, trends };

'use strict';

/*
 * Draws its parent's limit of descriptors tight and lets it go, at random:
 *
 *   fork('limiter.js', [seed, plenty])
 */

const { execFileSync } = require('node:child_process');

const { Random } = require('./random');

/** How often a limit is set, how often it is tight, and how tight. */
const SPAN_MS = 100;
const TIGHT = 0.5;
const LEAST = 24;
const MOST = 120;

const [seed, plenty] = process.argv.slice(2);
const random = new Random(seed, 'limiter');

function limit(count) {
  const options = ['--pid', String(process.ppid), `--nofile=${count}:`];
  execFileSync('prlimit', options);
}

const timer = setInterval(
  () => limit(random.chance(TIGHT) ? random.between(LEAST, MOST) : plenty),
  SPAN_MS,
);

process.on('message', () => {
  clearInterval(timer);
  limit(plenty);
  process.disconnect();
});

'use strict';

/**
 * The works, in the order they run. `body` is the upstream's canned answer to
 * a batch, `server` its flags.
 */

const WORKS = [
  {
    name: 'S',
    title: '1 text x 384, 128 connections, answered at once',
    body: 'single',
    texts: 1,
    batchSize: 128,
    connections: 128,
    seconds: 4,
    contenders: ['direct', 'bare', 'engine', 'nginx', 'naive', 'rust', 'ours'],
  },
  {
    name: 'D',
    title: '1 text x 384, 128 connections, answered after 20-60 ms',
    body: 'single',
    // Without jitter the calls would march in step, 128 at once.
    server: ['--delay', '20', '--jitter', '40'],
    texts: 1,
    batchSize: 128,
    connections: 128,
    seconds: 4,
    contenders: ['direct', 'nginx', 'naive', 'rust', 'ours'],
  },
  {
    name: 'L',
    title: '1,024 texts x 1,024 floats in 8 batches, 2 connections',
    body: 'floats',
    texts: 1024,
    batchSize: 128,
    connections: 2,
    seconds: 8,
    hasLoop: true,
    contenders: ['naive', 'rust', 'ours'],
  },
];

/** How long the memory of our proxy is watched, and how often. */
const MEMORY = {
  ...WORKS[0],
  name: 'M',
  title: 'memory, 1 text x 384, 128 connections',
  warmUp: 50_000,
  requests: 100_000,
  steps: 10,
  contenders: ['ours'],
};

function selectWorks(names) {
  const all = [...WORKS, MEMORY];
  if (!names) return all;
  const wanted = names.split(',');
  const unknown = wanted.find((name) => all.every((one) => one.name !== name));
  if (unknown !== undefined)
    throw new RangeError(
      `WORKS must be of ${all.map(({ name }) => name)}, got ${unknown}`,
    );
  return all.filter(({ name }) => wanted.includes(name));
}

module.exports = { selectWorks };

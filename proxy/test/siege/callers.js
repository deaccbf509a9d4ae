'use strict';

/*
 * The misbehaving callers of a siege, a process of its own: so many at once,
 * each at something drawn at random, until they are told to stop.
 *
 *   node callers.js PORT SEED COUNT [KIND,…]
 */

const { setTimeout: sleep } = require('node:timers/promises');

const { Random } = require('../../../test/chaos/random');
const { MISBEHAVIOURS } = require('./misbehaviours');

const [port, seed, count, only] = process.argv.slice(2);
const kinds = only ? only.split(',') : Object.keys(MISBEHAVIOURS);

/** Most of it between two misdeeds: 1,000 of all callers take ten minutes. */
const PAUSE_MS = 6000;

/** Not the address of the honest callers. */
const FROM = '127.0.0.2';

const done = {};

/** Where one was let in that must be refused. */
const faults = [];
let isStopping = false;

async function misbehave(number) {
  const random = new Random(seed, number);
  while (!isStopping) {
    await sleep(random.between(0, PAUSE_MS));
    const name = random.pick(kinds);
    try {
      await MISBEHAVIOURS[name]({ port: Number(port), random, from: FROM });
    } catch (error) {
      faults.push(`${name}: ${error.message}`);
    }
    done[name] = (done[name] ?? 0) + 1;
  }
}

const callers = Array.from({ length: Number(count) }, (_, i) => misbehave(i));

process.on('message', async () => {
  isStopping = true;
  await Promise.all(callers);
  process.send({ done, faults }, () => process.exit());
});
process.on('disconnect', () => process.exit());

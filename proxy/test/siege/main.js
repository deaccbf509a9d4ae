'use strict';

/*
 * make siege MINUTES=10: callers, browsers and upstreams that misbehave at
 * random beside honest calls. The honest ones must hardly notice, memory stay
 * within its bound, and nothing be left over at the end. KINDS names some of the
 * misbehaviours instead of all.
 *
 *   MINUTES=1 SEED=1 node proxy/test/siege/main.js
 */

const { BOUND_MIB, Siege } = require('./siege');

const seed = process.env.SEED || '1';
const siegeMs = Number(process.env.MINUTES || 10) * 60_000;

const CALLERS = 12;
const CALM = { share: 0.25, leastMs: 4_000, mostMs: 60_000 };

function showCalls(label, { count, p50, p99, failures }) {
  console.log(
    `${label.padEnd(12)} ${count} honest calls, p50 ${p50.toFixed(1)} ms, ` +
      `p99 ${p99.toFixed(1)} ms, ${failures.length} failed`,
  );
}

function show({ undisturbed, during, calm, beset, done, rest }) {
  const sum = Object.values(done).reduce((total, count) => total + count, 0);
  console.log(`${sum} misbehaviours: ${JSON.stringify(done)}`);
  showCalls('undisturbed', undisturbed);
  showCalls('besieged', during);
  console.log(
    `loop delay   ${calm.delayMs.toFixed(1)} ms at most undisturbed, ` +
      `${beset.delayMs.toFixed(1)} besieged`,
  );
  console.log(
    `memory       ${calm.mostMib.toFixed(0)} MiB undisturbed, ` +
      `${beset.mostMib.toFixed(0)} besieged, bound ${BOUND_MIB}`,
  );
  console.log(
    `left over    ${rest.calls} calls, ${rest.bufferedBytes} bytes, ` +
      `${rest.batches} batches, ${rest.upstreamRequests} upstream requests, ` +
      `${rest.descriptors} descriptors (${calm.descriptors} undisturbed)`,
  );
}

async function main() {
  const cleaners = [];
  const calmMs = Math.min(
    CALM.mostMs,
    Math.max(CALM.leastMs, CALM.share * siegeMs),
  );
  const siege = new Siege(
    { after: (clean) => cleaners.push(clean) },
    {
      seed,
      calmMs,
      siegeMs,
      kinds: process.env.KINDS,
      callers: CALLERS,
      say: console.log,
    },
  );
  try {
    const { figures, faults } = await siege.run();
    show(figures);
    if (faults.length === 0) return;
    console.error(`siege failed; SEED=${seed}`);
    for (const fault of faults) console.error(fault);
    process.exitCode = 1;
  } finally {
    for (const clean of cleaners) clean();
  }
}

main();

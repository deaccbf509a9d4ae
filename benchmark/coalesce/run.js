'use strict';

/**
 * Single embeddings from 500 callers at once, as an online service has them:
 * each call a request of its own, and coalesced. The server is a process of its
 * own; SECONDS (8) is how long each way is measured.
 */

const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

const { PerformanceClient } = require('../..');

const CALLERS = 500;
const TEXT = 'What does the machine do with its moving parts?';

const seconds = Number(process.env.SECONDS) || 8;

/** Every caller asks again as soon as it is answered. */
async function measure(embed) {
  const cpuBefore = process.cpuUsage();
  const begin = performance.now();
  const times = [];
  const caller = async () => {
    do {
      const asked = performance.now();
      await embed(TEXT);
      times.push(performance.now() - asked);
    } while (performance.now() - begin < 1000 * seconds);
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const took = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  times.sort((a, b) => a - b);
  return {
    callsPerS: times.length / took,
    p50: times[Math.floor(times.length * 0.5)],
    p99: times[Math.floor(times.length * 0.99)],
    cpuUs: (user + system) / times.length,
  };
}

async function runAgainst(lanes) {
  const server = fork(path.join(__dirname, 'server.js'), [lanes]);
  const [url] = await once(server, 'message');
  const client = new PerformanceClient(url, { apiKey: false });
  const one = client.coalesce();
  try {
    const plain = await measure((text) => client.embed([text], 'm'));
    const coalesced = await measure((text) => one.embed(text, 'm'));
    return { plain, coalesced };
  } finally {
    await client.close();
    server.disconnect();
  }
}

function print(name, { callsPerS, p50, p99, cpuUs }) {
  const figures = [callsPerS, p50, p99, cpuUs].map((figure) =>
    Math.round(figure).toLocaleString('en').padStart(10),
  );
  console.log(`  ${name.padEnd(12)}${figures.join('')}`);
}

async function main() {
  console.log(`${CALLERS} callers, 20 ms a request and 0.1 ms a text`);
  for (const lanes of ['1', '4', 'any']) {
    const { plain, coalesced } = await runAgainst(lanes);
    const gain = coalesced.callsPerS / plain.callsPerS;
    console.log(
      `\n${lanes} requests at once: ${gain.toFixed(1)} x the calls/s`,
    );
    console.log('                 calls/s    p50 ms    p99 ms    CPU us');
    print('plain', plain);
    print('coalesced', coalesced);
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

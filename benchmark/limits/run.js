'use strict';

/**
 * Servers that refuse what is too much, asked with a fixed window of 128 and
 * with limits that adapt: how long it takes, how much is refused, and what is
 * lost. REQUESTS (4,000) are sent each way. Draws docs/rate-limits.svg.
 */

const { fork } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');

const { PerformanceClient } = require('../..');
const { drawPlot } = require('./plot');

const PLOT = path.join(__dirname, '../../docs/rate-limits.svg');

const WINDOW = 128;

const requests = Number(process.env.REQUESTS) || 4000;

/** `idealPerS` is what the server can do. */
const SERVERS = [
  {
    title: '16 at once, in 50 ms',
    limits: { atOnce: 16, answerMs: 50 },
    idealPerS: 16 / 0.05,
  },
  {
    title: '4 at once, in 20 ms',
    limits: { atOnce: 4, answerMs: 20 },
    idealPerS: 4 / 0.02,
  },
  {
    title: '200 a second, in 1 ms',
    limits: { perSecond: 200, answerMs: 1 },
    idealPerS: 200,
  },
];

const WAYS = [
  { name: 'fixed', title: `fixed window of ${WINDOW}`, adaptive: false },
  { name: 'adaptive', title: 'adaptive', adaptive: true },
];

async function measure({ limits, idealPerS }, { adaptive }) {
  const program = path.join(__dirname, 'server.js');
  const server = fork(program, [JSON.stringify(limits)]);
  const [url] = await once(server, 'message');
  const client = new PerformanceClient(url, { apiKey: false });
  const payloads = Array.from({ length: requests }, (_, i) => ({ i }));
  try {
    const begin = performance.now();
    const { errors } = await client.batchPost('/x', payloads, {
      adaptive,
      maxConcurrentRequests: WINDOW,
      maxRetries: 6,
      onError: 'partial',
    });
    const seconds = (performance.now() - begin) / 1000;
    server.send('counts');
    const [{ refused }] = await once(server, 'message');
    return {
      time: (seconds * idealPerS) / requests,
      refused,
      refusedShare: refused / requests,
      lost: errors.length,
    };
  } finally {
    await client.close();
    server.disconnect();
  }
}

function tell(server, way, { time, refused, refusedShare, lost }) {
  const share = (100 * refusedShare).toFixed(1);
  console.log(
    `${server.title.padEnd(24)} ${way.title.padEnd(20)} ` +
      `${time.toFixed(2)} of the ideal time, ${refused} refused (${share} %), ` +
      `${lost} lost`,
  );
}

async function main() {
  const results = [];
  for (const server of SERVERS)
    for (const way of WAYS) {
      const figures = await measure(server, way);
      tell(server, way, figures);
      results.push({ server: server.title, way, ...figures });
    }
  fs.writeFileSync(PLOT, drawPlot(results, requests));
}

main();

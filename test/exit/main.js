'use strict';

/*
 * make exits: processes that end at random moments of their calls. The exit
 * code must be the program's, and no thread may keep it waiting.
 *
 *   SEED=1 RUNS=200 node test/exit/main.js
 */

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { Random } = require('../chaos/random');
const { openPeers } = require('./peers');

/** How a process can end, and the code that it must end with. */
const CODES = new Map([
  ['exit', 7],
  ['throw', 1],
  ['rejection', 1],
  ['signal', 7],
  ['terminate', 7],
  ['exit with a worker', 7],
]);

const LONGEST_MS = 20_000;

/** From the word to the end; a machine under load needs some of it. */
const SLOWEST_MS = Number(process.env.SLOWEST_MS || 3000);

const seed = process.env.SEED || '1';
const runs = Number(process.env.RUNS || 200);

/**
 * @param {object} plan
 * @returns {Promise<{ code: number | null, signal: string | null,
 *   lastedMs: number, stderr: string }>} from its last word to its end
 */
function runChild(plan) {
  const preload = [process.env.LD_PRELOAD, plan.peer.preload];
  const child = spawn(process.execPath, [path.join(__dirname, 'child.js')], {
    env: {
      ...process.env,
      EXIT_PLAN: JSON.stringify(plan),
      LD_PRELOAD: preload.filter(Boolean).join(':'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  });
  let stderr = '';
  let saidAt = NaN;
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  child.stdout.on('data', () => {
    saidAt = performance.now();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code, signal, stderr, lastedMs: performance.now() - saidAt }),
    );
  });
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'exits-'));
  const { peers, close } = await openPeers(folder);
  const random = new Random(seed);
  const lasted = [];
  let failures = 0;
  for (let i = 0; i < runs; i++) {
    const [end, expected] = random.pick([...CODES]);
    const plan = {
      end,
      peer: peers[i % peers.length],
      afterMs: random.between(0, 300),
    };
    const { code, signal, stderr, lastedMs } = await runChild(plan);
    const how = `${end}, ${plan.peer.name}, after ${plan.afterMs} ms`;
    lasted.push({ lastedMs, how });
    if (code === expected && lastedMs < SLOWEST_MS) continue;
    failures += 1;
    const what = `code ${code}, signal ${signal}, ${lastedMs.toFixed(0)} ms`;
    console.error(`run ${i}: ${how}: ${what}\n${stderr}`);
  }
  close();
  lasted.sort((a, b) => a.lastedMs - b.lastedMs);
  const median = lasted[runs >> 1].lastedMs;
  const slowest = lasted[runs - 1];
  console.log(`exits: seed ${seed}, ${runs} runs, ${failures} failures`);
  console.log(
    `from the word to the end: ${median.toFixed(0)} ms, ` +
      `at most ${slowest.lastedMs.toFixed(0)} ms (${slowest.how})`,
  );
  process.exitCode = failures > 0 ? 1 : 0;
}

main();

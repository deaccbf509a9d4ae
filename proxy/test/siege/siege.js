'use strict';

/*
 * A proxy beset by random misbehaviour beside honest calls: undisturbed for a
 * while, under siege, and left alone until nothing is left over.
 */

const { fork } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const { startProxyProcess } = require('../helpers/proxy-process');
const { HonestCallers } = require('./honest');

const MIB = 1024 * 1024;
const BOUND_MIB = 64;

/** Beyond the bound, for the process itself. */
const MEMORY_MIB = 100;

const P99_FACTOR = 2;

/** Of what does not belong to a call, such as a file that is read just now. */
const FEW_DESCRIPTORS = 4;

const SAMPLE_MS = 100;

/** Longer than each of the proxy's timeouts below, and than idle connections. */
const AFTERMATH_MS = 45_000;

const FLAGS = [
  ...['--max-buffered-bytes', `${BOUND_MIB * MIB}`],
  ...['--max-in-flight', '256', '--max-queue', '256', '--max-uploads', '256'],
  ...['--timeout-s', '2', '--max-retries', '1'],
  ...['--header-timeout-s', '2', '--body-timeout-s', '2'],
  ...['--send-timeout-s', '2', '--idle-timeout-s', '3'],
];

function residentMib(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s*(\d+)/.exec(status)[1]) / 1024;
}

/** Whatever it is asked, a forked process answers with one message. */
async function askChild(child) {
  const answer = once(child, 'message');
  child.send('tell');
  return (await answer)[0];
}

class Siege {
  #options;
  #upstream;
  #proxy;

  /**
   * @param {object} cleaner whose after() runs a function at the end
   * @param {{ seed: string, calmMs: number, siegeMs: number, callers: number,
   *   kinds?: string, say?: (text: string) => void }} options
   */
  constructor(cleaner, options) {
    this.cleaner = cleaner;
    this.#options = { say() {}, ...options };
  }

  /** The figures, and the bars that were missed as sentences. */
  async run() {
    const { calmMs, siegeMs } = this.#options;
    await this.#start();
    const honest = new HonestCallers(this.#proxy.port);
    honest.start();
    await sleep(calmMs / 4); // what is compiled at the first calls
    honest.take();
    const calm = await this.#watch(0.75 * calmMs);
    const undisturbed = honest.take();
    const callers = this.#fork('callers.js', [
      this.#proxy.port,
      this.#options.seed,
      this.#options.callers,
      this.#options.kinds ?? '',
    ]);
    const beset = await this.#watch(siegeMs);
    const during = honest.take();
    const done = await askChild(callers);
    await honest.stop();
    const rest = await this.#aftermath(calm);
    const figures = { undisturbed, during, calm, beset, done, rest };
    return { figures, faults: this.#judge(figures) };
  }

  async #start() {
    this.#upstream = this.#fork('upstream.js');
    const [{ port }] = await once(this.#upstream, 'message');
    this.#proxy = await startProxyProcess(this.cleaner, [
      ...['--target-url', `http://127.0.0.1:${port}`],
      ...FLAGS,
    ]);
  }

  #fork(name, args = []) {
    const child = fork(path.join(__dirname, name), args.map(String));
    this.cleaner.after(() => child.kill('SIGKILL'));
    return child;
  }

  /** The most memory over a time, and what is there at its end. */
  async #watch(ms) {
    const endsAt = performance.now() + ms;
    let mostMib = 0;
    let saidAt = performance.now();
    while (performance.now() < endsAt) {
      mostMib = Math.max(mostMib, residentMib(this.#proxy.pid));
      await sleep(SAMPLE_MS);
      if (performance.now() - saidAt < 30_000) continue;
      saidAt = performance.now();
      this.#options.say(`${mostMib.toFixed(0)} MiB at most until now`);
    }
    return { mostMib, ...(await this.#left()) };
  }

  /** What the proxy has in hand. */
  async #left() {
    const { active, connections } = await askChild(this.#upstream);
    const answer = await fetch(`${this.#proxy.url}/status.json`, {
      headers: { connection: 'close' },
    });
    const status = await answer.json();
    const open = fs.readdirSync(`/proc/${this.#proxy.pid}/fd`).length;
    return {
      calls: status.in_flight,
      bufferedBytes: status.buffered_bytes,
      batches: status.upstream_in_flight + status.queued,
      upstreamRequests: active,
      // Connections to the upstream are kept for the next, and its own affair.
      descriptors: open - connections,
    };
  }

  /** Waits until nothing is left over, and gives what is. */
  async #aftermath(calm) {
    const endsAt = performance.now() + AFTERMATH_MS;
    let left = await this.#left();
    while (this.#faultsOf(left, calm).length > 0) {
      if (performance.now() > endsAt) break;
      await sleep(SAMPLE_MS);
      left = await this.#left();
    }
    return left;
  }

  #faultsOf(left, calm) {
    const { descriptors, ...counts } = left;
    const faults = Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${count} ${name} are left over`);
    const before = calm.descriptors;
    if (descriptors > before + FEW_DESCRIPTORS)
      faults.push(`${descriptors} descriptors, ${before} before`);
    return faults;
  }

  #judge({ undisturbed, during, calm, beset, rest }) {
    const faults = this.#faultsOf(rest, calm);
    const most = calm.mostMib + BOUND_MIB + MEMORY_MIB;
    if (beset.mostMib > most)
      faults.push(
        `${beset.mostMib.toFixed(0)} MiB, ${most.toFixed(0)} at most`,
      );
    const failed = [...undisturbed.failures, ...during.failures];
    if (failed.length > 0)
      faults.push(`honest calls failed: ${failed.slice(0, 5).join(', ')}`);
    if (during.p99 > P99_FACTOR * undisturbed.p99)
      faults.push(
        `p99 is ${during.p99.toFixed(1)} ms, ${undisturbed.p99.toFixed(1)} undisturbed`,
      );
    return faults;
  }
}

module.exports = { BOUND_MIB, Siege };

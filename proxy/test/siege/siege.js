'use strict';

/*
 * A proxy beset by random misbehaviour beside honest calls: undisturbed for a
 * while, under siege, and left alone until nothing is left over.
 */

const { fork } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const { startProxyProcess } = require('../helpers/proxy-process');

const MIB = 1024 * 1024;
const BOUND_MIB = 64;

/** Beyond the bound, for the process itself. */
const MEMORY_MIB = 100;

const P99_FACTOR = 2;

/**
 * How much nicer than the proxy those are who misbehave, and their upstream:
 * what they cost is not what they cost the proxy, where all share two
 * processors.
 */
const NICER = 10;

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

/** Whatever it is asked, a forked process answers with one message. */
async function askChild(child, question = 'tell') {
  const answer = once(child, 'message');
  child.send(question);
  return (await answer)[0];
}

function beNice({ pid }) {
  os.setPriority(pid, Math.min(19, os.getPriority() + NICER));
}

class Siege {
  #options;
  #upstream;
  #honestUrl;
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
    const honest = this.#fork('honest.js', [this.#proxy.port, this.#honestUrl]);
    await sleep(calmMs / 4); // what is compiled at the first calls
    await askChild(honest);
    await this.#loopDelayMs();
    const calm = await this.#watch(0.75 * calmMs);
    const undisturbed = await askChild(honest);
    const callers = this.#fork('callers.js', [
      this.#proxy.port,
      this.#options.seed,
      this.#options.callers,
      this.#options.kinds ?? '',
    ]);
    beNice(callers);
    const beset = await this.#watch(siegeMs);
    const during = await askChild(honest);
    const { done, faults: letIn } = await askChild(callers);
    await askChild(honest, 'stop');
    const rest = await this.#aftermath(calm);
    const figures = { undisturbed, during, calm, beset, done, rest };
    const faults = [...letIn.slice(0, 5), ...this.#judge(figures)];
    return { figures, faults };
  }

  async #start() {
    const beset = await this.#startUpstream();
    const honest = await this.#startUpstream();
    beNice(beset.child);
    this.#upstream = beset.child;
    this.#honestUrl = honest.url;
    this.#proxy = await startProxyProcess(this.cleaner, [
      ...['--target-url', beset.url, '--allow-target', honest.url],
      ...FLAGS,
    ]);
  }

  async #startUpstream() {
    const child = this.#fork('upstream.js');
    const [{ port }] = await once(child, 'message');
    return { child, url: `http://127.0.0.1:${port}` };
  }

  /** How late the proxy's loop was at worst since this was last asked. */
  async #loopDelayMs() {
    const answer = await fetch(`${this.#proxy.url}/metrics`, {
      headers: { connection: 'close' },
    });
    const text = await answer.text();
    return (
      1000 * Number(/^nodejs_eventloop_lag_max_seconds (.+)$/m.exec(text)[1])
    );
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
      mostMib = Math.max(mostMib, this.#residentMib());
      await sleep(SAMPLE_MS);
      if (performance.now() - saidAt < 30_000) continue;
      saidAt = performance.now();
      this.#options.say(`${mostMib.toFixed(0)} MiB at most until now`);
    }
    const delayMs = await this.#loopDelayMs();
    return { mostMib, delayMs, ...(await this.#left()) };
  }

  #residentMib() {
    const { pid, lines, stderr } = this.#proxy;
    try {
      const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
      return Number(/VmRSS:\s*(\d+)/.exec(status)[1]) / 1024;
    } catch (cause) {
      const failures = lines.filter(({ level }) => level === 'error');
      const last = JSON.stringify(failures.at(-1));
      throw new Error(`the proxy has ended: ${last} ${stderr}`, { cause });
    }
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

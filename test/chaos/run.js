'use strict';

const { CancellationToken, PerformanceClient } = require('../..');
const { FaultServer } = require('../helpers/fault-server');
const { checkAccounts, checkError } = require('./accounts');
const { Faults } = require('./faults');
const { planCall } = require('./plan');

/** Share of connections that go wrong before their first byte. */
const CONNECTION_TROUBLE = 0.03;

/** Calls under way at once, over all clients. */
const CALLS_AT_ONCE = 64;

/** No call takes so long unless it has been lost. */
const LOST_MS = 60_000;

const PROTOCOLS = [
  { tls: false, http2: false },
  { tls: false, http2: true },
  { tls: true, http2: false },
  { tls: true, http2: true },
];

/** The methods' arguments by kind. */
const ARGUMENTS = {
  embed: ({ inputs }) => [inputs, 'chaos'],
  rerank: ({ inputs, query }) => [query, inputs],
  classify: ({ inputs }) => [inputs],
  batchPost: ({ inputs }) => ['/echo', inputs],
};

/** Makes what cancels a call, as an option and as a function. */
function canceller({ usesToken }) {
  if (usesToken) {
    const cancelToken = new CancellationToken();
    return { option: { cancelToken }, cancel: () => cancelToken.cancel() };
  }
  const controller = new AbortController();
  return {
    option: { signal: controller.signal },
    cancel: () => controller.abort(),
  };
}

/** Rejects when a call has been lost; `stop` gives up waiting. */
function startWatch({ call }) {
  let timer;
  const lost = new Promise((_resolve, reject) => {
    const error = new Error(`call ${call} never ended`);
    timer = setTimeout(reject, LOST_MS, error);
  });
  return { lost, stop: () => clearTimeout(timer) };
}

/** A run of random calls against servers that fail at random. */
class Run {
  /** Calls by how they ended, and inputs by the same. */
  endings = {};
  inputs = { answered: 0, failed: 0 };
  calls = 0;
  batches = 0;

  #seed;
  #limit;
  #trouble = new Map();
  #faults;
  #places = [];

  /**
   * @param {{ seed: string | number, batches?: number,
   *   until?: () => boolean }} options the run ends after so many batches, or
   *   when `until` says so
   */
  constructor({ seed, batches = Infinity, until = () => false }) {
    this.#seed = seed;
    this.#limit = () => this.batches >= batches || until();
    this.#faults = new Faults(seed, (call) => this.#trouble.get(call) ?? 0);
  }

  /** How often each fault was played. */
  get faults() {
    return this.#faults.counts;
  }

  /** Sums over all shared clients. */
  get stats() {
    const sums = { requests: 0, retries: 0, hedges: 0, hedgesWon: 0 };
    for (const { client } of this.#places) {
      const stats = client.stats();
      for (const name of Object.keys(sums)) sums[name] += stats[name];
    }
    return sums;
  }

  /** Makes all calls and ends everything it began. */
  async complete() {
    await this.open();
    try {
      await this.work();
    } finally {
      await this.close();
    }
  }

  async open() {
    for (const protocol of PROTOCOLS) {
      const script = { ...protocol, trouble: CONNECTION_TROUBLE };
      const server = new FaultServer(this.#faults.script(script));
      await server.listen();
      const httpVersion = protocol.http2 ? 2 : 1;
      const options = { apiKey: 'key', httpVersion, ca: server.ca };
      const connect = () => new PerformanceClient(server.url, options);
      this.#places.push({ server, connect, client: connect() });
    }
    await this.#addClosedPort();
  }

  async work() {
    const workers = Array.from({ length: CALLS_AT_ONCE }, () => this.#toil());
    await Promise.all(workers);
  }

  async close() {
    for (const { client, server } of this.#places) {
      await client.destroy();
      await server?.close();
    }
  }

  /** Where nobody listens any more. */
  async #addClosedPort() {
    const server = new FaultServer();
    await server.listen();
    await server.close();
    const connect = () => new PerformanceClient(server.url, 'key');
    this.#places.push({ connect, client: connect() });
  }

  async #toil() {
    while (!this.#limit()) {
      const plan = planCall(this.#seed, this.calls++);
      this.batches += plan.batches;
      try {
        await this.#make(plan);
      } catch (cause) {
        throw new Error(`call ${plan.call} (${plan.kind})`, { cause });
      }
    }
  }

  /** The closed port is met by one call in fifty. */
  #placeOf({ server }) {
    const last = this.#places.length - 1;
    return this.#places[server < 0.02 ? last : Math.floor(server * last)];
  }

  async #make(plan) {
    const { connect, client: shared } = this.#placeOf(plan);
    const { destroyMs, cancelMs } = plan;
    const client = destroyMs === undefined ? shared : connect();
    const { option, cancel } = canceller(plan);
    this.#trouble.set(plan.call, plan.trouble);
    const call = client[plan.kind](...ARGUMENTS[plan.kind](plan), {
      ...plan.options,
      ...option,
    });
    if (cancelMs !== undefined) setTimeout(cancel, cancelMs);
    if (destroyMs !== undefined) setTimeout(() => client.destroy(), destroyMs);
    await this.#settle(plan, call);
    this.#trouble.delete(plan.call);
  }

  async #settle(plan, call) {
    const { lost, stop } = startWatch(plan);
    try {
      const response = await Promise.race([call, lost]);
      this.#book(plan, 'resolved', checkAccounts(plan, response));
    } catch (error) {
      checkError(error, plan);
      const answered = error.partial ? checkAccounts(plan, error.partial) : 0;
      this.#book(plan, error.code, answered);
    } finally {
      stop();
    }
  }

  #book({ inputs }, ending, answered) {
    this.endings[ending] = (this.endings[ending] ?? 0) + 1;
    this.inputs.answered += answered;
    this.inputs.failed += inputs.length - answered;
  }
}

module.exports = { Run };

'use strict';

const { CancellationToken, PerformanceClient } = require('../..');
const { checkAccounts, checkError } = require('./accounts');
const { planCall } = require('./plan');

/** Calls under way at once, over all clients. */
const CALLS_AT_ONCE = 64;

/** No call takes so long unless it has been lost. */
const LOST_MS = 60_000;

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

/** Most calls share a client; some have one to destroy, or to forget. */
function isOwn({ dropsClient, destroyMs }, { isFresh }) {
  return isFresh || dropsClient || destroyMs !== undefined;
}

function addStats(sums, client) {
  const stats = client.stats();
  for (const name of Object.keys(sums)) sums[name] += stats[name];
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

/** Random calls at places that fail at random. */
class Run {
  /** Calls by how they ended, and inputs by the same. */
  endings = {};
  inputs = { given: 0, answered: 0, failed: 0 };
  calls = 0;
  batches = 0;

  #seed;
  #isOver;
  #callsAtOnce;
  #places;
  #spent = { requests: 0, retries: 0, hedges: 0, hedgesWon: 0 };

  /**
   * @param {number | string} seed
   * @param {import('./places').Place[]} places
   * @param {(run: Run) => boolean} isOver whether to begin no more calls
   * @param {number} [callsAtOnce]
   */
  constructor(seed, places, isOver, callsAtOnce = CALLS_AT_ONCE) {
    this.#seed = seed;
    this.#isOver = isOver;
    this.#callsAtOnce = callsAtOnce;
    this.#places = places.map(({ url, isFresh, codes, ...options }) => {
      const connect = () =>
        new PerformanceClient(url, { apiKey: 'key', ...options });
      return { connect, isFresh, codes, client: connect() };
    });
  }

  /** Inputs that were given and have not ended. */
  get lost() {
    return this.inputs.given - this.inputs.answered - this.inputs.failed;
  }

  /** Sums over all clients that calls share, and those of one call each. */
  get stats() {
    const sums = { ...this.#spent };
    for (const { client } of this.#places) addStats(sums, client);
    return sums;
  }

  async work() {
    const workers = Array.from({ length: this.#callsAtOnce }, () =>
      this.#toil(),
    );
    await Promise.all(workers);
  }

  async destroy() {
    for (const { client } of this.#places) await client.destroy();
  }

  async #toil() {
    while (!this.#isOver(this)) {
      const plan = planCall(this.#seed, this.calls++);
      this.batches += plan.batches;
      this.inputs.given += plan.inputs.length;
      try {
        await this.#make(plan);
      } catch (cause) {
        throw new Error(`call ${plan.call} (${plan.kind})`, { cause });
      }
    }
  }

  /** The closed port, which is the last, is met by one call in fifty. */
  #placeOf({ place }) {
    const last = this.#places.length - 1;
    return this.#places[place < 0.02 ? last : Math.floor(place * last)];
  }

  async #make(plan) {
    const place = this.#placeOf(plan);
    const client = isOwn(plan, place) ? place.connect() : place.client;
    const { option, cancel } = canceller(plan);
    const call = client[plan.kind](...ARGUMENTS[plan.kind](plan), {
      ...plan.options,
      ...option,
    });
    if (plan.cancelMs !== undefined) setTimeout(cancel, plan.cancelMs);
    if (plan.destroyMs !== undefined)
      setTimeout(() => client.destroy(), plan.destroyMs);
    await this.#settle({ ...plan, codes: place.codes }, call);
    if (!place.isFresh) return;
    addStats(this.#spent, client);
    if (!plan.dropsClient) await client.destroy();
  }

  async #settle(plan, call) {
    const { lost, stop } = startWatch(plan);
    const [response, error] = await Promise.race([call, lost]).then(
      (value) => [value],
      (reason) => [undefined, reason],
    );
    stop();
    if (error) checkError(error, plan);
    const known = response ?? error.partial;
    const answered = known ? checkAccounts(plan, known) : 0;
    this.#book(plan, error?.code ?? 'resolved', answered);
  }

  #book({ inputs }, ending, answered) {
    this.endings[ending] = (this.endings[ending] ?? 0) + 1;
    this.inputs.answered += answered;
    this.inputs.failed += inputs.length - answered;
  }
}

module.exports = { Run };

'use strict';

const { RELAYS, TUNNELS } = require('../helpers/fault-proxy');
const { HTTP1_WAYS } = require('../helpers/http1-faults');
const { FRAME_WAYS, HTTP2_WAYS } = require('../helpers/http2-faults');
const { answerBody } = require('./model');
const { Random } = require('./random');

/** Right statuses and frames around lists that are not what was asked for. */
const SPOILERS = {
  fewer: (items) => items.slice(1),
  more: (items) => [...items, items[0]],
  'duplicate-index': (items) =>
    'index' in items[0] ? items.map((item) => ({ ...item, index: 1 })) : [],
  'index-out-of-range': (items) =>
    'index' in items[0]
      ? items.map((item) => ({ ...item, index: item.index + 1 }))
      : [],
  'missing-index': (items) =>
    'index' in items[0]
      ? items.map((item) => ({ ...item, index: undefined })).reverse()
      : [],
  'wrong-type': (items) => items.map(() => 'no'),
  'no-list': () => ({}),
};

const TOO_LARGE = { error: 'batch size exceeds the maximum of 2' };

const STATUSES = {
  400: () => ({ status: 400 }),
  404: () => ({ status: 404 }),
  408: () => ({ status: 408 }),
  413: ({ items }) => (items > 2 ? { status: 413 } : {}),
  422: ({ items }) => (items > 2 ? { status: 422, body: TOO_LARGE } : {}),
  429: () => ({ status: 429, headers: { 'retry-after-ms': '20' } }),
  500: () => ({ status: 500 }),
  503: () => ({ status: 503, body: 'going down' }),
  'retry-after': () => ({ status: 503, headers: { 'retry-after': '1' } }),
};

/** How often each kind of trouble comes up among troubled answers. */
const STATUS_WEIGHTS = {
  ...{ 400: 1, 404: 1, 408: 2, 413: 3, 422: 3 },
  ...{ 429: 4, 500: 4, 503: 4, 'retry-after': 0.05 },
};

/** Share of connections that go wrong before their first byte. */
const CONNECTION_TROUBLE = 0.03;

/** The same of what a forward proxy is asked. */
const PROXY_TROUBLE = 0.1;

const CONNECTION_FATES = ['reset', 'close', 'half-close', 'garbage'];

/** Inputs a request carries; what is no list counts as one. */
function itemsIn({ json }) {
  return (json?.input ?? json?.texts ?? json?.inputs ?? [json]).length;
}

/** One scripted answer, by a random choice that follows from the request. */
function troubledAnswer(random, request, ways) {
  const kind = random.weighted({ way: 5, status: 3, spoiler: 2, text: 1 });
  if (kind === 'way') {
    const how = random.pick(ways);
    return { name: how, answer: { how, body: answerBody } };
  }
  if (kind === 'status') {
    const name = random.weighted(STATUS_WEIGHTS);
    const answer = STATUSES[name]({ items: itemsIn(request) });
    return { name: `status ${name}`, answer: { body: answerBody, ...answer } };
  }
  if (kind === 'spoiler' && request.path !== '/echo') {
    const name = random.pick(Object.keys(SPOILERS));
    const body = answerBody(request, SPOILERS[name]);
    return { name, answer: { body } };
  }
  const body = JSON.stringify(answerBody(request)).slice(0, -1);
  return { name: 'malformed JSON', answer: { body } };
}

/**
 * What the scripts of servers do in a run. A request's fate follows from the seed,
 * the number of its call, its batch and its attempt, and not from the order in
 * which requests arrive.
 */
class Faults {
  /** How often each fault was played. */
  counts = {};

  #seed;

  /** @param {number | string} seed */
  constructor(seed) {
    this.#seed = seed;
  }

  /** The script of one server. */
  script({ tls, http2 }) {
    const ways = http2 ? [...HTTP2_WAYS, ...FRAME_WAYS] : HTTP1_WAYS;
    const fates = tls ? [...CONNECTION_FATES, 'tls-alert'] : CONNECTION_FATES;
    return {
      ...{ tls, http2, keepsRequests: false },
      answers: (request) => this.#answer(request, ways),
      connections: (n) => {
        const random = new Random(this.#seed, 'connection', tls, http2, n);
        if (!random.chance(CONNECTION_TROUBLE)) return undefined;
        const fate = random.pick(fates);
        this.#count(`connection ${fate}`);
        return fate;
      },
    };
  }

  /** What the forward proxy before a server does. */
  fates({ tls }) {
    const fates = tls ? TUNNELS : RELAYS;
    return (n) => {
      const random = new Random(this.#seed, 'proxy', tls, n);
      if (!random.chance(PROXY_TROUBLE)) return undefined;
      const fate = random.pick(fates);
      this.#count(`proxy ${fate}`);
      return fate;
    };
  }

  #answer(request, ways) {
    const call = request.headers['x-chaos-call'];
    const trouble = Number(request.headers['x-chaos-trouble']);
    const id = request.headers['x-baseten-customer-request-id'];
    const attempt = id.split('-').slice(2).join('-');
    const random = new Random(this.#seed, call, attempt);
    if (!random.chance(trouble)) return { body: answerBody };
    const { name, answer } = troubledAnswer(random, request, ways);
    this.#count(name);
    return answer;
  }

  #count(name) {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }
}

module.exports = { Faults };

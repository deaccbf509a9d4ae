'use strict';

const {
  FLAG,
  statusOf,
  wordList,
} = require('baseten-performance-client/internal');
const { Refusal } = require('../base/errors');
const { isNamed } = require('../plan/paths');
const { Planner } = require('../plan/plan');
const { hasBody } = require('../server/request-body');
const { POOL } = require('../telemetry/labels');
const { readEnvelope } = require('./batch-envelope');
const { batchHeaders, tellingHeaders } = require('./headers');
const { modelOf } = require('./model');
const { PassThrough } = require('./pass-through');
const { KINDS, Splice, defaultsOf } = require('./splice');
const { engineRefusal, upstreamRefusal } = require('./upstream-failure');

/** @typedef {import('baseten-performance-client/internal').HttpClientWrapper} HttpClientWrapper */
/** @typedef {import('baseten-performance-client/internal').SpliceSummary} SpliceSummary */
/** @typedef {import('../plan/plan').Plan} Plan */
/** @typedef {import('../server/answer-body').AnswerBody} AnswerBody */
/** @typedef {import('../server/exchange').Exchange} Exchange */
/** @typedef {import('./splice').Kind} Kind */
/** @typedef {import('./splice').SpliceOutcome} SpliceOutcome */

/**
 * Pools for the operator's targets, and for those that callers choose.
 * @typedef {{ trusted: HttpClientWrapper, open: HttpClientWrapper }} Wrappers
 */

/**
 * @typedef {object} ForwarderParts
 * @property {import('../start/config').Config} config
 * @property {Wrappers} wrappers
 * @property {import('../tokens/tokenizers').Tokenizers} tokenizers
 * @property {import('./target-pool').TargetPool} [targetPool] of config's targets
 * where there are several
 */

const FORMATS = new Set(['metadata', 'bare']);

/**
 * Facts about the call for the answer's proxy_metadata; the engine adds its
 * own and the closing brace. Ids need no escaping, see exchange.js.
 * @param {Exchange} exchange
 * @param {Readonly<Kind>} kind
 */
function metadataOf({ customerId, id, path, method }, kind) {
  const request = `{"customer_request_id":"${customerId ?? id}"`;
  return kind === KINDS.GENERIC
    ? `${request},"path":${JSON.stringify(path)},"method":"${method}"`
    : request;
}

/**
 * @param {Exchange} exchange
 * @param {SpliceOutcome} outcome
 */
function keepFacts({ facts }, { failure, summary }) {
  facts.inputs = summary.inputs;
  facts.batches += summary.batches;
  facts.retries += summary.retries;
  facts.hedges += summary.hedges;
  facts.upstreamSeconds += summary.upstreamSeconds;
  facts.upstreamStatus = failure ? failure.status : statusOf(summary.head);
}

/**
 * What the engine has joined; it has neither where V8 had no memory for it.
 * @param {SpliceSummary} summary
 * @returns {AnswerBody}
 */
function joinedAnswer({ body, joined, size }) {
  if (joined) return { joined, size };
  if (body) return body;
  const cause = new Error(`there is no memory for an answer of ${size} bytes`);
  throw engineRefusal('NO_MEMORY', cause);
}

/**
 * @param {Exchange} exchange
 * @param {SpliceSummary} summary
 */
function replyJoined(exchange, summary) {
  const answer = joinedAnswer(summary);
  const totalSeconds = (performance.now() - exchange.startedAt) / 1000;
  const headers = {
    ...tellingHeaders(summary.head),
    'content-type': 'application/json',
    'x-proxy-batch-count': summary.batches,
    'x-proxy-total-time': totalSeconds.toFixed(6),
    'x-proxy-upstream-time': summary.upstreamSeconds.toFixed(6),
  };
  exchange.reply(200, headers, answer);
}

/**
 * @param {Plan} plan
 * @param {Exchange} exchange
 * @returns {boolean} is its path none that this key may ask for?
 */
function isBarred({ paths }, { path }) {
  return paths !== undefined && !isNamed(path, paths);
}

/** @param {string} message */
function forbidden(message) {
  return new Refusal(403, 'PATH_FORBIDDEN', message);
}

/** @param {string} path and perhaps a query */
function barred(path) {
  const [bare] = path.split('?');
  return forbidden(
    `the operator's key is not sent to ${bare}: have the proxy started with --pass-through ${bare}`,
  );
}

/** With these no connection was made, and so nothing sent. */
const UNSENT = new Set([
  ...['EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT'],
]);

/**
 * @param {unknown} error
 * @returns {boolean} may the request go elsewhere, whatever it does?
 */
function isUnsent(error) {
  return (
    error instanceof Refusal &&
    UNSENT.has(/** @type {any} */ (error.cause)?.code)
  );
}

/** Sends what callers ask for upstream, and the answers back. */
class Forwarder {
  #config;
  #wrappers;
  #tokenizers;
  #planner;
  #targetPool;

  /** @type {PassThrough | undefined} undefined where nothing passes through */
  #passThrough;

  /** @param {ForwarderParts} parts */
  constructor({ config, wrappers, tokenizers, targetPool }) {
    this.#config = config;
    this.#wrappers = wrappers;
    this.#tokenizers = tokenizers;
    this.#planner = new Planner(config);
    this.#targetPool = targetPool;
    if (config.passThrough.length > 0)
      this.#passThrough = new PassThrough(config);
  }

  /** What answers the calls, by their routes. */
  get handlers() {
    /** @type {(kind: Readonly<Kind>) => (exchange: Exchange, plan: Plan) => Promise<void>} */
    const batch = (kind) => (exchange, plan) =>
      this.#batch(exchange, plan, kind);
    return {
      plan: (/** @type {Exchange} */ exchange) => {
        const plan = this.#planner.plan(exchange);
        exchange.facts.target = plan.members ? POOL : plan.target;
        return plan;
      },
      embeddings: batch(KINDS.EMBEDDINGS),
      rerank: batch(KINDS.RERANK),
      classify: batch(KINDS.CLASSIFY),
      other: (/** @type {Exchange} */ exchange, /** @type {Plan} */ plan) =>
        this.#other(exchange, plan),
    };
  }

  /** Lets the connections go on which requests passed through. */
  async close() {
    await this.#passThrough?.close();
  }

  /**
   * A request of one of the endpoints whose inputs can be split.
   * @param {Exchange} exchange
   * @param {Plan} plan
   * @param {Readonly<Kind>} kind
   */
  async #batch(exchange, plan, kind) {
    const flags = this.#isBare(exchange) ? kind.flags | FLAG.BARE : kind.flags;
    const model = exchange.header('x-baseten-model');
    const body = await exchange.readBody();
    exchange.facts.model = modelOf(body, model, plan.secrets);
    let outcome = await this.#send(exchange, plan, kind, flags, body);
    if (outcome.failure?.code === 'TOKEN_INPUTS') {
      const { signal } = exchange;
      const decoded = await this.#tokenizers.decode(body, model, signal);
      exchange.hold(decoded.length);
      outcome = await this.#send(exchange, plan, kind, flags, decoded);
    }
    if (outcome.failure) throw upstreamRefusal(outcome.failure, plan.secrets);
    replyJoined(exchange, outcome.summary);
  }

  /**
   * Any other request: a batch for a path that its body names, or one that is
   * passed through.
   * @param {Exchange} exchange
   * @param {Plan} plan
   */
  async #other(exchange, plan) {
    if (plan.paths?.length === 0) throw this.#refusalOf(exchange);
    const envelope = await readEnvelope(exchange);
    exchange.facts.model = modelOf(envelope?.bytes, undefined, plan.secrets);
    exchange.enterCall();
    if (envelope?.mayBeBatch) {
      const { GENERIC } = KINDS;
      const outcome = await this.#send(
        exchange,
        plan,
        GENERIC,
        GENERIC.flags,
        envelope.bytes,
      );
      if (!outcome.failure) return replyJoined(exchange, outcome.summary);
      if (outcome.failure.code === 'PATH_FORBIDDEN')
        throw barred(outcome.failure.detail);
      if (outcome.failure.code !== 'NOT_A_BATCH')
        throw upstreamRefusal(outcome.failure, plan.secrets);
    }
    if (!this.#passThrough || isBarred(plan, exchange))
      throw this.#refusalOf(exchange);
    const whole = envelope?.isWhole ? envelope.bytes : undefined;
    if (this.#targetPool && plan.members)
      await this.#passToPool(exchange, plan.members, this.#targetPool, whole);
    else await this.#passThrough.send(exchange, plan, whole);
  }

  /**
   * Passes a request through to one of several targets, and to another where
   * nothing of it was sent.
   * @param {Exchange} exchange
   * @param {readonly Plan[]} members its plan for each target
   * @param {import('./target-pool').TargetPool} pool
   * @param {Buffer} [whole]
   */
  async #passToPool(exchange, members, pool, whole) {
    const isKept = whole !== undefined || !hasBody(exchange.request);
    /** @type {Set<number>} */
    const tried = new Set();
    for (;;) {
      const chosen = pool.choose(tried);
      exchange.facts.target = members[chosen].target;
      tried.add(chosen);
      pool.enter(chosen);
      try {
        await this.#passThrough?.send(exchange, members[chosen], whole);
        pool.leave(chosen, exchange.facts.upstreamStatus);
        return;
      } catch (error) {
        pool.leave(chosen, error.status >= 500 ? error.status : 0);
        const mayMove = isKept && isUnsent(error);
        if (!mayMove || tried.size === members.length) throw error;
      }
    }
  }

  /**
   * @param {Exchange} exchange
   * @param {Plan} plan
   * @param {Readonly<Kind>} kind
   * @param {number} flags
   * @param {Buffer} body
   */
  async #send(exchange, plan, kind, flags, body) {
    const { target, preferences, members } = plan;
    const { customerId, id, method, search } = exchange;
    const isGeneric = kind === KINDS.GENERIC;
    const urlOf = (/** @type {Plan} */ { target: { url } }) =>
      isGeneric ? url.base : url.base + kind.path + search;
    const outcome = await new Splice(exchange).run(
      target.isTrusted ? this.#wrappers.trusted : this.#wrappers.open,
      kind,
      preferences.numbers(flags),
      wordList({
        URL: urlOf(plan),
        METHOD: isGeneric ? method : 'POST',
        HEADERS: batchHeaders(exchange, plan),
        ID_STEM: customerId ?? id,
        DEFAULTS: defaultsOf(kind, exchange.header('x-baseten-model')),
        METADATA: metadataOf(exchange, kind),
        PATHS: isGeneric ? plan.paths?.join('\n') : '',
      }),
      body,
      this.#targetPool &&
        members && {
          pool: this.#targetPool,
          texts: members.flatMap((member) => [
            urlOf(member),
            batchHeaders(exchange, member),
          ]),
        },
    );
    keepFacts(exchange, outcome);
    return outcome;
  }

  /**
   * Why a request does not pass through.
   * @param {Exchange} exchange
   */
  #refusalOf({ path }) {
    return this.#passThrough
      ? barred(path)
      : forbidden('nothing passes through this proxy: --pass-through is off');
  }

  /** @param {Exchange} exchange */
  #isBare(exchange) {
    const format = exchange.header('x-baseten-response-format');
    if (format === undefined) return this.#config.responseFormat === 'bare';
    if (FORMATS.has(format)) return format === 'bare';
    throw new Refusal(
      400,
      'INVALID_RESPONSE_FORMAT',
      `X-Baseten-Response-Format must be one of metadata, bare, got ${JSON.stringify(format)}`,
    );
  }
}

module.exports = { Forwarder };

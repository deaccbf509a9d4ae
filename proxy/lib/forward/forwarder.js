'use strict';

const {
  FLAG,
  statusOf,
  wordList,
} = require('baseten-performance-client/internal');
const { tellingHeaders } = require('./answer-headers');
const { BatchCall } = require('./batch-call');
const { readEnvelope } = require('./batch-envelope');
const { FORMS, defaultsOf } = require('./forms');
const { JoinedBody } = require('../server/joined-body');
const { PassThrough } = require('./pass-through');
const { Planner } = require('../plan/plan');
const { Refusal } = require('../base/refusal');
const { requestPath } = require('../plan/request-path');
const { refusalOf } = require('./upstream-failure');
const { batchHeaders } = require('./upstream-headers');

/** @typedef {import('baseten-performance-client/internal').HttpClientWrapper} HttpClientWrapper */
/** @typedef {import('./batch-call').BatchOutcome} BatchOutcome */
/** @typedef {import('../server/exchange').Exchange} Exchange */
/** @typedef {import('./forms').Form} Form */
/** @typedef {import('../plan/plan').Plan} Plan */

/**
 * @typedef {object} ForwarderParts
 * @property {import('../start/config').Config} config
 * @property {{ trusted: HttpClientWrapper, open: HttpClientWrapper }} wrappers
 * for the operator's targets, and for those that callers choose
 * @property {import('../tokens/tokenizers').Tokenizers} tokenizers
 */

/**
 * A call that goes upstream.
 * @typedef {object} Call
 * @property {Plan} plan
 * @property {Readonly<Form>} form
 * @property {boolean} isBare
 */

const FORMATS = new Set(['metadata', 'bare']);

/**
 * Facts about the call for the answer's proxy_metadata; the engine adds its
 * own and the closing brace. Ids need no escaping, see exchange.js.
 * @param {Exchange} exchange
 * @param {Readonly<Form>} form
 * @returns {string}
 */
function metadataOf({ customerId, id, path, method }, form) {
  const request = `{"customer_request_id":"${customerId ?? id}"`;
  return form === FORMS.GENERIC
    ? `${request},"path":${JSON.stringify(path)},"method":"${method}"`
    : request;
}

/**
 * @param {Exchange} exchange
 * @param {BatchOutcome} outcome
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
 * @param {import('baseten-performance-client/internal').SpliceSummary} summary
 * @returns {Buffer | JoinedBody}
 */
function joinedAnswer({ body, joined, size }) {
  if (joined) return new JoinedBody(joined, size);
  if (body) return body;
  throw new Error(`there is no memory for an answer of ${size} bytes`);
}

/**
 * @param {Exchange} exchange
 * @param {import('baseten-performance-client/internal').SpliceSummary} summary
 */
function replyJoined(exchange, summary) {
  const { head, batches, upstreamSeconds } = summary;
  const answer = joinedAnswer(summary);
  const totalSeconds = (performance.now() - exchange.startedAt) / 1000;
  exchange.reply(
    200,
    {
      ...tellingHeaders(head),
      'content-type': 'application/json',
      'x-proxy-batch-count': batches,
      'x-proxy-total-time': totalSeconds.toFixed(6),
      'x-proxy-upstream-time': upstreamSeconds.toFixed(6),
    },
    answer,
  );
}

/** Sends what callers ask for upstream, and the answers back. */
class Forwarder {
  #config;
  #wrappers;
  #tokenizers;
  #planner;
  #passThrough;

  /** @param {ForwarderParts} parts */
  constructor({ config, wrappers, tokenizers }) {
    this.#config = config;
    this.#wrappers = wrappers;
    this.#tokenizers = tokenizers;
    this.#planner = new Planner(config);
    this.#passThrough = new PassThrough(config);
  }

  /**
   * A request of one of the endpoints whose inputs can be split.
   * @param {Exchange} exchange
   * @param {Readonly<Form>} form
   */
  async batch(exchange, form) {
    const plan = this.#plan(exchange);
    const call = { plan, form, isBare: this.#isBare(exchange) };
    const body = await exchange.readBody();
    let outcome = await this.#send(exchange, call, body);
    if (outcome.failure?.code === 'TOKEN_INPUTS') {
      const model = exchange.header('x-baseten-model');
      const decoded = await this.#tokenizers.decode(body, model);
      outcome = await this.#send(exchange, call, decoded);
    }
    if (outcome.failure) throw refusalOf(outcome.failure, plan.secrets);
    replyJoined(exchange, outcome.summary);
  }

  /**
   * Any other request: a batch for a path that its body names, or one that is
   * passed through.
   * @param {Exchange} exchange
   */
  async other(exchange) {
    const plan = this.#plan(exchange);
    const timeoutMs = 1000 * this.#config.bodyTimeoutS;
    const envelope = await readEnvelope(exchange, timeoutMs);
    if (envelope?.mayBeBatch) {
      const call = { plan, form: FORMS.GENERIC, isBare: false };
      const outcome = await this.#send(exchange, call, envelope.body);
      if (!outcome.failure) return replyJoined(exchange, outcome.summary);
      if (outcome.failure.code !== 'NOT_A_BATCH')
        throw refusalOf(outcome.failure, plan.secrets);
    }
    await this.#passThrough.send(exchange, plan, envelope?.body);
  }

  close() {
    this.#passThrough.close();
  }

  /**
   * Refuses what can be refused before a byte of the body is read.
   * @param {Exchange} exchange
   * @returns {Plan}
   */
  #plan(exchange) {
    const plan = this.#planner.plan(exchange);
    requestPath(exchange);
    return plan;
  }

  /**
   * @param {Exchange} exchange
   * @param {Call} call
   * @param {Buffer} body
   * @returns {Promise<BatchOutcome>}
   */
  async #send(exchange, call, body) {
    const { plan, form, isBare } = call;
    const { url, isTrusted, authorization } = plan.target;
    const isGeneric = form === FORMS.GENERIC;
    const outcome = await new BatchCall().run(
      isTrusted ? this.#wrappers.trusted : this.#wrappers.open,
      exchange,
      form.number,
      plan.preferences.numbers(form.flags | (isBare ? FLAG.BARE : 0)),
      wordList({
        URL: isGeneric ? url.base : url.base + form.path + exchange.search,
        METHOD: isGeneric ? exchange.method : 'POST',
        HEADERS: batchHeaders(
          exchange,
          authorization,
          plan.preferences.extraHeaders,
        ),
        ID_STEM: exchange.customerId ?? exchange.id,
        DEFAULTS: defaultsOf(form, exchange.header('x-baseten-model')),
        METADATA: metadataOf(exchange, form),
      }),
      body,
    );
    keepFacts(exchange, outcome);
    return outcome;
  }

  /**
   * @param {Exchange} exchange
   * @returns {boolean}
   */
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

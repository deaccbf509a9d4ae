'use strict';

/*
 * The headers of requests to upstreams, and of the answers to callers.
 */

const { native, parseHead } = require('baseten-performance-client/internal');
const { version } = require('../../package.json');
const { endToEnd } = require('../base/header-names');

/** @typedef {import('../base/address-blocks').AddressBlocks} AddressBlocks */
/** @typedef {import('../plan/plan').Plan} Plan */
/** @typedef {import('../server/exchange').Exchange} Exchange */
/** @typedef {import('node:http').IncomingHttpHeaders} IncomingHttpHeaders */
/** @typedef {Record<string, string | string[]>} PassedHeaders */

const NAME = 'baseten-performance-proxy';

/** What callers say to the proxy and to nobody behind it. */
const CONTROLS = [
  'x-target-host',
  'x-baseten-request-preferences',
  'x-baseten-response-format',
  'x-baseten-error-format',
];

/** Passed on from a caller's request to each of the batches made of it. */
const TRACE_HEADERS = ['traceparent', 'tracestate'];

/** What an upstream says about limits, times and itself, not about a body. */
const TELLING =
  /^(?:x-baseten-|x-ratelimit-|ratelimit|retry-after|openai-|www-authenticate:)/im;

/** What a caller may claim of where its request comes from. */
const CLAIMS = /^(?:forwarded|x-real-ip|x-forwarded-.+)$/;

/** The proxy answers these in its own name. */
const OWN = new Set([
  'x-baseten-customer-request-id',
  'x-baseten-request-preferences',
]);

/** @type {Readonly<PassedHeaders>} */
const NOTHING = Object.freeze({});

/** @type {string | undefined} */
let bodyLines;

/** The lines that all batches of all callers have in common. */
function linesOfBodies() {
  if (bodyLines !== undefined) return bodyLines;
  const { encodings } = native().info();
  const lines = [
    'content-type: application/json',
    ...(encodings ? [`accept-encoding: ${encodings}`] : []),
  ];
  bodyLines = lines.join('\n');
  return bodyLines;
}

/**
 * Those that all batches of a plan have in common.
 * @type {WeakMap<Plan, string>}
 */
const planLines = new WeakMap();

/** @param {Plan} plan */
function linesOf(plan) {
  const known = planLines.get(plan);
  if (known !== undefined) return known;
  const { authorization, preferences } = plan;
  const { extraHeaders } = preferences;
  let lines = linesOfBodies();
  if (authorization !== undefined) lines += `\nauthorization: ${authorization}`;
  if (!extraHeaders?.has('accept')) lines += '\naccept: application/json';
  if (!extraHeaders?.has('user-agent'))
    lines += `\nuser-agent: ${NAME}/${version}`;
  if (extraHeaders)
    for (const [name, value] of extraHeaders) lines += `\n${name}: ${value}`;
  planLines.set(plan, lines);
  return lines;
}

/**
 * The header lines of the batches that a request is split into.
 * @param {Exchange} exchange
 * @param {Plan} plan
 * @returns {string}
 */
function batchHeaders(exchange, plan) {
  const { extraHeaders } = plan.preferences;
  let lines = `${linesOf(plan)}\nx-request-id: ${exchange.id}`;
  for (const name of TRACE_HEADERS) {
    const value = exchange.header(name);
    if (value !== undefined && !extraHeaders?.has(name))
      lines += `\n${name}: ${value}`;
  }
  return lines;
}

/**
 * @param {string | string[] | undefined} before
 * @param {string} value
 */
function appended(before, value) {
  return before === undefined ? value : `${before}, ${value}`;
}

/**
 * Says whom a request comes from. What the caller says of those before it is
 * believed of trusted proxies alone.
 * @param {PassedHeaders} headers changed
 * @param {Exchange} exchange
 * @param {AddressBlocks} trustedProxies
 */
function tellOrigin(headers, { request }, trustedProxies) {
  const { remoteAddress = 'unknown', encrypted = false } =
    /** @type {import('node:tls').TLSSocket} */ (request.socket);
  if (!trustedProxies.has(remoteAddress))
    for (const name of Object.keys(headers))
      if (CLAIMS.test(name)) delete headers[name];
  const asked = request.headers[':authority'] ?? request.headers.host;
  headers['x-forwarded-for'] = appended(
    headers['x-forwarded-for'],
    remoteAddress,
  );
  headers['x-forwarded-proto'] ??= encrypted ? 'https' : 'http';
  if (typeof asked === 'string') headers['x-forwarded-host'] ??= asked;
  headers.via = appended(headers.via, `${request.httpVersion} ${NAME}`);
}

/**
 * The headers of a request that is passed through as it is.
 * @param {Exchange} exchange
 * @param {Plan} plan
 * @param {AddressBlocks} trustedProxies
 * @returns {PassedHeaders}
 */
function passedHeaders(exchange, plan, trustedProxies) {
  const { target, authorization, preferences } = plan;
  const headers = endToEnd(exchange.request.headers);
  for (const name of CONTROLS) delete headers[name];
  delete headers.expect; // answered already
  delete headers.authorization;
  if (authorization !== undefined) headers.authorization = authorization;

  tellOrigin(headers, exchange, trustedProxies);
  headers['x-request-id'] = exchange.id;
  headers.host = target.url.host;
  return { ...headers, ...Object.fromEntries(preferences.extraHeaders ?? []) };
}

/**
 * What of an upstream's raw head is passed on with an answer that the proxy
 * composes.
 * @param {string} head
 * @returns {Readonly<PassedHeaders>}
 */
function tellingHeaders(head) {
  if (!TELLING.test(head)) return NOTHING;
  /** @type {PassedHeaders} */
  const headers = {};
  for (const [name, value] of Object.entries(parseHead(head)))
    if (TELLING.test(`${name}:`) && !OWN.has(name)) headers[name] = value;
  return headers;
}

/**
 * The headers of an answer that is passed through as it is, but for whom the
 * upstream would let in: callers of ours are let in by the proxy.
 * @param {IncomingHttpHeaders} upstream
 * @returns {PassedHeaders}
 */
function passedAnswerHeaders(upstream) {
  const headers = endToEnd(upstream);
  for (const name of Object.keys(headers))
    if (name.startsWith('access-control-')) delete headers[name];
  if (/^text\/event-stream\b/i.test(upstream['content-type'] ?? ''))
    headers['x-accel-buffering'] = 'no';
  return headers;
}

module.exports = {
  batchHeaders,
  passedAnswerHeaders,
  passedHeaders,
  tellingHeaders,
};

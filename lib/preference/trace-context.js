'use strict';

/*
 * The W3C Trace Context of calls: what a caller gives, or what OpenTelemetry
 * says is going on where the call is made.
 */

const { invalidArgument, isGiven, wrongType } = require('../base/check');
const { isHeaderValue } = require('../base/headers');

/** @typedef {import('../base/headers').HeaderMap} HeaderMap */

/** Version, trace id, parent id, flags; newer versions may say more. */
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:$|-)/;

const LONGEST = 512;

/**
 * @param {unknown} value
 * @param {string} argument
 * @returns {string}
 */
function checkText(value, argument) {
  if (typeof value !== 'string') throw wrongType(argument, 'a string', value);
  if (value.length > 0 && value.length <= LONGEST && isHeaderValue(value))
    return value;
  throw invalidArgument(
    RangeError,
    argument,
    `${argument} must be header text of 1 to ${LONGEST} characters, got ${value.length}`,
  );
}

/** The trace that calls belong to, sent as it is with every request. */
class TraceContext {
  /**
   * @param {unknown} traceparent
   * @param {unknown} [tracestate]
   */
  constructor(traceparent, tracestate) {
    this.traceparent = checkText(traceparent, 'traceparent');
    if (!TRACEPARENT.test(this.traceparent))
      throw invalidArgument(
        RangeError,
        'traceparent',
        'traceparent must be of the form 00-<32 hex digits>-<16 hex digits>-' +
          '<2 hex digits>, in lower case and not all zeros',
      );
    this.tracestate = isGiven(tracestate)
      ? checkText(tracestate, 'tracestate')
      : undefined;
    Object.freeze(this);
  }
}

/** @type {import('../base/check').Check<TraceContext | false>} */
function checkTraceContext(value, argument) {
  if (value === false || value instanceof TraceContext) return value;
  throw wrongType(argument, 'a TraceContext or false', value);
}

/**
 * @param {{ traceparent: string, tracestate?: string }} trace
 * @returns {HeaderMap}
 */
function traceHeaders({ traceparent, tracestate }) {
  const headers = new Map([['traceparent', traceparent]]);
  if (tracestate) headers.set('tracestate', tracestate);
  return headers;
}

/** Where @opentelemetry/api keeps what a program has registered with it. */
const OPEN_TELEMETRY = Symbol.for('opentelemetry.js.api.1');

/** Its keys in a context: createContextKey() makes them by Symbol.for, too. */
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');
const SUPPRESSED = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/**
 * What the span that is active here gives on. The package is never loaded for
 * it: a program that has not registered a context manager has no active span.
 * The span itself is the parent of what the server records: an id of our own,
 * which nobody exports, would be a parent that is nowhere to be found.
 * @returns {HeaderMap | undefined}
 */
function activeTrace() {
  const context = globalThis[OPEN_TELEMETRY]?.context?.active();
  const active = context?.getValue(SPAN)?.spanContext();
  if (!active || context.getValue(SUPPRESSED)) return undefined;
  const flags = (active.traceFlags & 0xff).toString(16).padStart(2, '0');
  const traceparent = `00-${active.traceId}-${active.spanId}-${flags}`;
  if (!TRACEPARENT.test(traceparent)) return undefined;
  const tracestate = active.traceState?.serialize() ?? '';
  return traceHeaders({
    traceparent,
    tracestate: isHeaderValue(tracestate) ? tracestate : '',
  });
}

module.exports = { TraceContext, activeTrace, checkTraceContext, traceHeaders };

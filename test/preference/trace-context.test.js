'use strict';

const { AsyncLocalStorage } = require('node:async_hooks');
const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const otel = require('@opentelemetry/api');

const { PerformanceClient, TraceContext } = require('../..');
const { setUp, submitted } = require('../helpers/submission');
const { startUpstream } = require('../helpers/upstream');

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

const ACTIVE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';

/** As the context manager of an SDK does it. */
class ContextManager {
  #storage = new AsyncLocalStorage();

  active() {
    return this.#storage.getStore() ?? otel.ROOT_CONTEXT;
  }

  with(context, run, self, ...args) {
    return this.#storage.run(context, () => run.apply(self, args));
  }

  bind(context, target) {
    return target;
  }

  enable() {
    return this;
  }

  disable() {
    this.#storage.disable();
    return this;
  }
}

/** Runs `call` where this span is active. */
function inSpan(t, call, span = {}, change = (context) => context) {
  otel.context.setGlobalContextManager(new ContextManager());
  t.after(() => otel.context.disable());
  const active = otel.trace.wrapSpanContext({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: 0,
    traceState: otel.createTraceState('vendor=opaque'),
    ...span,
  });
  const context = otel.trace.setSpan(otel.context.active(), active);
  return otel.context.with(change(context), call);
}

function traceOf({ headers }) {
  return [headers.traceparent, headers.tracestate];
}

describe('a trace context', () => {
  it('is sent unchanged with every request', (t) => {
    const kit = setUp(t);
    const traceContext = new TraceContext(PARENT, 'a=1,b=2');

    const job = submitted(kit, 'embed', ['a'], 'm', { traceContext });
    const other = submitted(kit, 'embed', ['a'], 'm');

    assert.deepEqual(traceOf(job), [PARENT, 'a=1,b=2']);
    assert.deepEqual(traceOf(other), [undefined, undefined]);
  });

  it('gives way to headers of these names', (t) => {
    const traceContext = new TraceContext(PARENT);
    const options = { traceContext, headers: { TraceParent: ACTIVE } };

    const job = submitted(setUp(t), 'batchPost', '/x', [1], options);

    assert.deepEqual(traceOf(job), [ACTIVE, undefined]);
  });

  it('is refused when it is none', () => {
    for (const [given, argument] of [
      [[undefined], 'traceparent'],
      [['']],
      [[PARENT.toUpperCase()]],
      [[PARENT.slice(1)]],
      [[`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`]],
      [[`ff${PARENT.slice(2)}`]],
      [[`${PARENT}\nhost: b`]],
      [[PARENT, 'a=b\n'], 'tracestate'],
      [[PARENT, 7], 'tracestate'],
    ])
      assert.throws(() => new TraceContext(...given), {
        code: 'INVALID_ARGUMENT',
        argument: argument ?? 'traceparent',
      });
  });

  it('is refused as a string', async (t) => {
    const { client } = setUp(t);

    await assert.rejects(client.embed(['a'], 'm', { traceContext: PARENT }), {
      message: /^traceContext must be a TraceContext or false, got string/,
    });
  });
});

describe('the span that OpenTelemetry says is active', () => {
  it('is the parent of the requests', (t) => {
    const kit = setUp(t);

    const job = inSpan(t, () => submitted(kit, 'embed', ['a'], 'm'));
    const outside = submitted(kit, 'embed', ['a'], 'm');

    assert.deepEqual(traceOf(job), [ACTIVE, 'vendor=opaque']);
    assert.deepEqual(traceOf(outside), [undefined, undefined]);
  });

  it('is the one around the first read of a stream', async (t) => {
    const kit = setUp(t);

    inSpan(t, () => kit.client.embedStream(['a'], 'm').next()).catch(() => {});
    await new Promise(setImmediate);

    assert.deepEqual(traceOf(kit.engine.jobs[0]), [ACTIVE, 'vendor=opaque']);
  });

  it('gives way to what the call says', (t) => {
    const kit = setUp(t);
    const traceparent = { traceparent: PARENT };

    const jobs = [
      { traceContext: new TraceContext(PARENT) },
      { extraHeaders: traceparent },
      { headers: traceparent },
    ].map((options) =>
      inSpan(t, () => submitted(kit, 'batchPost', '/x', [1], options)),
    );
    const none = inSpan(t, () =>
      submitted(kit, 'batchPost', '/x', [1], { traceContext: false }),
    );

    assert.deepEqual(jobs.map(traceOf), new Array(3).fill([PARENT, undefined]));
    assert.deepEqual(traceOf(none), [undefined, undefined]);
  });

  it('is left alone where it is none, or tracing is suppressed', (t) => {
    const kit = setUp(t);
    const send = () => submitted(kit, 'embed', ['a'], 'm');
    const key = otel.createContextKey(
      'OpenTelemetry SDK Context Key SUPPRESS_TRACING',
    );

    const jobs = [
      inSpan(t, send, { traceId: otel.INVALID_TRACEID }),
      inSpan(t, send, {}, (context) => context.setValue(key, true)),
    ];

    assert.deepEqual(
      jobs.map(traceOf),
      new Array(2).fill([undefined, undefined]),
    );
  });
});

describe('headers that a cache would stumble over', () => {
  it('are left out when asked for', async (t) => {
    const upstream = await startUpstream(t, () => ({ body: {} }));
    const client = new PerformanceClient(upstream.url, 'test-key');
    t.after(() => client.destroy());
    const sent = async (options) => {
      await client.batchPost('/x', [1], options);
      const { headers } = upstream.requests.at(-1);
      return [
        'x-baseten-customer-request-id',
        'request-timeout-ms',
        'request-deadline-ms',
      ].map((name) => name in headers);
    };

    assert.deepEqual(await sent(), [true, true, true]);
    assert.deepEqual(await sent({ timeoutHeaders: false }), [
      ...[true, false, false],
    ]);
    assert.deepEqual(await sent({ requestIdHeader: false }), [
      ...[false, true, true],
    ]);
  });
});

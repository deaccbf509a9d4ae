'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect, rejection } = require('../helpers/client');
const { startFaultServer } = require('../helpers/fault-server');
const { BROKEN, HARMLESS } = require('../helpers/http2-frames');

const LIMIT = { timeout: 20_000, concurrency: true };

/** What is not whole is waited for. */
const CODES = { 'cut-in-frame': ['TIMEOUT', 'CONNECTION_ERROR'] };

/** A client of a server that answers its first `count` requests by `how`. */
async function start(t, tls, how, count) {
  const server = await startFaultServer(t, {
    ...{ tls, http2: true },
    answers: ({ json }, n) => ({
      how: n < count ? how : 'whole',
      body: { echo: json },
    }),
  });
  return connect(t, server.url, { httpVersion: 2, ca: server.ca });
}

const SOON = { timeoutS: 10, initialBackoffMs: 50 };

/** Only what never ends by itself is ended soon. */
/**
 * A connection is lost, or an answer broken: libcurls of different age tell the
 * head of a stream from its connection at different times.
 */
const BROKEN_CODES = ['CONNECTION_ERROR', 'PARSE_ERROR', 'RESPONSE_TOO_LARGE'];

function patience(how) {
  return how in CODES ? { ...SOON, timeoutS: 1 } : SOON;
}

for (const tls of [false, true])
  describe(`frames over HTTP/2${tls ? ' and TLS' : ''}`, LIMIT, () => {
    for (const how of Object.keys(HARMLESS))
      it(`${how} does no harm`, async (t) => {
        const client = await start(t, tls, how, 3);

        const { data } = await client.batchPost('/x', [1, 2, 3], {
          ...SOON,
          maxRetries: 0,
        });

        assert.deepEqual(
          data.map(({ echo }) => echo),
          [1, 2, 3],
        );
      });

    for (const how of Object.keys(BROKEN))
      it(`${how} is a named error, and mended by another attempt`, async (t) => {
        const client = await start(t, tls, how, 2);

        const error = await rejection(
          client.batchPost('/x', [7], { ...patience(how), maxRetries: 0 }),
        );
        const codes = CODES[how] ?? BROKEN_CODES;
        assert.ok(codes.includes(error.code), `${error.code}: ${error}`);
        assert.deepEqual([error.firstInput, error.inputCount], [0, 1]);
        // A head above its ceiling is final, if it is seen before its end.
        if (error.code === 'RESPONSE_TOO_LARGE' || how === 'headers-bomb')
          return;
        const { data } = await client.batchPost('/x', [7], patience(how));

        assert.equal(data[0].echo, 7);
      });
  });

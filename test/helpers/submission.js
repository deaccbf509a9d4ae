'use strict';

const assert = require('node:assert/strict');

const { PerformanceClient } = require('../..');
const { standInEngine } = require('./stand-in-engine');

/** A client whose calls end at a stand-in for the engine. */
function setUp(t, baseUrl = 'http://a.example') {
  const engine = standInEngine(t);
  return { engine, client: new PerformanceClient(baseUrl, 'test-key') };
}

/** Makes a call that is never answered, and returns what was submitted. */
function submitted({ engine, client }, method, ...args) {
  client[method](...args).catch(() => {});
  assert.equal(engine.jobs.length, 1, 'the call was refused');
  return engine.jobs.pop();
}

/** Holds that a call rejects, and that it does so before anything is sent. */
async function assertRefused({ engine, client }, method, args, expected) {
  await assert.rejects(client[method](...args), {
    code: 'INVALID_ARGUMENT',
    ...expected,
  });
  assert.equal(engine.jobs.length, 0);
}

module.exports = { assertRefused, setUp, submitted };

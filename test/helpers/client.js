'use strict';

const { PerformanceClient } = require('../..');

/** A client of `url` with the key test-key, destroyed after the test. */
function connect(t, url, options = {}) {
  const client = new PerformanceClient(url, { apiKey: 'test-key', ...options });
  t.after(() => client.destroy());
  return client;
}

/** How a promise was rejected; it must be. */
async function rejection(promise) {
  const nothing = Symbol('fulfilled');
  const reason = await promise.then(
    () => nothing,
    (error) => error,
  );
  if (reason === nothing) throw new Error('the promise was fulfilled');
  return reason;
}

/** Sets variables of the environment for the length of a test. */
function setEnvironment(t, variables) {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name];
    t.after(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
    process.env[name] = value;
  }
}

module.exports = { connect, rejection, setEnvironment };

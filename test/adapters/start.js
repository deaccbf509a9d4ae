'use strict';

const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');

const { startInferenceServer } = require('baseten-performance-client/testing');
const { connect } = require('../helpers/client');

const ROOT = path.join(__dirname, '../..');

/** Where the frameworks are, from the root: not among the tests. */
const FRAMEWORKS = 'build/adapters';

if (!fs.existsSync(path.join(ROOT, FRAMEWORKS, 'node_modules')))
  throw new Error('the frameworks are not installed: run "make frameworks"');

/** Requires a framework. */
const framework = createRequire(path.join(ROOT, FRAMEWORKS, 'any.js'));

/** A server without a model and a client of it, closed after the test. */
async function start(t, options) {
  const server = await startInferenceServer(options);
  t.after(() => server.close());
  return { server, client: connect(t, server.url) };
}

module.exports = { FRAMEWORKS, framework, start };

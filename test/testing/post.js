'use strict';

const assert = require('node:assert/strict');

const { startInferenceServer } = require('../../lib/testing/server');

async function start(t, options) {
  const server = await startInferenceServer(options);
  t.after(() => server.close());
  return server.url;
}

function send(url, body, headers = {}) {
  return fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
}

async function post(url, body) {
  const response = await send(url, body);
  assert.equal(response.status, 200);
  return response.json();
}

/** The events of a stream. */
async function streamed(url, body) {
  const response = await send(url, body);
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const text = await response.text();
  return text
    .split('\n\n')
    .filter(Boolean)
    .map((event) => event.replace(/^data: /, ''));
}

/** The status and the member of the body that a refusal names. */
async function refusal(url, body, headers) {
  const response = await send(url, body, headers);
  const { error } = await response.json();
  assert.equal(typeof error.message, 'string');
  return [response.status, error.param];
}

module.exports = { post, refusal, send, start, streamed };

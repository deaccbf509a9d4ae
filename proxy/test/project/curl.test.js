'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');

const {
  startProxyProcess,
} = require('../../../examples/proxy-demo/proxy-process');
const { modelAnswer } = require('../helpers/proxied-model');
const { startUpstream } = require('../../../test/helpers/upstream');

const run = promisify(execFile);

/** The hosts that the document's commands name as targets. */
const TARGETS =
  /https:\/\/(?:custom\.api\.com|api\.from-preferences\.com|api\.example\.com|api\.baseten\.co)/g;

async function startProxy(t, flags) {
  const proxy = await startProxyProcess(flags);
  t.after(() => proxy.stop());
  return proxy;
}

/**
 * Runs a command of the document as it is printed there; only the proxy's own
 * address and the target's are put in.
 */
async function runCommand(command, proxy, upstream) {
  const text = command
    .replace('http://localhost:8080', proxy.url)
    .replace(TARGETS, upstream.url);
  const { stdout } = await run('bash', ['-c', text], { timeout: 10_000 });
  return JSON.parse(stdout);
}

async function startBoth(t, makeFlags) {
  const upstream = await startUpstream(t, modelAnswer);
  const proxy = await startProxy(t, makeFlags(upstream));
  return { upstream, run: (command) => runCommand(command, proxy, upstream) };
}

const withTarget = ({ url }) => ['--target-url', url];

const withoutTarget = ({ url }) => ['--allow-target', url];

/** What the document promises of every answer. */
function checkEmbeddings(json, texts) {
  assert.deepEqual(
    json.data.map(({ of }) => of),
    texts,
  );
  assert.equal(json.model, 'text-embedding-ada-002');
  assert.equal(json.usage.prompt_tokens, texts.length);
  assert.equal(json.proxy_metadata.batch_count, 1);
  assert.equal(typeof json.proxy_metadata.total_time, 'number');
  assert.equal(typeof json.proxy_metadata.customer_request_id, 'string');
  assert.equal(json.proxy_metadata.response_headers.length, 1);
}

const TWO = ['Hello world', 'How are you?'];

describe('the commands of the document', () => {
  it('embed', async (t) => {
    const both = await startBoth(t, withTarget);

    const json = await both.run(`
curl -X POST "http://localhost:8080/v1/embeddings" \\
  -H "Authorization: Bearer your-api-key" \\
  -H "X-Baseten-Model: text-embedding-ada-002" \\
  -H "Content-Type: application/json" \\
  -d '{
    "input": ["Hello world", "How are you?"],
    "encoding_format": "float"
  }'
`);

    checkEmbeddings(json, TWO);
    const [{ headers, json: body }] = both.upstream.requests;
    assert.equal(headers.authorization, 'Bearer your-api-key');
    assert.equal(body.encoding_format, 'float');
  });

  it('embed with preferences', async (t) => {
    const both = await startBoth(t, withTarget);

    const json = await both.run(`
curl -X POST "http://localhost:8080/v1/embeddings" \\
  -H "Authorization: Bearer your-api-key" \\
  -H "X-Baseten-Model: text-embedding-ada-002" \\
  -H "X-Baseten-Request-Preferences: {\\"max_concurrent_requests\\":128,\\"timeout_s\\":60.0}" \\
  -H "Content-Type: application/json" \\
  -d '{
    "input": ["Hello world", "How are you?"],
    "encoding_format": "float"
  }'
`);

    checkEmbeddings(json, TWO);
    const [{ headers }] = both.upstream.requests;
    assert.equal(headers['request-timeout-ms'], '60000');
  });

  it('rerank', async (t) => {
    const both = await startBoth(t, withTarget);

    const json = await both.run(`
curl -X POST "http://localhost:8080/rerank" \\
  -H "Authorization: Bearer your-api-key" \\
  -H "Content-Type: application/json" \\
  -d '{
    "query": "What is the capital of France?",
    "texts": ["Paris is the capital of France", "London is the capital of England", "Berlin is the capital of Germany"]
  }'
`);

    assert.deepEqual(
      json.data.map(({ index }) => index),
      [0, 1, 2],
    );
    assert.equal(json.proxy_metadata.batch_count, 1);
  });

  it('embed at a target of the header', async (t) => {
    const both = await startBoth(t, withoutTarget);

    const json = await both.run(`
curl -X POST "http://localhost:8080/v1/embeddings" \\
  -H "Authorization: Bearer your-api-key" \\
  -H "X-Baseten-Model: text-embedding-ada-002" \\
  -H "X-Target-Host: https://custom.api.com" \\
  -H "Content-Type: application/json" \\
  -d '{
    "input": ["Hello world", "How are you?"],
    "encoding_format": "float"
  }'
`);

    checkEmbeddings(json, TWO);
  });

  it('embed at a target of the preferences', async (t) => {
    const both = await startBoth(t, withoutTarget);

    const json = await both.run(`
curl -X POST "http://localhost:8080/v1/embeddings" \\
  -H "Authorization: Bearer your-api-key" \\
  -H "X-Baseten-Model: text-embedding-ada-002" \\
  -H "X-Baseten-Request-Preferences: {\\"target_host\\": \\"https://api.from-preferences.com\\"}" \\
  -H "Content-Type: application/json" \\
  -d '{
    "input": ["Hello world", "How are you?"],
    "encoding_format": "float"
  }'
`);

    checkEmbeddings(json, TWO);
  });

  it('embed at a target among other preferences', async (t) => {
    const both = await startBoth(t, withoutTarget);

    const json = await both.run(`
curl -X POST "http://localhost:8080/v1/embeddings" \\
  -H "Authorization: Bearer your-api-key" \\
  -H "X-Baseten-Model: text-embedding-ada-002" \\
  -H "X-Baseten-Request-Preferences: {\\"target_host\\": \\"https://api.example.com\\", \\"max_concurrent_requests\\": 128, \\"timeout_s\\": 60.0}" \\
  -H "Content-Type: application/json" \\
  -d '{
    "input": ["Hello world", "How are you?"],
    "encoding_format": "float"
  }'
`);

    checkEmbeddings(json, TWO);
  });

  it('embed where no default target is', async (t) => {
    const both = await startBoth(t, withoutTarget);

    const json = await both.run(`
# Each request must provide target URL
curl -X POST "http://localhost:8080/v1/embeddings" \\
  -H "Authorization: Bearer your-api-key" \\
  -H "X-Baseten-Model: text-embedding-ada-002" \\
  -H "X-Target-Host: https://api.baseten.co" \\
  -H "Content-Type: application/json" \\
  -d '{
    "input": ["Hello world"],
    "encoding_format": "float"
  }'
`);

    checkEmbeddings(json, ['Hello world']);
  });

  it('ask how it is', async (t) => {
    const both = await startBoth(t, () => []);

    const json = await both.run('curl http://localhost:8080/health');

    assert.equal(json.status, 'healthy');
    assert.equal(json.service, 'baseten-performance-proxy');
    assert.match(json.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  });
});

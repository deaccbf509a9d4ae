'use strict';

/* global document, getComputedStyle -- of the browser's page */

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { startInferenceServer } = require('../../../lib/testing/server');
const {
  startProxyProcess,
} = require('../../../examples/proxy-demo/proxy-process');
const { launchBrowser, openPage } = require('../helpers/browser');

const DESKTOP = { viewport: { width: 1280, height: 900 } };

const PHONE = { viewport: { width: 390, height: 844 } };

const COUNTS = {
  'in-flight': (status) => status.in_flight,
  queued: (status) => status.queued,
  'upstream-in-flight': (status) => status.upstream_in_flight,
  ...Object.fromEntries(
    [
      'requests',
      'errors',
      'refused',
      'retries',
      'hedges',
      'inputs',
      'batches',
    ].map((name) => [name, ({ last_minute: { totals } }) => totals[name]]),
  ),
};

/** A proxy before an inference server, and how to speak to it. */
async function startBoth(t, flags = []) {
  const server = await startInferenceServer();
  t.after(() => server.close());
  const proxy = await startProxyProcess([
    ...['--target-url', server.url, '--batch-size', '4', ...flags],
  ]);
  t.after(() => proxy.stop());
  const post = async (path, body, headers = {}) => {
    const response = await fetch(proxy.url + path, {
      method: 'POST',
      headers: { authorization: 'Bearer a-key', ...headers },
      body: JSON.stringify(body),
    });
    await response.arrayBuffer();
    return response.status;
  };
  const status = async () => (await fetch(`${proxy.url}/status.json`)).json();
  return { proxy, server, post, status };
}

/** Six calls, of which two fail. */
async function makeTraffic(post) {
  const texts = Array.from({ length: 10 }, (_, i) => `text ${i}`);
  const wrong = { 'x-baseten-request-preferences': '{"batch_size": 0}' };
  const statuses = [
    await post('/v1/embeddings', { input: texts, model: 'm' }),
    await post('/v1/embeddings', { input: texts, model: 'm' }),
    await post('/rerank', { query: 'text', texts }),
    await post('/v1/completions', { model: 'm', prompt: 'again' }),
    await post('/v1/embeddings', { input: texts, model: 'm' }, wrong),
    await post('/nowhere', {}),
  ];
  assert.deepEqual(statuses, [200, 200, 200, 200, 400, 404]);
}

const textOf = (page, id) => page.locator(`#${id}`).textContent();

function asDuration(seconds) {
  const digits = { maximumSignificantDigits: 3 };
  return `${(1000 * seconds).toLocaleString('en', digits)} ms`;
}

/** The rows of the table of statuses. */
function rowsOf(page) {
  return page
    .locator('#statuses tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) => [
        row.querySelector('th').textContent,
        row.querySelector('.count').textContent,
      ]),
    );
}

const hasState = (page, state) =>
  page.locator(`body[data-state=${state}]`).waitFor();

/** A second is charted once it is over. */
const hasCharted = (page, count) =>
  page.locator(`#chart[aria-label*=": ${count} in all"]`).waitFor();

describe('the status page', () => {
  let browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());

  it('shows the figures of /status.json', async (t) => {
    const { proxy, post, status } = await startBoth(t);
    await makeTraffic(post);
    const { page } = await openPage(t, browser, DESKTOP);

    await page.goto(`${proxy.url}/status`);
    await hasCharted(page, 6);
    const told = await status();

    assert.equal(told.totals.requests, 6);
    assert.equal(told.last_minute.totals.batches, 9);
    assert.equal(await textOf(page, 'state'), 'Ready');
    for (const [id, pick] of Object.entries(COUNTS))
      assert.equal(await textOf(page, id), String(pick(told)), id);
    for (const [id, seconds] of Object.entries(told.last_minute.latency))
      if (id !== 'count')
        assert.equal(await textOf(page, id), asDuration(seconds), id);
    const share = 100 * told.last_minute.upstream_share;
    assert.equal(await textOf(page, 'upstream-share'), `${share.toFixed(1)} %`);
  });

  it('counts answers by status, what was refused apart', async (t) => {
    const { proxy, post } = await startBoth(t);
    await makeTraffic(post);
    const { page } = await openPage(t, browser, DESKTOP);

    await page.goto(`${proxy.url}/status`);
    await hasCharted(page, 6);

    assert.deepEqual(await rowsOf(page), [
      ['200 OK', '4'],
      ['400 Bad Request', '1'],
      ['404 Not Found', '1'],
    ]);
    assert.equal(await page.locator('#statuses .is-refused').count(), 2);
    assert.match(
      await page.locator('#chart').getAttribute('aria-label'),
      /, 0 errors, 2 refused$/,
    );
  });

  it('tells of each route and target', async (t) => {
    const { proxy, server, post } = await startBoth(t);
    await makeTraffic(post);
    const { page } = await openPage(t, browser, DESKTOP);

    await page.goto(`${proxy.url}/status`);
    await hasCharted(page, 6);

    const { host } = new URL(server.url);
    const rows = await page
      .locator('#ways tbody tr')
      .evaluateAll((all) =>
        all.map((row) => Array.from(row.cells, (cell) => cell.textContent)),
      );
    assert.deepEqual(
      rows.map(([name, , errors, refused]) => [name, errors, refused]).sort(),
      [
        [`embeddings${host}`, '0', '0'],
        ['embeddingsno target', '0', '1'],
        [`other${host}`, '0', '1'],
        [`rerank${host}`, '0', '0'],
      ].sort(),
    );
    for (const [, rate, , , p50, p99] of rows)
      assert.match(`${rate} ${p50} ${p99}`, /^[\d.]+ [\d.]+ m?s [\d.]+ m?s$/);
  });

  it('tells how each of several targets is doing', async (t) => {
    const other = await startInferenceServer();
    t.after(() => other.close());
    const more = ['--target-url', `${other.url}#weight=3`];
    const { proxy, server, post } = await startBoth(t, [
      ...[...more, '--health-path', '/nowhere', '--health-interval-s', '0.2'],
    ]);
    await makeTraffic(post);
    const { page } = await openPage(t, browser, DESKTOP);

    await page.goto(`${proxy.url}/status`);
    await hasState(page, 'unhealthy');
    await hasCharted(page, 6);

    const rows = await page
      .locator('#members tbody tr')
      .evaluateAll((all) =>
        all.map((row) => Array.from(row.cells, (cell) => cell.textContent)),
      );
    const [first, second] = rows;
    assert.ok(first[0].startsWith(`${new URL(server.url).host}probed in `));
    assert.ok(second[0].startsWith(`${new URL(other.url).host}probed in `));
    assert.deepEqual(
      rows.map(([, health, weight, , , inFlight]) => [
        health,
        weight,
        inFlight,
      ]),
      [
        ['unhealthy', '1', '0'],
        ['unhealthy', '3', '0'],
      ],
    );
    assert.ok(Number(first[3]) + Number(second[3]) >= 9);
  });

  it('draws the latency of each second', async (t) => {
    const { proxy, post } = await startBoth(t);
    await makeTraffic(post);
    const { page } = await openPage(t, browser, DESKTOP);

    await page.goto(`${proxy.url}/status`);
    await hasCharted(page, 6);

    for (const id of ['p50-line', 'p99-line']) {
      const line = await page.locator(`#${id}`).getAttribute('d');
      assert.match(line, /^M[\d.]+ [\d.]+h10/);
    }
    assert.match(await textOf(page, 'slowest'), /^[\d.]+ m?s$/);
  });

  it('asks nobody but the proxy and complains of nothing', async (t) => {
    const { proxy } = await startBoth(t);
    const { page, faults, addresses } = await openPage(t, browser, DESKTOP);

    const response = await page.goto(`${proxy.url}/status`);
    await hasState(page, 'ready');
    await page.waitForResponse(/status\.json$/);

    const { origin } = new URL(proxy.url);
    const policy = response.headers()['content-security-policy'];
    assert.deepEqual(faults, []);
    assert.ok(addresses.length >= 3);
    for (const address of addresses)
      assert.ok([origin, 'null'].includes(new URL(address).origin), address);
    assert.match(policy, /^default-src 'none'; script-src 'sha256-/);
    assert.doesNotMatch(policy, /unsafe/);
  });

  it('can be read on a phone, in light and in dark', async (t) => {
    const { proxy, post } = await startBoth(t);
    await makeTraffic(post);

    for (const colorScheme of ['light', 'dark']) {
      const options = { ...PHONE, colorScheme };
      const { page } = await openPage(t, browser, options);
      await page.goto(`${proxy.url}/status`);
      await hasState(page, 'ready');
      await page.locator('#ways tbody tr').first().waitFor();
      const [width, table, size, legend, background] = await page.evaluate(
        () => [
          document.documentElement.scrollWidth,
          document.getElementById('ways').getBoundingClientRect().right,
          parseFloat(getComputedStyle(document.body).fontSize),
          parseFloat(
            getComputedStyle(document.querySelector('.keys')).fontSize,
          ),
          getComputedStyle(document.body).backgroundColor,
        ],
      );
      const [red] = background.match(/\d+/g).map(Number);

      assert.equal(width, PHONE.viewport.width);
      assert.ok(table < width, `the table ends at ${table}`);
      assert.ok(size >= 15);
      assert.ok(legend >= 14);
      assert.equal(red > 128, colorScheme === 'light');
    }
  });

  it('says that the proxy drains, then that it is gone', async (t) => {
    const { proxy } = await startBoth(t, ['--drain-delay-s', '600']);
    const { page } = await openPage(t, browser, DESKTOP);
    await page.goto(`${proxy.url}/status`);
    await hasState(page, 'ready');

    const ended = proxy.stop();
    await hasState(page, 'draining');
    const draining = await page.getByRole('alert').textContent();
    await Promise.all([ended, proxy.stop()]);
    await hasState(page, 'unreachable');
    const gone = await page.getByRole('alert').textContent();

    assert.match(draining, /^The proxy is draining/);
    assert.match(gone, /^The proxy does not answer\. These figures are from /);
  });
});

'use strict';

const { chromium } = require('playwright-core');

/** Debian's Chromium, silent but for the pages it is sent to. */
const OPTIONS = {
  executablePath: '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

/**
 * A page in a browser of its own, with a fresh profile. `faults` are what the
 * page complained of, `addresses` what it asked for.
 * @param {import('node:test').TestContext} t closes the browser after the test
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
async function openPage(t, options) {
  const browser = await chromium.launch(OPTIONS);
  t.after(() => browser.close());
  const page = await browser.newPage(options);
  const faults = [];
  const addresses = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => addresses.push(request.url()));
  return { page, faults, addresses };
}

module.exports = { openPage };

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

/** A browser with a profile of its own, which ends with it. */
function launchBrowser() {
  return chromium.launch(OPTIONS);
}

/**
 * A page of a browser; `faults` are what it complained of, `addresses` what it
 * asked for.
 * @param {import('node:test').TestContext} t closes the page after the test
 * @param {import('playwright-core').Browser} browser
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
async function openPage(t, browser, options) {
  const page = await browser.newPage(options);
  t.after(() => page.close());
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

module.exports = { launchBrowser, openPage };

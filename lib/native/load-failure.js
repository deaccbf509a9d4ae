'use strict';

const { createError } = require('../errors/errors');

/** Debian's names for the shared libraries the native part links with. */
const PACKAGES = new Map([
  ['libcurl.so.4', 'libcurl4'],
  ['libcjson.so.1', 'libcjson1'],
]);

const REBUILD =
  'run "npm rebuild baseten-performance-client", or "make build" in a checkout';

/**
 * Found, required, do this: one sentence for each way of not loading.
 * @param {any} error what require threw
 * @returns {string}
 */
function remedy(error) {
  const words = String(error.message);
  const library = /^(\S+): cannot open shared object file/.exec(words)?.[1];
  if (library && PACKAGES.has(library)) {
    const name = PACKAGES.get(library);
    return `the library ${library} is missing: run "apt-get install ${name}"`;
  }
  if (library) return `the library ${library} is missing: install it`;
  if (error.code === 'MODULE_NOT_FOUND') return `it is not built: ${REBUILD}`;
  const host = `Node ${process.version} on ${process.platform} ${process.arch}`;
  return `it was not built for ${host} (${words.split('\n')[0]}): ${REBUILD}`;
}

/**
 * @param {any} error what require threw
 * @returns {import('../errors/errors').PerformanceClientError}
 */
function loadFailure(error) {
  const message = `the native part of baseten-performance-client cannot be loaded, ${remedy(error)}`;
  return createError('NATIVE_NOT_LOADED', message, { cause: error });
}

module.exports = { loadFailure };

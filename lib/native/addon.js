'use strict';

const { createRequire } = require('node:module');
const path = require('node:path');

const { createError } = require('../errors/errors');

/*
 * Finds the native part and loads it: what an entry for bundlers brings, else a
 * build of one's own, else the prebuilt of this platform.
 */

/**
 * The binaries of the published package. Each path is written out, so that what
 * traces a program's files, as Next.js does, finds them.
 * @type {Record<string, () => string>}
 */
const PREBUILT = {
  'linux-x64': () =>
    path.join(__dirname, '../../prebuilds/linux-x64/performance_client.node'),
  'linux-arm64': () =>
    path.join(__dirname, '../../prebuilds/linux-arm64/performance_client.node'),
  'linux-x64-musl': () =>
    path.join(
      __dirname,
      '../../prebuilds/linux-x64-musl/performance_client.node',
    ),
  'linux-arm64-musl': () =>
    path.join(
      __dirname,
      '../../prebuilds/linux-arm64-musl/performance_client.node',
    ),
};

const ownBuild = () =>
  path.join(__dirname, '../../build/Release/performance_client.node');

const TARGETS = Object.keys(PREBUILT);

/** What the prebuilt binaries need where the C library is glibc. */
const OLDEST_GLIBC = '2.28';

/** Debian's names for the shared libraries that a build of one's own needs. */
const PACKAGES = new Map([
  ['libcurl.so.4', 'libcurl4'],
  ['libcjson.so.1', 'libcjson1'],
  ['libz.so.1', 'zlib1g'],
  ['libbrotlidec.so.1', 'libbrotli1'],
  ['libzstd.so.1', 'libzstd1'],
]);

/** In the words of glibc, and of musl. */
const MISSING_LIBRARY =
  /(?:^|: )(\S+): cannot open shared object file: No such file|Error loading shared library (\S+): No such file/;

const NO_DESCRIPTOR = /Too many open files|No file descriptors available/;

const BUILD = 'run "npx baseten-performance-client build"';

/**
 * @typedef {'entry' | 'own build' | 'prebuilt'} Origin
 *
 * @typedef {object} Place where a binary may come from
 * @property {Origin} origin
 * @property {string} file its path, or the entry that brings it
 * @property {() => unknown} load
 */

/** @type {Place | undefined} */
let entry;

/**
 * Has the addon come from an entry of this package, for which a bundler has
 * copied the binary to where it likes. Without effect once the addon is loaded.
 * @param {string} target
 * @param {() => unknown} load requires the binary by a literal path
 */
function useEntry(target, load) {
  const file = `baseten-performance-client/${target}`;
  entry = { origin: 'entry', file, load };
}

/**
 * The C library of this process. The report of Node, Bun and Deno tells the
 * version of glibc; musl has none to tell.
 * @returns {{ name: 'glibc' | 'musl', version: string }}
 */
function findLibc() {
  const report = /** @type {any} */ (process.report);
  const { excludeNetwork } = report;
  report.excludeNetwork = true; // Else it looks up the name of every peer.
  const { glibcVersionRuntime } = report.getReport().header;
  report.excludeNetwork = excludeNetwork;
  return glibcVersionRuntime
    ? { name: 'glibc', version: glibcVersionRuntime }
    : { name: 'musl', version: '' };
}

/** @returns {string} this platform, as the prebuilt for it is called */
function findTarget() {
  const { platform, arch } = process;
  const isMusl = platform === 'linux' && findLibc().name === 'musl';
  return `${platform}-${arch}${isMusl ? '-musl' : ''}`;
}

/**
 * Where the addon is to be loaded from.
 * @returns {Place | undefined} undefined when there is none
 */
function findAddon() {
  if (entry) return entry;
  // Not the bundler's require, which cannot know at build time what is there.
  const requireFile = createRequire(__filename);
  const isThere = (file) => {
    try {
      return Boolean(requireFile.resolve(file));
    } catch {
      return false;
    }
  };
  /** @type {[Origin, string | undefined][]} */
  const places = [
    ['own build', ownBuild()],
    ['prebuilt', PREBUILT[findTarget()]?.()],
  ];
  for (const [origin, file] of places)
    if (file && isThere(file))
      return { origin, file, load: () => requireFile(file) };
  return undefined;
}

/**
 * What to do where no binary was found.
 * @param {string} target
 * @returns {string}
 */
function explainAbsence(target) {
  if (!TARGETS.includes(target))
    return `there is no prebuilt for ${target}, only for ${TARGETS.join(', ')}: ${BUILD}`;
  return (
    `the prebuilt for ${target} is missing: install the package again; ` +
    `in a bundle, import "baseten-performance-client/${target}" first; ` +
    'in a checkout, run "make build"'
  );
}

/**
 * What was found, what is needed and what to do where a binary does not load.
 * @param {Place} place
 * @param {string} words the system's
 * @returns {string}
 */
function explainRefusal({ origin, file }, words) {
  const [, glibc, musl] = MISSING_LIBRARY.exec(words) ?? [];
  const library = glibc ?? musl;
  if (PACKAGES.has(library))
    return `the library ${library} is missing: run "apt-get install ${PACKAGES.get(library)}"`;
  if (library)
    return `the library ${library} is missing, which ${file} needs: install it, or ${BUILD}`;
  if (NO_DESCRIPTOR.test(words))
    return `this process has no file descriptor left to open ${file} with: close some, or raise its limit (ulimit -n)`;
  if (origin !== 'own build' && words.includes('GLIBC_'))
    return `glibc ${findLibc().version} was found, ${OLDEST_GLIBC} or newer is needed: update the system, or ${BUILD}`;
  const host = `Node ${process.version} on ${process.platform} ${process.arch}`;
  return `${file} was not built for ${host} (${words.split('\n')[0]}): ${BUILD}`;
}

/**
 * @param {string} remedy
 * @param {unknown} [cause]
 * @returns {import('../errors/errors').PerformanceClientError}
 */
function loadFailure(remedy, cause) {
  const message = `the native part of baseten-performance-client cannot be loaded, ${remedy}`;
  return createError('NATIVE_NOT_LOADED', message, { cause });
}

/**
 * Loads the addon; nothing is remembered of a failure.
 * @returns {unknown}
 */
function loadAddon() {
  const place = findAddon();
  if (!place) throw loadFailure(explainAbsence(findTarget()));
  try {
    return place.load();
  } catch (error) {
    throw loadFailure(explainRefusal(place, error.message), error);
  }
}

module.exports = {
  TARGETS,
  explainAbsence,
  explainRefusal,
  findAddon,
  findLibc,
  findTarget,
  loadAddon,
  useEntry,
};

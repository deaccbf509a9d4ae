'use strict';

const { version } = require('../base/version');
const { PerformanceClient } = require('../client/performance-client');
const { findAddon, findLibc } = require('../native/addon');
const { native } = require('../native/binding');
const { trustedRoots } = require('../pool/roots');

/** Stands where a key is due: none of the caller's may leave for this. */
const NO_KEY = 'doctor';

const TIMEOUT_S = 10;

const PROXY_NAMES = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'];

const LABEL_WIDTH = 14;

/**
 * One thing that was looked at. A value never holds a key or a password.
 * @typedef {object} Finding
 * @property {string} label
 * @property {string} value
 * @property {boolean} [isWrong] does it keep the client from working?
 */

/** @returns {Finding} */
function findRuntime() {
  const { bun, deno } = process.versions;
  const host = bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : '';
  const name = host || `Node.js ${process.version}`;
  const libc = process.platform === 'linux' ? findLibc() : undefined;
  const words = [name, 'on', process.platform, process.arch];
  if (libc) words.push(libc.name, libc.version);
  return { label: 'runtime', value: words.join(' ').trim() };
}

/** @returns {Finding[]} */
function findNativePart() {
  try {
    const { libcurl, tls, http2, encodings } = native().info();
    const place = findAddon();
    const inside = [
      `libcurl ${libcurl}`,
      tls,
      http2 ? 'HTTP/2' : 'no HTTP/2',
      encodings,
    ];
    return [
      { label: 'native part', value: `${place?.file} (${place?.origin})` },
      { label: 'inside', value: inside.join(', ') },
    ];
  } catch (error) {
    return [{ label: 'native part', value: error.message, isWrong: true }];
  }
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Finding}
 */
function findCertificates(env) {
  const counts = trustedRoots(env).map(({ name, pem }) => {
    const path = env[name];
    const count = pem.split('-----BEGIN CERTIFICATE-----').length - 1;
    return `${count} of ${path ? `${name}=${path}` : name}`;
  });
  const value = counts.join(', ') || 'none: give the option ca';
  return { label: 'certificates', value };
}

/**
 * @param {string} text
 * @returns {string} without the login that it may hold
 */
function withoutLogin(text) {
  return text.replace(/^([a-z0-9+.-]+:\/\/)?[^/]*@/i, '$1[redacted]@');
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Finding}
 */
function findProxies(env) {
  const given = PROXY_NAMES.flatMap((name) => {
    const found = [name, name.toUpperCase()].find((one) => env[one]);
    return found ? [`${found}=${withoutLogin(env[found] ?? '')}`] : [];
  });
  return { label: 'proxies', value: given.join(', ') || 'none' };
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Finding}
 */
function findKeys(env) {
  const given = ['BASETEN_API_KEY', 'OPENAI_API_KEY'].filter(
    (name) => env[name],
  );
  const value = given.length > 0 ? `${given.join(', ')}, not shown` : 'none';
  return { label: 'keys', value };
}

/**
 * Any answer at all tells that the server was reached.
 * @param {PerformanceClient} client
 * @param {string} path
 * @returns {Promise<string>} what came after how long
 */
async function askOnce(client, path) {
  const began = performance.now();
  let status = 'a success';
  try {
    await client.batchPost(path, [null], {
      method: 'HEAD',
      maxRetries: 0,
      timeoutS: TIMEOUT_S,
    });
  } catch (error) {
    if (error.code !== 'HTTP_ERROR') throw error;
    status = `status ${error.status}`;
  }
  const seconds = (performance.now() - began) / 1000;
  return `${status} after ${seconds.toFixed(3)} s`;
}

/**
 * Sends the same request twice: what the first takes longer is what it costs to
 * connect.
 * @param {string} text
 * @returns {Promise<Finding>}
 */
async function findServer(text) {
  const label = 'server';
  if (!URL.canParse(text))
    return { label, value: 'the argument is not a URL', isWrong: true };
  const { origin, pathname, search } = new URL(text);
  const told = origin + pathname; // A login or a query may hold a key.
  let client;
  try {
    client = new PerformanceClient(origin, {
      apiKey: NO_KEY,
      connectTimeoutS: TIMEOUT_S,
    });
    const first = await askOnce(client, pathname + search);
    const second = await askOnce(client, pathname + search);
    const value = `${told} answers: ${first}, connecting included; ${second} on the same connection`;
    return { label, value };
  } catch (error) {
    const code = error.code ? `${error.code}, ` : '';
    const value = `${told} cannot be reached: ${code}${error.message}`;
    return { label, value, isWrong: true };
  } finally {
    await client?.close();
  }
}

/**
 * Prints what there is to know of this installation.
 * @param {string | undefined} url a server to be reached
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>} the exit code
 */
async function doctor(url, env = process.env) {
  const findings = [
    { label: 'package', value: `baseten-performance-client ${version}` },
    findRuntime(),
    ...findNativePart(),
  ];
  if (!findings.some(({ isWrong }) => isWrong))
    findings.push(findCertificates(env));
  findings.push(findProxies(env), findKeys(env));
  const isWrong = findings.some((one) => one.isWrong);
  if (url !== undefined && !isWrong) findings.push(await findServer(url));
  for (const { label, value } of findings)
    process.stdout.write(`${label.padEnd(LABEL_WIDTH)}${value}\n`);
  return findings.some((one) => one.isWrong) ? 1 : 0;
}

module.exports = { doctor };

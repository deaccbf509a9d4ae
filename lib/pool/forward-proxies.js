'use strict';

const { invalidArgument, wrongType } = require('../base/check');

/**
 * Which proxy serves which scheme; '' means none.
 * @typedef {{ http: string, https: string, noProxy: string }} Proxies
 */

/** Schemes and the port that each means when the URL names none. */
const DEFAULT_PORTS = new Map([
  ['http:', '80'],
  ['https:', '443'],
  ['socks4:', '1080'],
  ['socks4a:', '1080'],
  ['socks5:', '1080'],
  ['socks5h:', '1080'],
]);

const EXPECTED =
  'a proxy URL (http, https, socks4, socks4a, socks5 or socks5h)';

/**
 * @param {string} text
 * @returns {URL | undefined}
 */
function parseProxy(text) {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (/\s/.test(full) || !URL.canParse(full)) return undefined;
  const url = new URL(full);
  const isBare = ['', '/'].includes(url.pathname) && !url.search && !url.hash;
  const isKnown = DEFAULT_PORTS.has(url.protocol) && url.hostname !== '';
  return isBare && isKnown ? url : undefined;
}

/**
 * Checks a proxy URL and writes its port out, because the engine's default
 * port is not the scheme's. The text may hold a password: never shown.
 * @param {unknown} value
 * @param {string} argument
 * @returns {string}
 */
function checkProxy(value, argument) {
  if (typeof value !== 'string') throw wrongType(argument, EXPECTED, value);
  const url = parseProxy(value.trim());
  if (!url)
    throw invalidArgument(
      TypeError,
      argument,
      `${argument} must be ${EXPECTED}`,
    );
  const { username, password, protocol, hostname } = url;
  const login = username || password ? `${username}:${password}@` : '';
  const port = url.port || DEFAULT_PORTS.get(protocol);
  return `${protocol}//${login}${hostname}:${port}`;
}

/**
 * The first of the named variables that is set, lower case first.
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} names
 * @returns {string} a checked proxy, or ''
 */
function proxyFromEnvironment(env, names) {
  for (const name of names.flatMap((one) => [one.toLowerCase(), one]))
    if (env[name]) return checkProxy(env[name], name);
  return '';
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Proxies}
 */
function environmentProxies(env) {
  return {
    http: proxyFromEnvironment(env, ['HTTP_PROXY', 'ALL_PROXY']),
    https: proxyFromEnvironment(env, ['HTTPS_PROXY', 'ALL_PROXY']),
    noProxy: env.no_proxy || env.NO_PROXY || '',
  };
}

/**
 * An explicit proxy serves everything, whatever the environment says.
 * @param {string} proxy
 * @returns {Proxies}
 */
function explicitProxies(proxy) {
  return { http: proxy, https: proxy, noProxy: '' };
}

module.exports = { checkProxy, environmentProxies, explicitProxies };

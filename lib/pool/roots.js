'use strict';

/*
 * The certificates that a process trusts when its caller names none: Node's
 * own list with what flags and programs have made of it, the system's bundle,
 * and the files that variables name.
 */

const fs = require('node:fs');
const tls = require('node:tls');

const { LOG } = require('../native/contract');
const { logLevel } = require('./environment');

/**
 * @typedef {object} RootSource
 * @property {string} name who vouches: Node.js, a variable, or a path
 * @property {string} pem certificates, one behind the other
 */

/** Where distributions keep the bundle of all roots, likeliest first. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Ubuntu, Alpine, Arch
  '/etc/pki/tls/certs/ca-bundle.crt', // Fedora, RHEL, Amazon Linux, Lambda
  '/etc/ssl/ca-bundle.pem', // openSUSE
  '/etc/ssl/cert.pem', // Alpine without ca-certificates, macOS, BSD
];

const VARIABLES = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'];

const BEGIN = '-----BEGIN ';

/**
 * Node's list of that type; before Node 22.15 there is only the built-in one.
 * @param {'default' | 'bundled'} type
 * @returns {readonly string[]}
 */
function nodeRoots(type) {
  // @ts-ignore: not known to the types of the oldest Node that we support
  return tls.getCACertificates?.(type) ?? tls.rootCertificates;
}

/**
 * Has the program, or a flag, taken roots out of Node's list? Then nothing may
 * bring them in again.
 * @param {readonly string[]} trusted
 */
function isNarrowed(trusted) {
  const known = new Set(trusted);
  return nodeRoots('bundled').some((root) => !known.has(root));
}

/**
 * The text of the last file read from each path, as long as it is the same.
 * @type {Map<string, { version: string, text: string }>}
 */
const texts = new Map();

/** @param {string} path */
function readFile(path) {
  const { mtimeMs, size, ino } = fs.statSync(path);
  const version = `${mtimeMs} ${size} ${ino}`;
  const known = texts.get(path);
  if (known?.version === version) return known.text;
  const text = fs.readFileSync(path, 'latin1');
  if (!text.includes(BEGIN)) throw new Error(`${path} has no BEGIN line`);
  texts.set(path, { version, text });
  return text;
}

/**
 * The system's bundle; that there is none, or none to be read, is no fault.
 * @returns {RootSource | undefined}
 */
function systemBundle() {
  for (const name of BUNDLES)
    try {
      return { name, pem: readFile(name) };
    } catch {
      continue;
    }
  return undefined;
}

/**
 * Certificates from a file that a variable names. A file that cannot be read
 * is reported and left out, as Node does with NODE_EXTRA_CA_CERTS.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {RootSource | undefined}
 */
function fromVariable(name, env) {
  const path = env[name];
  if (!path) return undefined;
  try {
    return { name, pem: readFile(path) };
  } catch (error) {
    if (logLevel(env) >= LOG.WARN) {
      const line = `${name} is not used: ${error.message}`;
      process.stderr.write(
        `performance-client warn ${line.replace(/\s+/g, ' ')}\n`,
      );
    }
    return undefined;
  }
}

/** @type {{ list: readonly string[], pem: string } | undefined} */
let joined;

/** @param {readonly string[]} list */
function join(list) {
  if (joined?.list !== list) joined = { list, pem: list.join('\n') };
  return joined.pem;
}

/**
 * Whom the process trusts, source by source; the same root may come twice.
 * @param {NodeJS.ProcessEnv} env
 * @returns {RootSource[]}
 */
function trustedRoots(env) {
  const list = nodeRoots('default');
  const sources = [
    list.length > 0 ? { name: 'Node.js', pem: join(list) } : undefined,
    list.length > 0 && isNarrowed(list) ? undefined : systemBundle(),
    ...VARIABLES.map((name) => fromVariable(name, env)),
  ];
  return sources.filter((source) => source !== undefined);
}

module.exports = { trustedRoots };

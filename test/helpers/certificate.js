'use strict';

const { execFileSync } = require('node:child_process');

const ARGUMENTS = [
  ...['req', '-x509', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
  ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  ...['-keyout', '-', '-out', '-'],
];

const LOOPBACK = ['DNS:localhost', 'IP:127.0.0.1'];

/**
 * A fresh self-signed certificate, for localhost and 127.0.0.1 when no names
 * are given.
 * @param {string[]} [names] as openssl writes them
 * @returns {{ key: string, cert: string }} both PEM
 */
function makeCertificate(names = LOOPBACK) {
  const extension = ['-addext', `subjectAltName=${names.join(',')}`];
  const pem = execFileSync('openssl', [...ARGUMENTS, ...extension], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const start = pem.indexOf('-----BEGIN CERTIFICATE-----');

  return { key: pem.slice(0, start), cert: pem.slice(start) };
}

module.exports = { makeCertificate };

'use strict';

const { execFileSync } = require('node:child_process');

const ARGUMENTS = [
  ...['req', '-x509', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
  ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
  ...['-keyout', '-', '-out', '-'],
];

/**
 * A fresh self-signed certificate for localhost and 127.0.0.1.
 * @returns {{ key: string, cert: string }} both PEM
 */
function makeCertificate() {
  const pem = execFileSync('openssl', ARGUMENTS, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const start = pem.indexOf('-----BEGIN CERTIFICATE-----');

  return { key: pem.slice(0, start), cert: pem.slice(start) };
}

module.exports = { makeCertificate };

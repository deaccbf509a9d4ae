'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

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

const CA_CONFIG = `
[ca]
default_ca = own
[own]
database = ./index.txt
serial = ./serial
new_certs_dir = .
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = DNS:localhost,IP:127.0.0.1
`;

/**
 * A certificate for localhost whose time is over, and the authority that has
 * signed it.
 * @param {string} folder to work in; the caller's to remove
 * @returns {{ key: string, cert: string, ca: string }} all PEM
 */
function makeExpiredCertificate(folder) {
  const openssl = (...words) =>
    execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' });
  const read = (name) => fs.readFileSync(path.join(folder, name), 'utf8');
  const { key, cert } = makeCertificate(['DNS:ca.example']);
  fs.writeFileSync(path.join(folder, 'ca.key'), key);
  fs.writeFileSync(path.join(folder, 'ca.pem'), cert);
  fs.writeFileSync(path.join(folder, 'ca.conf'), CA_CONFIG);
  fs.writeFileSync(path.join(folder, 'index.txt'), '');
  fs.writeFileSync(path.join(folder, 'serial'), '01\n');
  openssl(
    ...['req', '-new', '-nodes', '-subj', '/CN=localhost', '-newkey', 'ec'],
    ...['-pkeyopt', 'ec_paramgen_curve:prime256v1'],
    ...['-keyout', 'its.key', '-out', 'its.csr'],
  );
  openssl(
    ...['ca', '-batch', '-notext', '-config', 'ca.conf'],
    ...['-keyfile', 'ca.key', '-cert', 'ca.pem'],
    ...['-in', 'its.csr', '-out', 'its.pem'],
    ...['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'],
  );
  return { key: read('its.key'), cert: read('its.pem'), ca: cert };
}

module.exports = { makeCertificate, makeExpiredCertificate };

'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const tls = require('node:tls');

const {
  makeCertificate,
  makeExpiredCertificate,
} = require('../helpers/certificate');
const { runChild } = require('../helpers/child');
const { connect, rejection } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const ROOTS = path.join(__dirname, '../../lib/pool/roots');

const ONCE = { maxRetries: 0 };

/** Node 22.19 and 24.5 are the first whose roots a program may set. */
const TOLD = {
  skip: !tls.setDefaultCACertificates && 'this Node has no way to tell it',
};

const ECHO = ({ json }) => ({ body: json });

describe('a TLS server', () => {
  it('that nobody vouches for is refused, once, and named', async (t) => {
    const upstream = await startUpstream(t, ECHO, { tls: true });
    const client = connect(t, upstream.url);

    const error = await rejection(client.batchPost('/x', [1]));

    assert.equal(error.code, 'CONNECTION_ERROR');
    assert.match(error.message, /could not be trusted.*certificate/);
    assert.equal(error.attempts, 1);
    assert.equal(upstream.requests.length, 0);
  });

  it('is trusted through ca', async (t) => {
    const upstream = await startUpstream(t, ECHO, { tls: true });
    const other = makeCertificate().cert;
    const client = connect(t, upstream.url, {
      ca: [other, Buffer.from(upstream.ca)],
    });

    const { data } = await client.batchPost('/x', [1]);

    assert.deepEqual(data, [1]);
  });

  it('is refused when ca vouches for another', async (t) => {
    const upstream = await startUpstream(t, ECHO, { tls: true });
    const client = connect(t, upstream.url, { ca: makeCertificate().cert });

    const error = await rejection(client.batchPost('/x', [1]));

    assert.match(error.message, /could not be trusted/);
  });

  it('is refused under a name that it has no certificate for', async (t) => {
    const { key, cert } = makeCertificate(['DNS:a.example']);
    const upstream = await startUpstream(t, ECHO, {
      tls: true,
      server: { key, cert },
    });
    const client = connect(t, upstream.url, { ca: cert });

    const error = await rejection(client.batchPost('/x', [1]));

    assert.match(error.message, /could not be trusted/);
    assert.equal(upstream.requests.length, 0);
  });

  for (const name of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'])
    it(`is trusted through ${name}`, async (t) => {
      const upstream = await startUpstream(t, ECHO, { tls: true });
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'roots-'));
      t.after(() => fs.rmSync(folder, { recursive: true }));
      const file = path.join(folder, 'ca.pem');
      fs.writeFileSync(file, upstream.ca);

      const { stdout, stderr } = await runChild(
        t,
        `connect().batchPost('/x', [42])
           .then(({ data }) => console.log(data[0]));`,
        { url: upstream.url, env: { [name]: file } },
      );

      assert.equal(stderr, '');
      assert.equal(stdout, '42\n');
    });

  it('is refused when the time of its certificate is over', async (t) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'expired-'));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    const { key, cert, ca } = makeExpiredCertificate(folder);
    const upstream = await startUpstream(t, ECHO, {
      tls: true,
      server: { key, cert },
    });
    const client = connect(t, upstream.url, { ca });

    const error = await rejection(client.batchPost('/x', [1]));

    assert.match(error.message, /could not be trusted.*expired/);
    assert.equal(upstream.requests.length, 0);
  });

  it('is trusted when it is named twice', async (t) => {
    const upstream = await startUpstream(t, ECHO, { tls: true });
    const client = connect(t, upstream.url, {
      ca: [makeCertificate().cert, upstream.ca, upstream.ca],
    });

    const { data } = await client.batchPost('/x', [1]);

    assert.deepEqual(data, [1]);
  });

  it('is trusted through what the program has told Node', TOLD, async (t) => {
    const upstream = await startUpstream(t, ECHO, { tls: true });
    const { stdout, stderr } = await runChild(
      t,
      `require('node:tls').setDefaultCACertificates([process.env.ROOT]);
       const { trustedRoots } = require(${JSON.stringify(ROOTS)});
       console.log(trustedRoots(process.env).length);
       connect().batchPost('/x', [42])
         .then(({ data }) => console.log(data[0]));`,
      { url: upstream.url, env: { ROOT: upstream.ca } },
    );

    assert.equal(stderr, '');
    assert.equal(stdout, '1\n42\n');
  });

  it('may ask for the certificate of the client', async (t) => {
    const { key, cert } = makeCertificate();
    const upstream = await startUpstream(t, ECHO, {
      tls: true,
      server: { requestCert: true, rejectUnauthorized: true, ca: cert },
    });
    const { ca } = upstream;

    const known = connect(t, upstream.url, { ca, cert, key });
    const unknown = connect(t, upstream.url, { ca });

    assert.deepEqual((await known.batchPost('/x', [1])).data, [1]);
    const error = await rejection(unknown.batchPost('/x', [2], ONCE));
    assert.equal(error.code, 'CONNECTION_ERROR');
    assert.equal(upstream.requests.length, 1);
  });
});

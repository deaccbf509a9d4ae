'use strict';

/*
 * Whom a process talks to when it ends: each peer keeps its calls in another
 * state for as long as they are watched.
 */

const fs = require('node:fs');
const http = require('node:http');
const http2 = require('node:http2');
const https = require('node:https');
const net = require('node:net');
const path = require('node:path');
const { execFileSync } = require('node:child_process');

const { makeCertificate } = require('../helpers/certificate');

const ROWS = 64;
const ROW = `[${new Array(512).fill('-0.012345678901234567').join()}]`;
const ITEMS = Array.from(
  { length: ROWS },
  (_, index) => `{"object":"embedding","embedding":${ROW},"index":${index}}`,
);
const VECTORS = `{"object":"list","data":[${ITEMS.join()}],"model":"m","usage":{"prompt_tokens":1,"total_tokens":1}}`;

/** Every connection of the peers, to end them by. */
const sockets = new Set();

/** @returns {Promise<number>} the port it listens on */
async function listen(server) {
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {}).on('sessionError', () => {});
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}

/** Answers at once: a number to a post, vectors to a list of texts. */
function answer(request, response) {
  request.on('error', () => {}).resume();
  response.on('error', () => {});
  request.on('end', () =>
    response.end(request.url === '/v1/embeddings' ? VECTORS : '1'),
  );
}

/** Answers without end, a byte at a time. */
function drip(request, response) {
  request.on('error', () => {}).resume();
  response.on('error', () => {});
  const timer = setInterval(() => response.write(' '), 2);
  response.on('close', () => clearInterval(timer));
}

/** Reads nothing of what it is sent. */
function ignore(request, response) {
  request.on('error', () => {});
  response.on('error', () => {});
}

/** Builds the resolver that never comes back in time. */
function buildSlowResolver(folder) {
  const library = path.join(folder, 'slow_dns.so');
  const source = path.join(__dirname, 'slow_dns.c');
  // A compiler is not what a sanitizer that is loaded here shall look at.
  const env = { ...process.env };
  delete env.LD_PRELOAD;
  const args = ['-shared', '-fPIC', '-o', library, source];
  execFileSync(env.CC || 'cc', args, { env });
  return library;
}

/**
 * What the child needs to know to talk to one of them.
 * @typedef {object} Peer
 * @property {string} name
 * @property {string} url
 * @property {string} [ca]
 * @property {1 | 2} [httpVersion]
 * @property {'posts' | 'texts' | 'large'} work
 * @property {string} [preload] for LD_PRELOAD
 */

/**
 * @param {string} folder for what has to be built
 * @returns {Promise<{ peers: Peer[], close: () => void }>}
 */
async function openPeers(folder) {
  const certificate = makeCertificate();
  const servers = {
    plain: http.createServer(answer),
    tls: https.createServer(certificate, answer),
    http2: http2.createSecureServer(certificate, answer),
    silent: net.createServer(),
    dripping: https.createServer(certificate, drip),
    deaf: http.createServer(ignore),
  };
  const at = {};
  for (const [name, server] of Object.entries(servers))
    at[name] = await listen(server);
  const tls = (name) => `https://127.0.0.1:${at[name]}`;
  const ca = certificate.cert;
  const plain = `http://127.0.0.1:${at.plain}`;
  const peers = [
    { name: 'plain', url: plain, work: 'posts' },
    { name: 'tls', url: tls('tls'), ca, work: 'posts' },
    { name: 'untrusted', url: tls('tls'), work: 'posts' },
    { name: 'http2', url: tls('http2'), ca, httpVersion: 2, work: 'posts' },
    {
      name: 'http2 untrusted',
      url: tls('http2'),
      httpVersion: 2,
      work: 'posts',
    },
    { name: 'silent', url: tls('silent'), work: 'posts' },
    { name: 'receiving', url: tls('dripping'), ca, work: 'posts' },
    { name: 'sending', url: `http://127.0.0.1:${at.deaf}`, work: 'large' },
    { name: 'decoding', url: plain, work: 'texts' },
    { name: 'decoding tls', url: tls('tls'), ca, work: 'texts' },
    {
      name: 'resolving',
      url: 'https://host.invalid',
      work: 'posts',
      preload: buildSlowResolver(folder),
    },
  ];
  const close = () => {
    for (const socket of sockets) socket.destroy();
    for (const server of Object.values(servers)) server.close();
    fs.rmSync(folder, { recursive: true });
  };
  return { peers, close };
}

module.exports = { openPeers };

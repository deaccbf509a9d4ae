'use strict';

const { execFileSync, spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const readline = require('node:readline');

const { writeBody } = require('./bodies');

const BUILD = path.join(__dirname, '..', 'build', 'bench');

const CERTIFICATE = path.join(BUILD, 'cert.pem');

const KEY = path.join(BUILD, 'key.pem');

const MOST_STREAMS = 1024;

/** What a machine may lack, and where Debian has it. */
const TOOLS = {
  nghttpd: 'nghttp2-server',
  nginx: 'nginx-light',
  wrk: 'wrk',
};

/** Why `tool` cannot be used here, or nothing. */
function lacksTool(tool) {
  if (!spawnSync(tool, ['-v']).error) return undefined;
  return `${tool} is not installed (apt-get install ${TOOLS[tool]})`;
}

function makeCertificate() {
  if (fs.existsSync(CERTIFICATE)) return;
  const subject = 'subjectAltName=IP:127.0.0.1';
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-nodes', '-days', '3650', '-subj', '/CN=benchmark'],
      ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
      ...['-addext', subject, '-keyout', KEY, '-out', CERTIFICATE],
    ],
    { stdio: 'ignore' },
  );
}

function end(child) {
  if (child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  return ended;
}

/** Our own server: prints its port, counts its requests. */
async function startPlain(file, options) {
  const program = path.join(BUILD, 'server');
  const child = spawn(program, ['--body', file, ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = readline.createInterface(child.stdout);
  const port = await new Promise((resolve, reject) => {
    lines.once('line', resolve);
    child.once('error', reject);
    child.once('exit', () => reject(new Error('the server did not start')));
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    site: { url, protocol: 'http1' },
    stats: async () => (await fetch(`${url}/stats`)).json(),
    stop: () => end(child),
  };
}

async function findFreePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Resolves with true once somebody listens there. */
function isListening(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function waitUntilListening(child, port, name) {
  while (!(await isListening(port)))
    if (child.exitCode !== null) throw new Error(`${name} did not start`);
}

/** What a site of that protocol says beside its URL. */
function trustOf(protocol) {
  if (protocol === 'h2c') return { protocol };
  const ca = fs.readFileSync(CERTIFICATE, 'utf8');
  return { protocol, ca, caFile: CERTIFICATE };
}

/** TLS where HTTP/1.1 is spoken: nginx, which has the answer in its memory. */
function nginxSettings(folder, port, answer) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `
    daemon off;
    worker_processes 1;
    pid ${folder}/nginx.pid;
    error_log stderr error;
    events { worker_connections 4096; }
    http {
      access_log off;
      ${temporary.join('\n      ')}
      server {
        listen 127.0.0.1:${port} ssl backlog=4096;
        ssl_certificate ${CERTIFICATE};
        ssl_certificate_key ${KEY};
        keepalive_requests 100000000;
        location / {
          default_type application/json;
          return 200 '${answer}';
        }
      }
    }`;
}

async function startTls(file) {
  const folder = path.join(BUILD, 'nginx-tls');
  const port = await findFreePort();
  const settings = path.join(folder, 'nginx.conf');
  makeCertificate();
  fs.mkdirSync(folder, { recursive: true });
  const answer = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(settings, nginxSettings(folder, port, answer));
  const child = spawn('nginx', ['-p', folder, '-e', 'stderr', '-c', settings], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await waitUntilListening(child, port, 'nginx');
  return {
    site: { url: `https://127.0.0.1:${port}`, ...trustOf('tls') },
    stats: async () => undefined,
    stop: () => end(child),
  };
}

/** nghttpd, which serves the body as a file; it counts nothing. */
async function startHttp2(folder, protocol) {
  const port = await findFreePort();
  const trust =
    protocol === 'h2' ? [String(port), KEY, CERTIFICATE] : ['--no-tls', port];
  if (protocol === 'h2') makeCertificate();
  const child = spawn(
    'nghttpd',
    [
      ...['--address', '127.0.0.1', '--htdocs', folder],
      ...['--max-concurrent-streams', MOST_STREAMS, ...trust].map(String),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  await waitUntilListening(child, port, 'nghttpd');
  const scheme = protocol === 'h2' ? 'https' : 'http';
  return {
    site: { url: `${scheme}://127.0.0.1:${port}`, ...trustOf(protocol) },
    stats: async () => undefined,
    stop: () => end(child),
  };
}

/** For what reads the answer itself. */
function openFile(file) {
  const stats = async () => undefined;
  return { site: { file }, stats, stop: async () => {} };
}

/** The servers of one work, one per protocol, each started when asked for. */
function serversFor(work) {
  const folder = path.join(BUILD, 'www', work.body);
  const { file, size } = writeBody(work.body, folder);
  const started = new Map();
  const starts = {
    file: () => openFile(file),
    http1: () => startPlain(file, work.server ?? []),
    tls: () => startTls(file),
    h2: () => startHttp2(folder, 'h2'),
    h2c: () => startHttp2(folder, 'h2c'),
  };

  return {
    bodySize: size,
    get(protocol) {
      if (!started.has(protocol)) started.set(protocol, starts[protocol]());
      return started.get(protocol);
    },
    async stop() {
      for (const server of started.values()) await (await server).stop();
    },
  };
}

module.exports = {
  BUILD,
  end,
  findFreePort,
  isListening,
  lacksTool,
  serversFor,
  waitUntilListening,
};

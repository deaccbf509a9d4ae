'use strict';

/** Each way from a caller to the upstream. */

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');

const { BUILD, end, findFreePort, waitUntilListening } = require('../servers');

const PROBE = path.join(__dirname, 'probe.js');

const NAIVE = path.join(__dirname, 'naive.js');

const BARE = path.join(__dirname, 'bare.js');

const ENGINE = path.join(__dirname, 'engine.js');

const RUST = path.join(BUILD, 'rust-proxy');

const OURS = path.join(
  __dirname,
  '../../proxy/bin/baseten-performance-proxy.js',
);

/** A Node program with the probe in it; what it prints is thrown away. */
async function startNode(name, file, args, port) {
  const child = spawn(process.execPath, ['--require', PROBE, file, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await waitUntilListening(child, port, name);
  const ask = async (message) => {
    const answered = once(child, 'message');
    child.send(message);
    return (await answered)[0];
  };
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    beginLoop: () => ask('begin'),
    endLoop: () => ask('end'),
    stop: () => end(child),
  };
}

function nginxSettings(folder, port, upstream) {
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
      upstream model {
        server ${new URL(upstream).host};
        keepalive 256;
        keepalive_requests 1000000;
      }
      server {
        listen 127.0.0.1:${port};
        keepalive_requests 1000000;
        client_max_body_size 64m;
        location / {
          proxy_pass http://model;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
        }
      }
    }`;
}

async function startNginx(upstream) {
  const folder = path.join(BUILD, 'nginx');
  const port = await findFreePort();
  const settings = path.join(folder, 'nginx.conf');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(settings, nginxSettings(folder, port, upstream));
  const child = spawn('nginx', ['-p', folder, '-e', 'stderr', '-c', settings], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await waitUntilListening(child, port, 'nginx');
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    stop: () => end(child),
  };
}

async function startNaive(upstream, { batchSize }) {
  const port = await findFreePort();
  const args = [port, upstream, batchSize].map(String);
  return startNode('the naive proxy', NAIVE, args, port);
}

/** A program that is told its port and the upstream, and nothing else. */
const starterOf = (name, file) => async (upstream) => {
  const port = await findFreePort();
  return startNode(name, file, [port, upstream].map(String), port);
};

async function startRust(upstream, { batchSize }) {
  const port = await findFreePort();
  const flags = [
    ...['--port', port, '--target-url', upstream, '--http-version', 1],
    ...['--batch-size', batchSize, '--max-chars-per-request', 256000],
    ...['--upstream-api-key', 'test-key', '--log-level', 'error'],
  ];
  const child = spawn(RUST, flags.map(String), {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await waitUntilListening(child, port, 'the Rust proxy');
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    stop: () => end(child),
  };
}

async function startOurs(upstream, { batchSize }) {
  const port = await findFreePort();
  const flags = [
    ...['--host', '127.0.0.1', '--port', port, '--target-url', upstream],
    ...['--batch-size', batchSize, '--max-chars-per-request', 256000],
  ];
  return startNode('our proxy', OURS, flags.map(String), port);
}

/** Why a contender cannot run here, or nothing. */
function lacksContender(id) {
  if (id !== 'rust' || fs.existsSync(RUST)) return undefined;
  return 'make bench-rust-proxy builds it';
}

const CONTENDERS = {
  direct: {
    label: 'no proxy',
    start: async (upstream) => ({ url: upstream, stop: async () => {} }),
  },
  nginx: { label: 'nginx proxy_pass', start: startNginx },
  bare: {
    label: 'Node, answers itself',
    start: starterOf('the bare server', BARE),
  },
  engine: {
    label: 'Node, asks the engine',
    start: starterOf('the floor', ENGINE),
  },
  naive: { label: 'Node, parses JSON', start: startNaive },
  rust: { label: "the original's Rust proxy", start: startRust },
  ours: { label: 'baseten-performance-proxy', start: startOurs },
};

module.exports = { CONTENDERS, lacksContender };

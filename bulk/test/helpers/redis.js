'use strict';

const { spawn } = require('node:child_process');

const { makeFolder } = require('./bulk-process');
const { findFreePort } = require('./free-port');

/** A Redis of the test's own, whose memory survives its restart. */
class Redis {
  #folder;
  #port;
  #child;

  constructor(folder, port) {
    this.#folder = folder;
    this.#port = port;
    this.url = `redis://127.0.0.1:${port}`;
  }

  async start() {
    const child = spawn('redis-server', [
      ...['--port', String(this.#port), '--bind', '127.0.0.1'],
      ...['--dir', this.#folder, '--save', '', '--appendonly', 'yes'],
      ...['--appendfsync', 'always', '--maxmemory-policy', 'noeviction'],
    ]);
    this.#child = child;
    let log = '';
    child.stdout.setEncoding('utf8');
    await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`redis-server: ${log}`)));
      child.stdout.on('data', (text) => {
        log += text;
        if (log.includes('Ready to accept connections')) resolve(undefined);
      });
    });
  }

  /** @param {NodeJS.Signals} [signal] */
  async stop(signal = 'SIGTERM') {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  /** Ends it without warning. */
  async crash() {
    await this.stop('SIGKILL');
  }

  /** Ends it without warning, and starts it again over what it had written. */
  async restart() {
    await this.crash();
    await this.start();
  }
}

/** @param {import('node:test').TestContext} t */
async function startRedis(t) {
  const redis = new Redis(makeFolder(t), await findFreePort());
  await redis.start();
  t.after(() => redis.stop());
  return redis;
}

module.exports = { startRedis };

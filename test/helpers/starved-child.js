'use strict';

/*
 * A client in a process of its own, whose limits can be drawn tight:
 *
 *   const child = new StarvedChild();
 *   child.limit('nofile', 64);
 *   const { answered, errors } = await child.ask(url, 300);
 *
 * A user other than root has it where we are root, who has no limit of threads.
 */

const { execFileSync, fork, spawnSync } = require('node:child_process');
const { once } = require('node:events');

const NOBODY = 65_534;

function owner() {
  return process.getuid() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

class StarvedChild {
  #owner = owner();
  #child = fork(__filename, ['child'], this.#owner);

  /** Settles when all is loaded, so that only calls want resources. */
  async ready() {
    await once(this.#child, 'message');
  }

  /** Sets the soft limit of 'nofile' or 'nproc'. */
  limit(name, value) {
    const options = ['--pid', String(this.#child.pid), `--${name}=${value}:`];
    execFileSync('prlimit', options, this.#owner);
  }

  /** Sends `count` payloads at once. */
  async ask(url, count, maxRetries = 1) {
    this.#child.send({ url, count, maxRetries });
    const [result] = await once(this.#child, 'message');
    return result;
  }

  close() {
    this.#child.kill('SIGKILL');
  }
}

/** May the child read what it is to run? */
function canStarve() {
  return spawnSync('test', ['-r', __filename], owner()).status === 0;
}

/** How often each payload ended, how many well, and what is said of the rest. */
function account({ data, errors, partial, code, message }) {
  if (!data && !partial)
    return { answered: 0, endings: [1], errors: [{ code, message }] };
  const known = data ? { data, errors } : partial;
  const endings = known.data.map((value) => (value === null ? 0 : 1));
  const answered = endings.filter((ended) => ended === 1).length;
  for (const { firstInput, inputCount } of known.errors)
    for (let i = 0; i < inputCount; i++) endings[firstInput + i] += 1;
  return {
    ...{ answered, endings },
    errors: known.errors.map(({ error }) => ({
      code: error.code,
      message: error.message,
    })),
  };
}

function work() {
  const { PerformanceClient } = require('../..');
  const { native } = require('../../lib/native/binding');
  const clients = new Map();
  const clientOf = (url) => {
    if (!clients.has(url))
      clients.set(url, new PerformanceClient(url, { apiKey: 'key' }));
    return clients.get(url);
  };
  native(); // Loaded now, as it takes a descriptor; and so is what loads late:
  clientOf('http://127.0.0.1').stats();
  process.on('message', async ({ url, count, maxRetries }) => {
    const payloads = [...new Array(count).keys()];
    const response = await clientOf(url)
      .batchPost('/x', payloads, {
        ...{ maxConcurrentRequests: count, onError: 'partial' },
        ...{ maxRetries, initialBackoffMs: 50, timeoutS: 5 },
      })
      .catch((error) => error);
    const { retries } = clientOf(url).stats();
    process.send({ ...account(response), retries });
  });
  process.send('ready');
}

if (process.argv[2] === 'child') work();

module.exports = { StarvedChild, canStarve };

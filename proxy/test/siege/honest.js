'use strict';

/*
 * Honest callers, a process of its own: calls of several kinds at a steady
 * rate, whatever becomes of those before, so that a stalled proxy shows as late
 * answers and not as fewer calls. Asked, it tells its figures since it was last
 * asked; asked to stop, when all are answered.
 *
 *   node honest.js PORT TARGET
 */

const http = require('node:http');

const EVERY_MS = 25;

const CALLS = [
  {
    method: 'POST',
    path: '/v1/embeddings',
    body: JSON.stringify({ input: ['a', 'b', 'c', 'd'], model: 'm' }),
  },
  {
    method: 'POST',
    path: '/rerank',
    body: JSON.stringify({ query: 'q', texts: ['a', 'b'] }),
  },
  { method: 'GET', path: '/v1/models' },
  {
    method: 'POST',
    path: '/v1/chat/completions',
    body: JSON.stringify({ model: 'm', messages: [] }),
  },
];

class HonestCallers {
  #port;
  #target;
  #agent = new http.Agent({ keepAlive: true });
  #timer;

  /** @type {Set<Promise<void>>} */
  #running = new Set();

  /** Since the last look: ms of each call, and what was not answered by 200. */
  times = [];
  failures = [];

  constructor(port, target) {
    this.#port = port;
    this.#target = target;
  }

  start() {
    let n = 0;
    this.#timer = setInterval(() => {
      const call = this.#call(CALLS[n++ % CALLS.length]);
      this.#running.add(call);
      call.finally(() => this.#running.delete(call));
    }, EVERY_MS);
  }

  /** The figures since the last look. */
  take() {
    const { times, failures } = this;
    this.times = [];
    this.failures = [];
    times.sort((a, b) => a - b);
    const at = (share) => times[Math.floor(share * times.length)] ?? Infinity;
    return { count: times.length, p50: at(0.5), p99: at(0.99), failures };
  }

  async stop() {
    clearInterval(this.#timer);
    await Promise.all(this.#running);
    this.#agent.destroy();
  }

  async #call({ method, path, body }) {
    const startedAt = performance.now();
    try {
      const status = await this.#status(method, path, body);
      if (status !== 200) this.failures.push(`${path} ${status}`);
    } catch (error) {
      this.failures.push(`${path} ${error.code}`);
    }
    this.times.push(performance.now() - startedAt);
  }

  #status(method, path, body) {
    return new Promise((resolve, reject) => {
      const request = http.request({
        host: '127.0.0.1',
        port: this.#port,
        agent: this.#agent,
        method,
        path,
        headers: {
          authorization: 'Bearer honest',
          'x-target-host': this.#target,
          ...(body && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
          }),
        },
      });
      request.on('error', reject);
      request.on('response', (response) => {
        response.on('error', reject);
        response.on('end', () => resolve(response.statusCode));
        response.resume();
      });
      request.end(body);
    });
  }
}

const callers = new HonestCallers(Number(process.argv[2]), process.argv[3]);
callers.start();
process.on('message', async (question) => {
  if (question === 'stop') await callers.stop();
  process.send(callers.take());
});
process.on('disconnect', () => process.exit());

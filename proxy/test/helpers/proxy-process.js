'use strict';

const { spawn } = require('node:child_process');
const { EventEmitter, once } = require('node:events');
const path = require('node:path');

const PROGRAM = path.join(__dirname, '../../bin/baseten-performance-proxy.js');

/** The program in a process of its own, with nothing of our environment. */
class ProxyProcess extends EventEmitter {
  /** @type {object[]} of its log */
  lines = [];
  stdout = '';
  stderr = '';

  #child;
  #rest = '';

  /** @type {Promise<[number | null, string | null]>} */
  #ended;

  constructor(args, env, stdout = 'pipe') {
    super();
    this.#child = spawn(process.execPath, [PROGRAM, ...args], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', stdout, 'pipe'],
    });
    this.#ended = once(this.#child, 'close');
    this.#child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.stdout += text;
      this.#keepLines(text);
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
    });
  }

  get pid() {
    return this.#child.pid;
  }

  kill(signal = 'SIGTERM') {
    this.#child.kill(signal);
  }

  /** Reads its log no more, for now. */
  stall() {
    this.#child.stdout.pause();
  }

  resume() {
    this.#child.stdout.resume();
  }

  /** Closes our end of its log. */
  hangUp() {
    this.#child.stdout.destroy();
  }

  /** Its exit code, or the signal that ended it. */
  async end() {
    const [code, signal] = await this.#ended;
    return code ?? signal;
  }

  /** Settles with the first line of the log for which `test` holds. */
  async line(test) {
    for (;;) {
      const found = this.lines.find(test);
      if (found) return found;
      await once(this, 'line');
    }
  }

  /** Settles when it listens; then `port` tells where. */
  async listening() {
    const { port } = await this.line(({ msg }) => msg === 'listening');
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    return this;
  }

  #keepLines(text) {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines.filter((one) => one.startsWith('{'))) {
      this.lines.push(JSON.parse(line));
      this.emit('line');
    }
  }
}

/**
 * @param {import('node:test').TestContext} t ends it after the test
 * @param {string[]} args
 * @param {object} [env]
 * @param {number} [stdout] a file for its log
 */
function runProxy(t, args, env = {}, stdout = undefined) {
  const proxy = new ProxyProcess(args, env, stdout);
  t.after(() => proxy.kill('SIGKILL'));
  return proxy;
}

const ANYWHERE = ['--host', '127.0.0.1', '--port', '0'];

/** Runs it on a free port of 127.0.0.1 and waits until it listens. */
function startProxyProcess(t, args = [], env = {}) {
  return runProxy(t, [...ANYWHERE, ...args], env).listening();
}

module.exports = { runProxy, startProxyProcess };

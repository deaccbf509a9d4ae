'use strict';

/*
 * A proxy in this process whose upstream is a stand-in, for tests of what lies
 * between a caller and the handlers.
 *
 *   const proxy = await startProxy(t, { flags: ['--max-queue', '1'] });
 *   ... proxy.url, proxy.port, proxy.lines (of the log), proxy.exchanges
 *   const answer = await ask(proxy, { method: 'POST', body: '{}' });
 *   ... answer.status, answer.headers, answer.text, answer.json
 *
 * Without handlers of the test's own, calls are answered with their body.
 */

const { EventEmitter, once } = require('node:events');
const http = require('node:http');
const http2 = require('node:http2');
const net = require('node:net');

const { Admission } = require('../../lib/server/admission');
const { readConfig } = require('../../lib/start/config');
const { Log } = require('../../lib/telemetry/log');
const { Server } = require('../../lib/server/server');

const TEXT = { 'content-type': 'text/plain' };

async function echo(exchange) {
  exchange.reply(200, TEXT, await exchange.readBody());
}

function sayPage(name) {
  return (exchange) => exchange.reply(200, TEXT, `page ${name}`);
}

/**
 * @param {import('node:test').TestContext} t ends the proxy after the test
 * @param {{ flags?: string[], env?: object, handlers?: object }} [options]
 */
async function startProxy(t, { flags = [], env = {}, handlers = {} } = {}) {
  const config = readConfig(
    ['--host', '127.0.0.1', '--port', '0', ...flags],
    env,
  );
  const running = new RunningProxy(config, handlers);
  await running.listen();
  t.after(() => running.proxy.close());
  return running;
}

class RunningProxy extends EventEmitter {
  /** @type {object[]} */
  lines = [];

  /** Those that are over. */
  exchanges = [];

  constructor(config, handlers) {
    super();
    const log = new Log('debug', (text) => this.#keepLines(text));
    const pages = {
      metrics: sayPage('metrics'),
      status: sayPage('status'),
      statusPage: sayPage('statusPage'),
    };
    this.scheme = config.tlsCert ? 'https' : 'http';
    this.admission = new Admission(config);
    this.proxy = new Server(config, {
      handlers: {
        plan() {},
        embeddings: echo,
        rerank: echo,
        classify: echo,
        other: echo,
        ...handlers,
      },
      pages,
      admission: this.admission,
      log,
      metrics: { observe: (exchange) => this.exchanges.push(exchange) },
    });
  }

  async listen() {
    this.port = (await this.proxy.listen()).port;
    this.url = `${this.scheme}://127.0.0.1:${this.port}`;
  }

  /** Settles with the first line of the log for which `test` holds. */
  async line(test) {
    for (;;) {
      const found = this.lines.find(test);
      if (found) return found;
      await once(this, 'line');
    }
  }

  #keepLines(text) {
    for (const line of text.trim().split('\n')) {
      this.lines.push(JSON.parse(line));
      this.emit('line');
    }
  }
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One request over HTTP/1.1, on a connection of its own, `from` an address. */
function ask({ port }, options = {}) {
  const { method = 'GET', path = '/', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        port,
        host: '127.0.0.1',
        localAddress: options.from,
        method,
        path,
        headers,
        agent: options.agent,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => (text += part));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status, headers: answered } = response;
          resolve({ status, headers: answered, text, json: parseJson(text) });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** One request over HTTP/2, on a session of its own or a given one. */
function askHttp2({ url }, options = {}) {
  const { method = 'GET', path = '/', headers = {}, body, ca } = options;
  const session = options.session ?? http2.connect(url, { ca });
  return new Promise((resolve, reject) => {
    if (!options.session) session.on('error', reject);
    const stream = session.request({
      ':method': method,
      ':path': path,
      ...headers,
    });
    let answered = {};
    let text = '';
    stream.on('response', (head) => (answered = head));
    stream.setEncoding('utf8').on('data', (part) => (text += part));
    stream.on('error', reject);
    stream.on('close', () => {
      if (!options.session) session.close();
      const status = answered[':status'];
      resolve({ status, headers: answered, text, json: parseJson(text) });
    });
    stream.end(body);
  });
}

/** Sends bytes as they are; settles with all that came back, at the end. */
function sendRaw({ port }, ...parts) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (part) => (text += part));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
    for (const part of parts) socket.write(part);
  });
}

/** The JSON body of an answer that sendRaw brought. */
function bodyOf(answer) {
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
}

module.exports = { ask, askHttp2, bodyOf, sendRaw, startProxy };

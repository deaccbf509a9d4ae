'use strict';

/*
 * A forward proxy on 127.0.0.1 that may fail whoever asks it.
 *
 *   const proxy = await startFaultProxy(t, ['refuse', undefined]);
 *   ... proxy.url, proxy.heads
 *
 * `fates` is a list in order, or (n) => fate, over all that is asked of it:
 * CONNECT meets one of TUNNELS below, a plain request one of RELAYS; undefined,
 * and a name that the other of them has, is served well.
 */

const net = require('node:net');

const { resetConnection } = require('./reset');

const HEAD_END = '\r\n\r\n';
const OPENED = 'HTTP/1.1 200 Connection established\r\n\r\n';

const SLOW_MS = 100;

/** Bytes of the far side that pass before a tunnel or an answer fails. */
const FEW_BYTES = 100;

function answer(status, extra = '', body = '<html>no</html>') {
  const framing = `connection: close\r\ncontent-length: ${body.length}\r\n`;
  return `HTTP/1.1 ${status} No\r\n${framing}${extra}\r\n${body}`;
}

/** Fates of both: (socket, serve), where `serve` is to do it well. */
const SHARED = {
  close: (socket) => socket.destroy(),
  reset: resetConnection,
  'half-close': (socket) => socket.end(),
  hang: () => {},
  garbage: (socket) => socket.end('\x00\x01\x02 no proxy here \xff\r\n'),
  'hang-in-head': (socket) => socket.write('HTTP/1.1 200 Connec'),
  'cut-in-head': (socket) => socket.end('HTTP/1.1 200 Connec'),
  'endless-head': (socket) =>
    socket.write(`HTTP/1.1 200 OK\r\n${'x-filler: 1\r\n'.repeat(40_000)}`),
  403: (socket) => socket.end(answer(403)),
  502: (socket) => socket.end(answer(502)),
  503: (socket) => socket.end(answer(503)),
  407: (socket) =>
    socket.end(answer(407, 'proxy-authenticate: Basic realm="x"\r\n')),
  '407-unknown': (socket) =>
    socket.end(answer(407, 'proxy-authenticate: Riddle\r\n')),
  slow: (_socket, serve) => setTimeout(serve, SLOW_MS).unref(),
  'after-100': (socket, serve) => {
    socket.write('HTTP/1.1 100 Continue\r\n\r\n');
    serve();
  },
};

/** What may become of CONNECT. */
const TUNNELS = {
  ...SHARED,
  'cut-tunnel': (socket, serve) => cutAfter(socket, serve(), FEW_BYTES),
  'reset-tunnel': (socket, serve) =>
    serve().on('data', () => resetConnection(socket)),
  'silent-tunnel': (socket) => socket.write(OPENED),
  'closed-tunnel': (socket) => socket.end(OPENED),
  'garbage-in-tunnel': (socket) => socket.end(`${OPENED}who is there?\r\n`),
  'body-before-tunnel': (socket, serve) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n');
    serve();
  },
};

/** What may become of a plain request. */
const RELAYS = {
  ...SHARED,
  'cut-answer': (socket, serve) => cutAfter(socket, serve(), FEW_BYTES),
  'hang-in-answer': (socket) =>
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"half":'),
  'page-instead': (socket) => socket.end(answer(200)),
  'broken-chunk': (socket) =>
    socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'),
};

/** Ends what `far` sends to `socket` behind its first bytes. */
function cutAfter(socket, far, count) {
  far.unpipe(socket);
  far.once('data', (bytes) => socket.end(bytes.subarray(0, count))).resume();
}

class FaultProxy {
  /** The request heads so far. */
  heads = [];
  url;

  #fates;
  #server = net.createServer((socket) => this.#admit(socket));
  #sockets = new Set();

  /** @param {string[] | ((n: number) => string | undefined)} fates */
  constructor(fates) {
    this.#fates = typeof fates === 'function' ? fates : (n) => fates[n];
  }

  async listen() {
    await new Promise((resolve) =>
      this.#server.listen(0, '127.0.0.1', 511, resolve),
    );
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Ends every connection at once. */
  close() {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  #keep(socket) {
    this.#sockets.add(socket);
    return socket
      .on('error', () => {})
      .on('close', () => this.#sockets.delete(socket));
  }

  /** Reads one head; whatever follows it is the far side's. */
  #admit(socket) {
    let bytes = Buffer.alloc(0);
    const read = (data) => {
      bytes = Buffer.concat([bytes, data]);
      const end = bytes.indexOf(HEAD_END);
      if (end < 0) return;
      socket.off('data', read);
      this.#serve(socket, bytes.toString('latin1', 0, end), bytes);
    };
    this.#keep(socket).on('data', read);
  }

  #serve(socket, head, bytes) {
    const fate = this.#fates(this.heads.push(head) - 1);
    const [method, place] = head.split(' ');
    const isTunnel = method === 'CONNECT';
    const { host } = new URL(isTunnel ? `http://${place}` : place);
    const serve = () => {
      const far = this.#connect(host, socket);
      if (isTunnel) socket.write(OPENED);
      else far.write(bytes);
      return far;
    };
    const play = (isTunnel ? TUNNELS : RELAYS)[fate] ?? ((_, well) => well());
    play(socket, serve);
  }

  /** A plain request's whole connection is for one host: ours has no other. */
  #connect(host, socket) {
    const [name, port] = host.split(':');
    const far = this.#keep(net.connect(Number(port), name));
    far.on('close', () => socket.destroy());
    socket.on('close', () => far.destroy());
    socket.pipe(far).pipe(socket);
    return far;
  }
}

/**
 * @param {import('node:test').TestContext} t closes it after the test
 * @param {string[] | ((n: number) => string | undefined)} fates
 */
async function startFaultProxy(t, fates) {
  const proxy = new FaultProxy(fates);
  await proxy.listen();
  t.after(() => proxy.close());
  return proxy;
}

module.exports = {
  FaultProxy,
  RELAYS: Object.keys(RELAYS),
  TUNNELS: Object.keys(TUNNELS),
  startFaultProxy,
};

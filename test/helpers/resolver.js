'use strict';

/*
 * The name server of a network of its own (namespace.sh), on 127.0.0.1:53. What
 * becomes of a question follows from the label before "test", and from how
 * often the name was asked for:
 *
 *   7.slow.test   after a while, that it is 127.0.0.1
 */

const dgram = require('node:dgram');

const A = 1;
const AAAA = 28;
const CNAME = 5;

const NO_ERROR = 0;
const SERVER_FAILURE = 2;
const NO_SUCH_NAME = 3;
const REFUSED = 5;

const RIGHT = [127, 0, 0, 1];

/** Where nothing listens. */
const CLOSED = [127, 0, 0, 77];

/** Where nothing comes back from: see namespace.sh. */
const HOLE = [0xfd, ...new Array(14).fill(0), 1];

const SOME_MS = 300;
const LATE_MS = 2500;
const LONG_MS = 5000;

const only =
  (type, ...addresses) =>
  ({ type: asked }) => ({
    records: asked === type ? addresses.map((data) => ({ type, data })) : [],
  });

/** What is said, by label: (question, n) => { code, records, delayMs, … }. */
const ANSWERS = {
  right: only(A, RIGHT),
  missing: () => ({ code: NO_SUCH_NAME }),
  failing: () => ({ code: SERVER_FAILURE }),
  refusing: () => ({ code: REFUSED }),
  'failing-once': (question, n) =>
    n === 0 ? { code: SERVER_FAILURE } : ANSWERS.right(question),
  silent: () => undefined,
  slow: (question) => ({ ...ANSWERS.right(question), delayMs: SOME_MS }),
  late: (question) => ({ ...ANSWERS.right(question), delayMs: LATE_MS }),
  'very-slow': (question) => ({ ...ANSWERS.right(question), delayMs: LONG_MS }),
  empty: () => ({ records: [] }),
  closed: only(A, CLOSED),
  'closed-and-right': only(A, CLOSED, RIGHT),
  'hole-only': only(AAAA, HOLE),
  'hole-and-right': ({ type }) => ({
    records:
      type === AAAA ? [{ type, data: HOLE }] : [{ type: A, data: RIGHT }],
  }),
  changing: ({ type }, n) => only(A, n === 0 ? CLOSED : RIGHT)({ type }),
  many: only(A, ...new Array(20).fill(RIGHT)),
  loop: ({ labels }) => ({ records: [{ type: CNAME, data: labels }] }),
  cut: (question) => ({ ...ANSWERS.right(question), size: 20 }),
  garbage: () => ({ bytes: Buffer.from('what is a name?') }),
  'of-another': (question) => ({ ...ANSWERS.right(question), id: 0xbad }),
};

/** The labels and the type that a packet asks for. */
function questionOf(packet) {
  const labels = [];
  let at = 12;
  for (let size = packet[at]; size > 0; size = packet[at]) {
    labels.push(packet.toString('latin1', at + 1, at + 1 + size));
    at += size + 1;
  }
  return { labels, type: packet.readUInt16BE(at + 1), end: at + 5 };
}

function record({ type, data }) {
  const bytes =
    type === CNAME
      ? Buffer.concat([
          ...data.map((label) =>
            Buffer.from([label.length, ...Buffer.from(label)]),
          ),
          Buffer.from([0]),
        ])
      : Buffer.from(data);
  const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(bytes.length, 10);
  return Buffer.concat([head, bytes]);
}

function reply(
  packet,
  end,
  { code = NO_ERROR, records = [], id, size, bytes },
) {
  if (bytes) return bytes;
  const head = Buffer.alloc(12);
  head.writeUInt16BE(id ?? packet.readUInt16BE(0), 0);
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  const question = packet.subarray(12, end);
  const whole = Buffer.concat([head, question, ...records.map(record)]);
  return whole.subarray(0, size);
}

class Resolver {
  /** How often each name was asked for its IPv4 addresses. */
  asked = new Map();

  #timers = new Set();
  #socket = dgram.createSocket('udp4');

  async open() {
    this.#socket.on('message', (packet, from) => this.#answer(packet, from));
    await new Promise((resolve) => this.#socket.bind(53, '127.0.0.1', resolve));
  }

  close() {
    for (const timer of this.#timers) clearTimeout(timer);
    return new Promise((resolve) => this.#socket.close(resolve));
  }

  #answer(packet, { port, address }) {
    const question = questionOf(packet);
    const name = question.labels.join('.');
    const n = this.asked.get(name) ?? 0;
    if (question.type === A) this.asked.set(name, n + 1);
    const said = ANSWERS[question.labels.at(-2)]?.(question, n);
    if (said === undefined) return;
    const bytes = reply(packet, question.end, said);
    const send = () => this.#socket.send(bytes, port, address, () => {});
    if (said.delayMs) this.#timers.add(setTimeout(send, said.delayMs));
    else send();
  }
}

module.exports = { FATES: Object.keys(ANSWERS), Resolver };

'use strict';

/*
 * HTTP/2 frames that no server of good manners sends. Node's server speaks
 * first and understands the request; these bytes are put between its own, on
 * the socket below its session, so that size, type, flags and stream of each
 * frame can be wrong.
 */

const TYPES = {
  ...{ data: 0, headers: 1, priority: 2, reset: 3, settings: 4, push: 5 },
  ...{ ping: 6, goaway: 7, windowUpdate: 8, continuation: 9, unknown: 0x7e },
};

const END_STREAM = 1;
const END_HEADERS = 4;
const PADDED = 8;
const ACK = 1;

const INITIAL_WINDOW = 4;
const MAX_STREAMS = 3;
const MAX_FRAME = 5;
const ENABLE_PUSH = 2;
const TABLE_SIZE = 1;

const MOST_WINDOW = 0x7fffffff;

/** Above what a client owes an answer to at once. */
const FLOOD = 20_000;

/** ":status: 200" and an indexed field that no table has. */
const STATUS_200 = Buffer.from([0x88]);
const NO_SUCH_FIELD = Buffer.from([0xff, 0xff, 0x7f]);

/** One frame; `length` lies about the payload. */
function frame(type, flags, stream, payload, length = payload.length) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(length, 0, 3);
  head[3] = TYPES[type];
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function words(...values) {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32BE(value >>> 0, 4 * i));
  return bytes;
}

function setting(id, value) {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(id);
  bytes.writeUInt32BE(value >>> 0, 2);
  return frame('settings', 0, 0, bytes);
}

/** A literal field, neither packed nor remembered; both sides below 127. */
function field(name, value) {
  const sized = (text) => [Buffer.from([text.length]), Buffer.from(text)];
  return Buffer.concat([Buffer.from([0]), ...sized(name), ...sized(value)]);
}

/** A field of 4,000 bytes that is remembered, and named a thousand times. */
function bomb() {
  const size = 4000 - 127;
  const length = [0x7f, (size & 0x7f) | 0x80, size >> 7];
  return Buffer.concat([
    Buffer.from([0x88, 0x40, 1, 0x78, ...length]),
    Buffer.alloc(4000, 'a'),
    Buffer.alloc(1000, 0xbe),
  ]);
}

function many(count, make) {
  return Buffer.concat(Array.from({ length: count }, (_, i) => make(i)));
}

const NOTHING = Buffer.alloc(0);
const BYTES_8 = Buffer.alloc(8);
const KIB = Buffer.alloc(1024, 'a');

/** What each way puts on the wire, for the stream `id`; nothing follows it. */
const BROKEN = {
  'data-before-headers': (id) => frame('data', END_STREAM, id, KIB),
  'data-on-stream-0': () => frame('data', 0, 0, KIB),
  'data-on-idle-stream': (id) => frame('data', 0, id + 100, KIB),
  'data-too-large': (id) => frame('data', 0, id, KIB, 0xffffff),
  'data-padded-too-far': (id) =>
    frame('data', PADDED, id, Buffer.from([200, 1, 2])),
  'headers-on-stream-0': () => frame('headers', END_HEADERS, 0, STATUS_200),
  'headers-on-even-stream': () => frame('headers', END_HEADERS, 2, STATUS_200),
  'headers-without-status': (id) =>
    frame('headers', END_HEADERS, id, field('server', 'x')),
  'headers-with-bad-status': (id) =>
    frame('headers', END_HEADERS, id, field(':status', '20x')),
  'headers-in-capitals': (id) =>
    frame(
      ...['headers', END_HEADERS, id],
      Buffer.concat([STATUS_200, field('Server', 'x')]),
    ),
  'headers-of-no-table': (id) =>
    frame('headers', END_HEADERS, id, NO_SUCH_FIELD),
  'headers-bomb': (id) => frame('headers', END_HEADERS, id, bomb()),
  'headers-interrupted': (id) =>
    Buffer.concat([
      frame('headers', 0, id, STATUS_200),
      frame('data', END_STREAM, id, KIB),
    ]),
  'continuation-alone': (id) => frame('continuation', END_HEADERS, id, KIB),
  'continuation-flood': (id) =>
    Buffer.concat([
      frame('headers', 0, id, STATUS_200),
      many(2000, (i) => frame('continuation', 0, id, field(`x${i}`, 'y'))),
    ]),
  'continuation-empty-flood': (id) =>
    Buffer.concat([
      frame('headers', 0, id, STATUS_200),
      many(FLOOD, () => frame('continuation', 0, id, NOTHING)),
    ]),
  'settings-of-5-bytes': () => frame('settings', 0, 0, KIB.subarray(0, 5)),
  'settings-ack-of-8-bytes': () => frame('settings', ACK, 0, BYTES_8),
  'settings-on-a-stream': (id) => frame('settings', 0, id, NOTHING),
  'settings-window-overflow': () => setting(INITIAL_WINDOW, 0x80000000),
  'settings-frame-too-small': () => setting(MAX_FRAME, 100),
  'settings-push': () => setting(ENABLE_PUSH, 1),
  'settings-flood': () => many(FLOOD, (i) => setting(TABLE_SIZE, i % 4096)),
  'ping-of-5-bytes': () => frame('ping', 0, 0, KIB.subarray(0, 5)),
  'ping-on-a-stream': (id) => frame('ping', 0, id, BYTES_8),
  'ping-flood': () => many(FLOOD, () => frame('ping', 0, 0, BYTES_8)),
  'window-overflow': () =>
    many(2, () => frame('windowUpdate', 0, 0, words(MOST_WINDOW))),
  'window-overflow-of-a-stream': (id) =>
    many(2, () => frame('windowUpdate', 0, id, words(MOST_WINDOW))),
  'window-by-nothing': () => frame('windowUpdate', 0, 0, words(0)),
  'window-of-5-bytes': () => frame('windowUpdate', 0, 0, KIB.subarray(0, 5)),
  'window-of-an-idle-stream': (id) =>
    frame('windowUpdate', 0, id + 100, words(1)),
  'push-promise': (id) =>
    frame(...['push', END_HEADERS, id], Buffer.concat([words(2), STATUS_200])),
  'reset-of-5-bytes': (id) => frame('reset', 0, id, KIB.subarray(0, 5)),
  'reset-on-stream-0': () => frame('reset', 0, 0, words(2)),
  'reset-of-an-idle-stream': (id) => frame('reset', 0, id + 100, words(2)),
  'reset-storm': (id) => many(FLOOD, () => frame('reset', 0, id, words(8))),
  'goaway-last-stream-0': () => frame('goaway', 0, 0, words(0, 0)),
  'goaway-with-error': () => frame('goaway', 0, 0, words(0, 11)),
  'goaway-of-5-bytes': () => frame('goaway', 0, 0, KIB.subarray(0, 5)),
  'goaway-that-grows': (id) =>
    Buffer.concat([
      frame('goaway', 0, 0, words(0, 0)),
      frame('goaway', 0, 0, words(id + 100, 0)),
    ]),
  'priority-of-4-bytes': (id) => frame('priority', 0, id, words(1)),
  'priority-on-itself': (id) =>
    frame('priority', 0, id, Buffer.concat([words(id), Buffer.from([1])])),
  'cut-in-frame': (id) => frame('headers', END_HEADERS, id, KIB).subarray(0, 7),
};

/** Allowed, if rude: the right answer follows. */
const HARMLESS = {
  'unknown-frame': (id) => frame('unknown', 0xff, id, KIB),
  'settings-of-unknown-ids': () => setting(0x7777, 1),
  'settings-large-window': () => setting(INITIAL_WINDOW, MOST_WINDOW),
  'settings-small-table': () => setting(TABLE_SIZE, 0),
  'settings-no-streams-for-a-while': () =>
    Buffer.concat([setting(MAX_STREAMS, 0), setting(MAX_STREAMS, 100)]),
  'settings-no-window-for-a-while': () =>
    Buffer.concat([setting(INITIAL_WINDOW, 0), setting(INITIAL_WINDOW, 65535)]),
  'some-pings': () => many(10, () => frame('ping', 0, 0, BYTES_8)),
  'priority-of-another': (id) =>
    frame('priority', 0, id + 100, Buffer.concat([words(0), STATUS_200])),
  'empty-settings': () => frame('settings', 0, 0, NOTHING),
};

/** The socket that carries the frames: the TLS socket where there is one. */
function carrier(raw) {
  return raw.secured ?? raw;
}

/** Ways to answer, as in http2-faults.js, from bytes by the stream's id. */
function waysOf(table, goOn) {
  return Object.fromEntries(
    Object.entries(table).map(([name, bytes]) => [
      name,
      (stream, answer, raw) => {
        carrier(raw).write(bytes(stream.id));
        goOn(stream, answer);
      },
    ]),
  );
}

module.exports = { BROKEN, HARMLESS, waysOf };

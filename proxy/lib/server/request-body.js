'use strict';

/*
 * The body of a request: all of it in one Buffer, decoded, or a look at its
 * beginning. A refusal when it is too large, too slow, broken, or left.
 */

const { setImmediate } = require('node:timers/promises');
const zlib = require('node:zlib');

const { releaseMemory } = require('baseten-performance-client/internal');

const { Refusal } = require('../base/errors');

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('./exchange').Exchange} Exchange */
/** @typedef {import('./exchange').ExchangeContext} ExchangeContext */
/** @typedef {(options: zlib.ZlibOptions) => import('node:stream').Transform} Decoder */

/**
 * The first bytes of a body, or a whole one.
 * @typedef {object} BodyStart
 * @property {Buffer} bytes
 * @property {boolean} isWhole if not, these bytes are still to be read as well
 */

/**
 * Judges what has arrived; `before` bytes of it have been judged already.
 * @typedef {(bytes: Buffer, before: number) => boolean} IsEnough
 */

const FIRST_CAPACITY = 64 * 1024;

/**
 * Also the room made ahead because of an announced size, which may be a lie.
 */
const LARGEST_PIECE = 1024 * 1024;

/** Pieces in which zlib hands out what it has decoded. */
const PIECE_SIZE = 256 * 1024;

/** @type {ReadonlyMap<string, Decoder>} each on a thread of zlib's */
const DECODERS = new Map([
  ['gzip', zlib.createGunzip],
  ['x-gzip', zlib.createGunzip],
  ['deflate', zlib.createInflate],
  ['br', zlib.createBrotliDecompress],
]);

/**
 * @param {number} most
 * @returns {Refusal}
 */
function tooLarge(most) {
  return new Refusal(
    413,
    'BODY_TOO_LARGE',
    `the body must have at most ${most} bytes`,
  );
}

/** Nobody is left to read it; it only ends the handler. */
function callerLeft() {
  return new Refusal(499, 'CALLER_LEFT', 'the caller left');
}

/**
 * Frees a piece that is needed no more: the collector would come only when many
 * lie about, and they are not counted any more.
 * @param {Buffer} piece
 */
function free(piece) {
  // Small chunks share their memory with others.
  if (piece.length > 0 && piece.length === piece.buffer.byteLength)
    releaseMemory(piece);
}

/**
 * Chunks gathered into one Buffer. A single chunk is kept as it is; others are
 * copied, since a caller who sends single bytes would cost us a hundred each,
 * into memory that doubles until it is a megabyte, and then into more of that
 * size. Those are joined one a turn of the event loop: nobody waits for the
 * copying of many megabytes. Memory is counted before it is made, and refused
 * by whoever counts it.
 */
class GrowingBuffer {
  #expected;
  #most;
  #hold;

  /** @type {Buffer[]} full ones */
  #pieces = [];

  /** @type {Buffer} the last one */
  #piece = Buffer.alloc(0);

  /** What of it is filled. */
  #filled = 0;

  /** What was appended. */
  #length = 0;

  /**
   * @param {number} expected size announced, 0 when none
   * @param {number} most bytes that it may get; a Refusal above
   * @param {(bytes: number) => void} hold counts memory, or throws
   */
  constructor(expected, most, hold) {
    this.#expected = expected;
    this.#most = most;
    this.#hold = hold;
  }

  /** @param {Buffer} chunk not changed by its owner any more */
  append(chunk) {
    if (this.#length + chunk.length > this.#most) throw tooLarge(this.#most);
    if (this.#length > 0) {
      this.#copy(chunk);
      return;
    }
    this.#hold(chunk.length);
    this.#piece = chunk;
    this.#filled = chunk.length;
    this.#length = chunk.length;
  }

  /** What was appended, where that is one piece. */
  get single() {
    if (this.#pieces.length > 0) return undefined;
    return this.#piece.subarray(0, this.#filled);
  }

  /**
   * What was appended, in order. Once.
   * @param {() => void} check called now and then, may throw
   * @returns {Promise<Buffer>}
   */
  async take(check) {
    const { single } = this;
    if (single) return single;
    const whole = Buffer.allocUnsafeSlow(this.#length);
    let at = 0;
    this.#pieces.push(this.#piece);
    this.#piece = Buffer.alloc(0);
    try {
      for (let piece; (piece = this.#pieces.shift());) {
        at += piece.copy(whole, at); // of the last one, as much as is filled
        free(piece);
        await setImmediate();
        check();
      }
    } finally {
      this.discard();
    }
    return whole;
  }

  /** Lets go of what was appended, which nobody wants any more. */
  discard() {
    this.#pieces.forEach(free);
    free(this.#piece);
    this.#pieces = [];
    this.#piece = Buffer.alloc(0);
  }

  /** @param {Buffer} chunk */
  #copy(chunk) {
    let at = 0;
    while (at < chunk.length) {
      if (this.#filled === this.#piece.length) this.#grow(chunk.length - at);
      const copied = chunk.copy(this.#piece, this.#filled, at);
      this.#filled += copied;
      this.#length += copied;
      at += copied;
    }
  }

  /** @param {number} more that is there already */
  #grow(more) {
    const full = this.#piece;
    const isLarge = full.length >= LARGEST_PIECE;
    const kept = isLarge ? 0 : full.length;
    const announced = this.#expected - this.#length;
    const room =
      announced > 0 ? announced : Math.max(kept, more, FIRST_CAPACITY);
    const size = Math.min(kept + room, LARGEST_PIECE);
    this.#hold(size - kept);
    this.#piece = Buffer.allocUnsafeSlow(size);
    this.#filled = kept;
    if (isLarge) this.#pieces.push(full);
    else full.copy(this.#piece);
  }
}

/**
 * Listens to a request until a listener resolves or rejects; a body that is
 * too slow, or left by its caller, is refused.
 * @template Value
 * @param {Exchange} exchange
 * @param {'data' | 'readable'} event
 * @param {(resolve: (value: Value) => void, reject: (error: Error) => void) =>
 *   { onEvent: (chunk: any) => void, onEnd: () => void }} makeListeners
 * @returns {Promise<Value>}
 */
function follow(exchange, event, makeListeners) {
  const { request } = exchange;
  return new Promise((resolve, reject) => {
    let stop = () => {};
    const succeed = (/** @type {Value} */ value) => {
      stop();
      resolve(value);
    };
    const fail = (/** @type {Error} */ error) => {
      stop();
      request.pause();
      reject(error);
    };
    const onClose = () => fail(callerLeft());
    const { onEvent, onEnd } = makeListeners(succeed, fail);
    const lateness = exchange.whenLate(fail);
    request.on(event, onEvent).on('end', onEnd).on('close', onClose);
    stop = () => {
      clearTimeout(lateness);
      request.off(event, onEvent).off('end', onEnd).off('close', onClose);
    };
  });
}

/**
 * Room for a body, counted against the limits.
 * @param {Exchange} exchange
 * @param {ExchangeContext} context
 * @param {number} expected size, 0 when unknown
 */
function growingBuffer(exchange, { maxBodyBytes }, expected) {
  return new GrowingBuffer(expected, maxBodyBytes, (bytes) =>
    exchange.hold(bytes),
  );
}

/**
 * The body as it arrives, counted against the limits.
 * @param {Exchange} exchange
 * @param {ExchangeContext} context
 * @param {number} declared size, 0 when unknown
 * @returns {Promise<GrowingBuffer>}
 */
function receive(exchange, context, declared) {
  const body = growingBuffer(exchange, context, declared);
  return follow(exchange, 'data', (resolve, reject) => ({
    onEvent(/** @type {Buffer} */ chunk) {
      exchange.facts.bytesIn += chunk.length;
      try {
        body.append(chunk);
      } catch (error) {
        reject(error);
      }
    },
    onEnd: () => resolve(body),
  })).catch((error) => {
    body.discard();
    throw error;
  });
}

/** @param {Exchange} exchange */
function checkPresence(exchange) {
  if (exchange.isOver) throw callerLeft();
}

/**
 * How to decode a body with this Content-Encoding; undefined when it is plain.
 * @param {string | undefined} coding
 * @returns {Decoder | undefined}
 */
function decoderFor(coding) {
  const name = coding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return undefined;
  const decoder = DECODERS.get(name);
  if (decoder) return decoder;
  throw new Refusal(
    415,
    'UNSUPPORTED_ENCODING',
    'the body must be plain, or encoded by one of gzip, deflate and br',
    { headers: { 'accept-encoding': 'gzip, deflate, br' } },
  );
}

/**
 * Decodes piece by piece, each counted against the limits.
 * @param {Exchange} exchange
 * @param {ExchangeContext} context
 * @param {Buffer} body
 * @param {Decoder} createDecoder
 */
async function decode(exchange, context, body, createDecoder) {
  const decoded = growingBuffer(exchange, context, 0);
  const decoder = createDecoder({ chunkSize: PIECE_SIZE });
  decoder.end(body);
  try {
    for await (const piece of decoder) {
      checkPresence(exchange);
      decoded.append(piece);
    }
    return await decoded.take(() => checkPresence(exchange));
  } catch (cause) {
    decoded.discard();
    if (cause instanceof Refusal) throw cause;
    throw new Refusal(
      400,
      'INVALID_BODY',
      'the body is not what its Content-Encoding says',
      { cause },
    );
  }
}

/**
 * The whole body of a request in one Buffer, decoded.
 * @param {Exchange} exchange
 * @param {ExchangeContext} context
 * @returns {Promise<Buffer>}
 */
async function readBody(exchange, context) {
  const decoder = decoderFor(exchange.header('content-encoding'));
  const declared = Number(exchange.header('content-length') ?? 0);
  checkPresence(exchange);

  const received = await receive(exchange, context, declared);
  exchange.enterCall();
  const body =
    received.single ?? (await received.take(() => checkPresence(exchange)));
  if (!decoder || body.length === 0) return body;

  return decode(exchange, context, body, decoder);
}

/**
 * The beginning of a body, which is put back: as much as `isEnough` wants, or
 * all of it.
 * @param {Exchange} exchange
 * @param {IsEnough} isEnough
 * @returns {Promise<BodyStart>}
 */
function readStart(exchange, isEnough) {
  const { request, facts } = exchange;
  let bytes = Buffer.alloc(0);
  return follow(exchange, 'readable', (resolve, reject) => ({
    onEvent() {
      const chunk = request.read();
      if (chunk === null) return;
      try {
        exchange.hold(chunk.length);
      } catch (error) {
        reject(error);
        return;
      }
      const before = bytes.length;
      bytes = before === 0 ? chunk : Buffer.concat([bytes, chunk]);
      if (!isEnough(bytes, before)) return;
      resolve({ bytes, isWhole: false });
      request.unshift(bytes);
    },
    onEnd() {
      facts.bytesIn += bytes.length;
      resolve({ bytes, isWhole: true });
    },
  }));
}

/**
 * @param {IncomingMessage} request
 * @returns {boolean}
 */
function hasBody(request) {
  const { headers } = request;
  if (request.httpVersionMajor >= 2)
    return !(/** @type {any} */ (request).stream.endAfterHeaders);
  return (
    headers['transfer-encoding'] !== undefined ||
    Number(headers['content-length'] ?? 0) > 0
  );
}

module.exports = { hasBody, readBody, readStart, tooLarge };

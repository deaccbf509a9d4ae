'use strict';

const { isAscii, isUtf8 } = require('node:buffer');

const { readBytes } = require('./bytes');

/**
 * Lines in a row of a file, cut but not yet read.
 * @typedef {object} LineRun
 * @property {Buffer} bytes
 * @property {Uint32Array} ends where each line ends in `bytes`, its line break
 * excluded
 * @property {number} count
 * @property {number} offset of `bytes` in the file
 * @property {boolean} isUtf8 all of it
 * @property {number} tooLong 1 where the line is beyond the ceiling and `bytes`
 * hold but its head
 */

const NEWLINE = 10;

const RETURN = 13;

/** The longest line that is read. */
const MOST_LINE_BYTES = 64 * 1024 * 1024;

/** Of a line that is too long, what its error can show. */
const KEPT_BYTES = 256;

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Four bytes at once: in each a line break, a 1, or its highest bit. */
const BREAKS = 0x0a0a0a0a;
const ONES = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;

/** @param {Uint32Array} places that are all taken */
function grow(places) {
  const more = new Uint32Array(places.length * 2);
  more.set(places);
  return more;
}

/**
 * Finds the line breaks, four bytes at a time: for short lines that is several
 * times as fast as asking the buffer for each.
 * @param {Buffer} bytes
 * @returns {Uint32Array} the place of each
 */
function findBreaks(bytes) {
  const { buffer, byteOffset, length } = bytes;
  const first = Math.min(length, -byteOffset & 3); // up to a whole word
  const wordCount = (length - first) >>> 2;
  const start = wordCount > 0 ? byteOffset + first : 0;
  const words = new Int32Array(buffer, start, wordCount);
  let places = new Uint32Array(Math.max(16, length >>> 5));
  let count = 0;
  /** @type {(from: number, end: number) => void} */
  const look = (from, end) => {
    for (let i = from; i < end; i++)
      if (bytes[i] === NEWLINE) {
        if (count === places.length) places = grow(places);
        places[count++] = i;
      }
  };
  look(0, first);
  for (let word = 0; word < wordCount; word++) {
    // A byte becomes 0, and only then borrows into its highest bit.
    const zeroed = words[word] ^ BREAKS;
    if (((zeroed - ONES) & ~zeroed & HIGH_BITS) === 0) continue;
    look(first + word * 4, first + word * 4 + 4);
  }
  look(first + wordCount * 4, length);
  return places.subarray(0, count);
}

/**
 * @param {Buffer} bytes
 * @param {Uint32Array} ends
 * @param {number} offset
 * @returns {LineRun}
 */
function runOf(bytes, ends, offset, tooLong = 0) {
  const whole = isAscii(bytes) || isUtf8(bytes);
  return { bytes, ends, count: ends.length, offset, isUtf8: whole, tooLong };
}

/**
 * Cuts a file into lines. The last one may lack its line break.
 * @param {AsyncIterable<Buffer>} chunks
 * @param {number} offset of the first of them in the file
 * @returns {AsyncGenerator<LineRun, void>}
 */
async function* cutLines(chunks, offset) {
  /** @type {Buffer[]} */
  let open = []; // of a line whose break has not come
  let openSize = 0;
  for await (const chunk of chunks) {
    const places = findBreaks(chunk);
    if (places.length === 0) {
      openSize += chunk.length;
      // Beyond the ceiling only its length counts.
      if (openSize <= MOST_LINE_BYTES) open.push(chunk);
      continue;
    }
    const end = places[places.length - 1] + 1;
    if (openSize > MOST_LINE_BYTES) {
      const head = open[0].subarray(0, KEPT_BYTES);
      yield runOf(head, Uint32Array.of(head.length), offset, 1);
      offset += openSize + places[0] + 1;
      const rest = chunk.subarray(places[0] + 1, end);
      const from = places[0] + 1;
      yield runOf(
        rest,
        places.subarray(1).map((at) => at - from),
        offset,
      );
      offset += rest.length;
    } else if (openSize > 0) {
      const bytes = Buffer.concat([...open, chunk.subarray(0, end)]);
      const before = openSize;
      yield runOf(
        bytes,
        places.map((at) => at + before),
        offset,
      );
      offset += bytes.length;
    } else {
      yield runOf(chunk.subarray(0, end), places, offset);
      offset += end;
    }
    open = end < chunk.length ? [chunk.subarray(end)] : [];
    openSize = chunk.length - end;
  }
  if (openSize > MOST_LINE_BYTES) {
    const head = open[0].subarray(0, KEPT_BYTES);
    yield runOf(head, Uint32Array.of(head.length), offset, 1);
  } else if (openSize > 0)
    yield runOf(Buffer.concat(open), Uint32Array.of(openSize), offset);
}

/**
 * Drops the first bytes of what comes unpacked, where no file can be opened in
 * its middle.
 * @param {AsyncIterable<Buffer>} chunks
 * @param {number} count
 */
async function* skipBytes(chunks, count) {
  for await (const chunk of chunks) {
    if (count >= chunk.length) count -= chunk.length;
    else {
      yield count > 0 ? chunk.subarray(count) : chunk;
      count = 0;
    }
  }
}

/**
 * @param {string} path
 * @param {number} end
 * @returns {Promise<number>} line breaks among the first bytes of a file
 */
async function countBreaks(path, end) {
  let count = 0;
  let left = end;
  for await (const chunk of readBytes(path)) {
    const part = chunk.length > left ? chunk.subarray(0, left) : chunk;
    count += findBreaks(part).length;
    left -= part.length;
    if (left === 0) break;
  }
  return count;
}

/**
 * The text of a line; undefined when it is not UTF-8.
 * @param {LineRun} run
 * @param {number} from
 * @param {number} to
 */
function textOf({ bytes, isUtf8: isWhole, offset }, from, to) {
  let start = from;
  let end = to;
  if (end > start && bytes[end - 1] === RETURN) end -= 1;
  if (offset + start === 0 && bytes.indexOf(BYTE_ORDER_MARK) === 0) start += 3;
  if (!isWhole && !isUtf8(bytes.subarray(start, end))) return undefined;
  return bytes.toString('utf8', start, end);
}

module.exports = { countBreaks, cutLines, findBreaks, skipBytes, textOf };

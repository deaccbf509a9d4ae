'use strict';

const zlib = require('node:zlib');

const { Refusal } = require('../base/refusal');

/** @typedef {(error: NodeJS.ErrnoException | null, decoded: Buffer) => void} Decoded */
/** @typedef {(body: Buffer, options: object, done: Decoded) => void} Decoder */

/** Pieces in which zlib hands out what it has decoded. */
const PIECE_SIZE = 256 * 1024;

/** @type {ReadonlyMap<string, Decoder>} */
const DECODERS = new Map([
  ['gzip', /** @type {Decoder} */ (zlib.gunzip)],
  ['x-gzip', /** @type {Decoder} */ (zlib.gunzip)],
  ['deflate', /** @type {Decoder} */ (zlib.inflate)],
  ['br', /** @type {Decoder} */ (zlib.brotliDecompress)],
]);

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
 * Decodes on a thread of zlib's, and never makes more than `most` bytes.
 * @param {Buffer} body
 * @param {Decoder} decoder
 * @param {number} most
 * @returns {Promise<Buffer | undefined>} undefined when it would be larger
 */
function decode(body, decoder, most) {
  const options = { maxOutputLength: most, chunkSize: PIECE_SIZE };
  return new Promise((resolve, reject) => {
    decoder(body, options, (error, decoded) => {
      if (!error) resolve(decoded);
      else if (error.code === 'ERR_BUFFER_TOO_LARGE') resolve(undefined);
      else
        reject(
          new Refusal(
            400,
            'INVALID_BODY',
            'the body is not what its Content-Encoding says',
            { cause: error },
          ),
        );
    });
  });
}

module.exports = { decode, decoderFor };

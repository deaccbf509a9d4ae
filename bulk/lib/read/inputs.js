'use strict';

/*
 * Which files a job reads, in which order, and what tells that they are still
 * the same ones.
 */

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { glob, isDynamicPattern } = require('tinyglobby');

const { UsageError, systemError } = require('../base/errors');

/**
 * @typedef {object} Input
 * @property {string} path '-' for standard input
 * @property {'jsonl' | 'lines' | 'csv' | 'parquet'} format
 * @property {number} size bytes; 0 for standard input
 * @property {boolean} isCompressed
 */

/**
 * What tells whether inputs are the ones of an earlier run.
 * @typedef {{ name: string, size: number, head: string }} InputMark
 */

const STANDARD_INPUT = '-';

const FORMATS = Object.freeze(['jsonl', 'lines', 'csv', 'parquet']);

const BY_EXTENSION = new Map([
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
  ['.json', 'jsonl'],
  ['.csv', 'csv'],
  ['.tsv', 'csv'],
  ['.parquet', 'parquet'],
  ['.txt', 'lines'],
  ['.text', 'lines'],
]);

const COMPRESSED = /\.(gz|zst|zstd)$/;

/** Bytes at the head of a file that are part of its mark. */
const HEAD_SIZE = 64 * 1024;

const GZIP = 0x8b1f;

const ZSTD = 0xfd2fb528;

/**
 * @param {Uint8Array} head
 * @returns {'gzip' | 'zstd' | undefined}
 */
function compressionOf(head) {
  if (head.length < 4) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, 4);
  if (view.getUint16(0, true) === GZIP) return 'gzip';
  return view.getUint32(0, true) === ZSTD ? 'zstd' : undefined;
}

/**
 * @param {string} file
 * @returns {Input['format']}
 */
function formatOf(file) {
  const extension = path.extname(file.replace(COMPRESSED, '')).toLowerCase();
  const format = BY_EXTENSION.get(extension);
  if (format) return /** @type {Input['format']} */ (format);
  throw new UsageError(
    `cannot tell the format of ${file} from its name: give --input-format`,
  );
}

/**
 * @param {string} file
 * @returns {{ size: number, head: Buffer }}
 */
function readHead(file) {
  let fd;
  try {
    fd = fs.openSync(file, 'r');
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) throw new UsageError(`${file} is no file`);
    const head = Buffer.alloc(Math.min(HEAD_SIZE, stat.size));
    const count = fs.readSync(fd, head, 0, head.length, 0);
    return { size: stat.size, head: head.subarray(0, count) };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw systemError(`cannot read ${file}`, error);
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/** @param {string} pattern */
async function expand(pattern) {
  if (pattern === STANDARD_INPUT || fs.existsSync(pattern)) return [pattern];
  if (!isDynamicPattern(pattern)) return [pattern];
  const files = await glob(pattern, { expandDirectories: false });
  if (files.length === 0) throw new UsageError(`no file matches ${pattern}`);
  return files.sort();
}

/**
 * @param {readonly string[]} patterns files and globs, in order; the files of a
 * glob are sorted by name
 * @param {Input['format']} [format] of all of them; else as their names tell
 * @returns {Promise<Input[]>}
 */
async function findInputs(patterns, format) {
  const files = (await Promise.all(patterns.map(expand))).flat();
  if (files.length === 0)
    throw new UsageError(
      'no input: name files, globs, or - for standard input',
    );
  if (files.includes(STANDARD_INPUT) && files.length > 1)
    throw new UsageError(
      'standard input (-) cannot be read beside other files',
    );
  return files.map((file) => {
    if (file === STANDARD_INPUT)
      return {
        path: file,
        format: format ?? 'jsonl',
        size: 0,
        isCompressed: false,
      };
    const { size, head } = readHead(file);
    return {
      path: file,
      format: format ?? formatOf(file),
      size,
      isCompressed: compressionOf(head) !== undefined,
    };
  });
}

/**
 * @param {readonly Input[]} inputs
 * @returns {InputMark[]}
 */
function marksOf(inputs) {
  return inputs.map((input) => {
    const name = path.basename(input.path);
    if (input.path === STANDARD_INPUT) return { name, size: 0, head: '' };
    const { size, head } = readHead(input.path);
    const hash = createHash('sha256').update(head).digest('hex');
    return { name, size, head: hash };
  });
}

module.exports = {
  FORMATS,
  STANDARD_INPUT,
  compressionOf,
  findInputs,
  marksOf,
};

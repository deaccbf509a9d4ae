'use strict';

const path = require('node:path');

const { UsageError } = require('../base/errors');
const { arrow } = require('./arrow');
const { jsonl } = require('./jsonl');
const { parquet } = require('./parquet');
const { npy, safetensors } = require('./raw');

/**
 * What a part holds, row by row: either vectors or, as JSON members, values.
 * @typedef {object} Part
 * @property {number} rows
 * @property {number} dimensions 0 where there are no vectors
 * @property {Float32Array} matrix rows * dimensions
 * @property {string[]} [values] '"score":0.5' for example
 * @property {(string | number)[]} ids
 * @property {string} idName what they are called
 * @property {{ name: string, values: unknown[] }[]} columns passed along
 */

/** @typedef {{ rows: number, dimensions: number }} Shape */

/**
 * A way to write parts. Each part is a whole file of the format.
 * @typedef {object} Format
 * @property {boolean} hasIdsFile ids stand in a file beside
 * @property {boolean} hasColumns can columns be passed along?
 * @property {(part: Part) => Uint8Array[] | Promise<Uint8Array[]>} encode
 * @property {(file: string, part: { hasVectors: boolean, columnCount: number }) => any} readBack
 * what encode was given: matrix and dimensions, or values
 * @property {(fd: number, files: readonly string[], shape: Shape,
 *   names: { columns: readonly string[], idName: string }) => void | Promise<void>} merge
 * makes one file of the parts' files
 * @property {(file: string) => Shape | Promise<Shape>} inspect
 */

/** @type {Readonly<Record<string, Format>>} */
const FORMATS = Object.freeze({ jsonl, npy, parquet, arrow, safetensors });

const EXTENSIONS = new Map([
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
  ['.npy', 'npy'],
  ['.parquet', 'parquet'],
  ['.arrow', 'arrow'],
  ['.feather', 'arrow'],
  ['.safetensors', 'safetensors'],
]);

/**
 * @param {string} output a path
 * @returns {string} the name of its format
 */
function formatNameOf(output) {
  const name = EXTENSIONS.get(path.extname(output).toLowerCase());
  if (name) return name;
  throw new UsageError(
    `cannot tell the format of ${output} from its name: give --output-format`,
  );
}

module.exports = { FORMATS, formatNameOf };

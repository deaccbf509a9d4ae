'use strict';

const path = require('node:path');

const { UsageError } = require('../base/errors');
const { arrow } = require('./arrow');
const { jsonl } = require('./jsonl');
const { parquet } = require('./parquet');
const { npy, safetensors } = require('./raw');

/** @typedef {import('../base/new-file').NewFile} NewFile */
/** @typedef {import('../base/sources').Source} Source */

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

/** @typedef {{ columns: readonly string[], idName: string }} Names */

/**
 * Files of parts become one, in the order that they are added in.
 * @typedef {object} Merger
 * @property {(part: Source) => void | Promise<void>} add borrows it until it
 * returns, or settles
 * @property {() => void | Promise<void>} end writes what stands behind them
 */

/**
 * A way to write parts. Each part is a whole file of the format.
 * @typedef {object} Format
 * @property {boolean} hasIdsFile ids stand in a file beside
 * @property {boolean} hasColumns can columns be passed along?
 * @property {(part: Part) => Uint8Array[] | Promise<Uint8Array[]>} encode
 * @property {(file: string, part: { hasVectors: boolean, columnCount: number }) => any} readBack
 * what encode was given: matrix and dimensions, or values
 * @property {(out: NewFile, names: Names) => Merger | Promise<Merger>} merger
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

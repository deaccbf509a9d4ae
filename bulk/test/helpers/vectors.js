'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { FORMATS, formatNameOf } = require('../../lib/formats/formats');
const { readRows } = require('./bulk-process');

/** Ids as the readers of a format find them, which are not ours. */
const ID_READERS = {
  npy: (file) => readRows(`${file}.ids.jsonl`),
  safetensors: (file) => readRows(`${file}.ids.jsonl`),
  jsonl: (file) => readRows(file).map(({ id }) => id),
  async parquet(file) {
    const { asyncBufferFromFile, parquetReadObjects } =
      await import('hyparquet');
    const rows = await parquetReadObjects({
      file: await asyncBufferFromFile(file),
    });
    return rows.map(({ id }) => id);
  },
  arrow(file) {
    const { tableFromIPC } = require('apache-arrow');
    return [...tableFromIPC(fs.readFileSync(file)).getChild('id')];
  },
};

/** What an output holds. */
async function readVectors(file) {
  const name = formatNameOf(file);
  const part = { hasVectors: true, columnCount: 0 };
  const found = await FORMATS[name].readBack(file, part);
  const hasIds = name !== 'npy' || fs.existsSync(`${file}.ids.jsonl`);
  return { ...found, ids: hasIds ? await ID_READERS[name](file) : undefined };
}

/** Every file of an output as bytes, by name; for comparing two. */
function filesOf(folder, prefix) {
  const names = fs
    .readdirSync(folder)
    .filter((name) => name.startsWith(prefix));
  return Object.fromEntries(
    names
      .filter((name) => !name.endsWith('manifest.json'))
      .map((name) => [
        name.slice(prefix.length),
        fs.readFileSync(path.join(folder, name)).toString('base64'),
      ]),
  );
}

module.exports = { filesOf, readVectors };

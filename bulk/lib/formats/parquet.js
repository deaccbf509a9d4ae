'use strict';

/*
 * Parquet: one row group a part, an id, the columns that are passed along as
 * text, and the vector as a list of floats.
 *
 * hyparquet-writer writes all but the vectors: it would make an array element
 * of every float with two levels beside it. Their pages are put together here
 * from the matrix as it lies in memory; all lists being equally long, their
 * levels are two runs a row.
 */

const { sourceOfFile } = require('../base/sources');
const { bytesOf } = require('./raw');

/** @typedef {import('./formats').Part} Part */
/** @typedef {import('../base/sources').Source} Source */

const VECTOR = 'embedding';

const PAGE_ROWS = 1024;

const MAGIC = Buffer.from('PAR1');

/** Behind the metadata: their size, and the magic. */
const TAIL_SIZE = 8;

const CREATED_BY = 'baseten-performance-bulk';

/** @param {readonly string[]} columnNames */
function schemaOf(columnNames, idName) {
  const texts = [idName, ...columnNames].map((name) => ({
    name,
    type: 'BYTE_ARRAY',
    converted_type: 'UTF8',
    repetition_type: name === idName ? 'REQUIRED' : 'OPTIONAL',
  }));
  return [
    { name: 'root', num_children: texts.length + 1 },
    ...texts,
    {
      name: VECTOR,
      repetition_type: 'REQUIRED',
      num_children: 1,
      converted_type: 'LIST',
    },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
  ];
}

/** @param {unknown} value */
function asText(value) {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A run of equal levels, as the hybrid encoding writes it. */
function appendRun(writer, length, level) {
  writer.appendVarInt(length << 1);
  writer.appendUint8(level);
}

/**
 * @param {any} tools of hyparquet-writer
 * @param {number} rows
 * @param {number} dimensions
 */
function levelsOf({ ByteWriter }, rows, dimensions) {
  const repetition = new ByteWriter();
  for (let row = 0; row < rows; row++) {
    appendRun(repetition, 1, 0);
    if (dimensions > 1) appendRun(repetition, dimensions - 1, 1);
  }
  const definition = new ByteWriter();
  appendRun(definition, rows * dimensions, 1);
  return { repetition, definition };
}

/**
 * Writes the vectors of a part, and tells where they are.
 * @param {any} writer of hyparquet-writer
 * @param {any} tools
 * @param {Part} part
 */
function appendVectors(writer, tools, { matrix, rows, dimensions }) {
  const start = writer.offset;
  for (let row = 0; row < rows; row += PAGE_ROWS) {
    const count = Math.min(PAGE_ROWS, rows - row);
    const { repetition, definition } = levelsOf(tools, count, dimensions);
    const values = bytesOf(
      matrix.subarray(row * dimensions, (row + count) * dimensions),
    );
    const size = repetition.offset + definition.offset + values.length;
    tools.writePageHeader(writer, {
      type: 'DATA_PAGE_V2',
      uncompressed_page_size: size,
      compressed_page_size: size,
      data_page_header_v2: {
        num_values: count * dimensions,
        num_nulls: 0,
        num_rows: count,
        encoding: 'PLAIN',
        definition_levels_byte_length: definition.offset,
        repetition_levels_byte_length: repetition.offset,
        is_compressed: false,
      },
    });
    writer.appendBytes(repetition.getBytes());
    writer.appendBytes(definition.getBytes());
    writer.appendBytes(values);
  }
  const size = BigInt(writer.offset - start);
  return {
    meta_data: {
      type: 'FLOAT',
      encodings: ['RLE', 'PLAIN'],
      path_in_schema: [VECTOR, 'list', 'element'],
      codec: 'UNCOMPRESSED',
      num_values: BigInt(rows * dimensions),
      total_compressed_size: size,
      total_uncompressed_size: size,
      data_page_offset: BigInt(start),
    },
    file_offset: BigInt(start),
  };
}

/** From here on, bytes are not copied behind each other. */
const LARGE_SIZE = 64 * 1024;

/**
 * A writer whose large pieces stay where they are.
 * @param {any} ByteWriter
 */
function chunkWriterOf(ByteWriter) {
  return class extends ByteWriter {
    /** @type {Uint8Array[]} */
    chunks = [];

    /** @param {Uint8Array} bytes */
    appendBytes(bytes) {
      if (bytes.length < LARGE_SIZE) {
        super.appendBytes(bytes);
        return;
      }
      this.cut();
      this.chunks.push(bytes);
      this.offset += bytes.length;
    }

    /** Ends the chunk that is open. */
    cut() {
      this.chunks.push(this.getBytes().slice());
      this.index = 0;
    }
  };
}

/** @returns {Promise<any>} what is needed of hyparquet-writer */
async function loadTools() {
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
  const { writePageHeader } = await import('hyparquet-writer/src/datapage.js');
  const ChunkWriter = chunkWriterOf(ByteWriter);
  return { ByteWriter, ChunkWriter, ParquetWriter, writePageHeader };
}

/** @param {Part} part */
async function encode(part) {
  const tools = await loadTools();
  const { ids, columns, rows } = part;
  const writer = new tools.ChunkWriter();
  const names = columns.map(({ name }) => name);
  const file = new tools.ParquetWriter({
    writer,
    schema: schemaOf(names, part.idName),
    createdBy: CREATED_BY,
  });
  const texts = [
    // Ids differ: no dictionary is looked for.
    { name: part.idName, data: ids.map(asText), encoding: 'PLAIN' },
    ...columns.map(({ name, values }) => ({ name, data: values.map(asText) })),
  ];
  if (rows > 0) {
    const columnData = texts.map((text) => ({ ...text, offsetIndex: false }));
    await file.write({ columnData, rowGroupSize: rows });
    const [group] = file.row_groups;
    const chunk = appendVectors(writer, tools, part);
    group.columns.push(chunk);
    group.total_byte_size += chunk.meta_data.total_uncompressed_size;
    group.total_compressed_size += chunk.meta_data.total_compressed_size;
  }
  await file.finish();
  writer.cut();
  return writer.chunks;
}

/**
 * @param {Source} source
 * @returns {Promise<{ metadata: any, end: number }>} end: of the row groups
 */
async function readMetadata({ name, size, read }) {
  const { parquetMetadata } = await import('hyparquet');
  const tail = read(Math.max(0, size - TAIL_SIZE), size);
  if (!tail.subarray(4).equals(MAGIC)) throw new Error(`${name} is cut off`);
  const end = size - TAIL_SIZE - tail.readUInt32LE(0);
  // A copy of its own: the reader takes the whole buffer that bytes lie in.
  const { buffer } = new Uint8Array(read(end, size));
  return { metadata: parquetMetadata(buffer), end };
}

/**
 * Moves the row groups of a file.
 * @param {any[]} groups
 * @param {bigint} by bytes
 */
function moveGroups(groups, by) {
  for (const { columns } of groups)
    for (const column of columns) {
      const of = column.meta_data;
      column.file_offset += by;
      of.data_page_offset += by;
      if (of.dictionary_page_offset !== undefined)
        of.dictionary_page_offset += by;
    }
}

/**
 * Puts the row groups of all files behind each other, untouched, and writes one
 * footer for them.
 * @param {import('../base/new-file').NewFile} out
 * @param {import('./formats').Names} names
 */
async function merger(out, { columns, idName }) {
  const { ByteWriter } = await import('hyparquet-writer');
  const { writeMetadata } = await import('hyparquet-writer/src/metadata.js');
  /** @type {any[]} */
  const groups = [];
  out.append(MAGIC);
  let at = MAGIC.length;
  return {
    /** @param {Source} part */
    async add(part) {
      const { metadata, end } = await readMetadata(part);
      moveGroups(metadata.row_groups, BigInt(at - MAGIC.length));
      part.copy(out, MAGIC.length, end);
      at += end - MAGIC.length;
      groups.push(...metadata.row_groups);
    },
    end() {
      const footer = new ByteWriter();
      writeMetadata(footer, {
        version: 2,
        created_by: CREATED_BY,
        schema: /** @type {any} */ (schemaOf(columns, idName)),
        num_rows: groups.reduce((sum, group) => sum + group.num_rows, 0n),
        row_groups: groups,
        metadata_length: /** @type {any} */ (undefined),
      });
      out.append(footer.getBytes());
      out.append(MAGIC);
    },
  };
}

/** @param {string} file */
async function readBack(file) {
  const { asyncBufferFromFile, parquetReadObjects } = await import('hyparquet');
  const buffer = await asyncBufferFromFile(file);
  const rows = await parquetReadObjects({ file: buffer, columns: [VECTOR] });
  const dimensions = rows[0]?.[VECTOR].length ?? 0;
  const matrix = new Float32Array(rows.length * dimensions);
  rows.forEach((row, i) => matrix.set(row[VECTOR], i * dimensions));
  return { matrix, dimensions };
}

/** @param {string} file */
async function inspect(file) {
  const { metadata } = await readMetadata(sourceOfFile(file));
  const rows = Number(metadata.num_rows);
  const values = metadata.row_groups.reduce(
    (sum, { columns }) => sum + Number(columns.at(-1).meta_data.num_values),
    0,
  );
  return { rows, dimensions: rows > 0 ? values / rows : 0 };
}

const parquet = Object.freeze({
  hasIdsFile: false,
  hasColumns: true,
  encode,
  inspect,
  merger,
  readBack,
});

module.exports = { parquet };

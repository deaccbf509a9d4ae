'use strict';

/*
 * What makes a file durable. All of it is synchronous: it runs where nothing
 * else waits, in the writer's thread or before and after the job.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { systemError } = require('./errors');

/** Bytes copied at a time. */
const COPY_SIZE = 4 * 1024 * 1024;

/** A name for what is not finished; tells whose it is. */
function temporaryName() {
  const host = os.hostname().replace(/[^\w.-]/g, '_');
  return `.tmp-${host}-${process.pid}-${process.hrtime.bigint().toString(36)}`;
}

/**
 * Writes all bytes: a short write is continued.
 * @param {number} fd
 * @param {Uint8Array} bytes
 */
function writeAll(fd, bytes) {
  let at = 0;
  while (at < bytes.length) at += fs.writeSync(fd, bytes, at);
}

/** @param {string} folder */
function syncFolder(folder) {
  const fd = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * Writes a new file and forces it to the disk.
 * @param {string} file
 * @param {Iterable<Uint8Array>} chunks
 */
function writeDurably(file, chunks) {
  const fd = fs.openSync(file, 'w');
  try {
    for (const chunk of chunks) writeAll(fd, chunk);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * Puts a file in its place as a whole, over what was there.
 * @param {string} file
 * @param {(fd: number) => void} fill
 */
function replaceFile(file, fill) {
  const folder = path.dirname(file);
  const draft = path.join(folder, `${temporaryName()}-${path.basename(file)}`);
  try {
    const fd = fs.openSync(draft, 'w+');
    try {
      fill(fd);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(draft, file);
    syncFolder(folder);
  } catch (error) {
    fs.rmSync(draft, { force: true });
    throw error.code ? systemError(`cannot write ${file}`, error) : error;
  }
}

/**
 * Copies bytes from a file to the end of what `fd` holds.
 * @param {number} fd
 * @param {string} file
 * @param {number} from
 * @param {number} end
 */
function appendRange(fd, file, from, end) {
  const source = fs.openSync(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(Math.min(COPY_SIZE, end - from) || 1);
    let at = from;
    while (at < end) {
      const size = Math.min(buffer.length, end - at);
      const count = fs.readSync(source, buffer, 0, size, at);
      if (count === 0) throw new Error(`${file} is shorter than it was`);
      writeAll(fd, buffer.subarray(0, count));
      at += count;
    }
  } finally {
    fs.closeSync(source);
  }
}

/**
 * @param {number} fd
 * @param {string} file
 */
function appendFile(fd, file) {
  appendRange(fd, file, 0, fs.statSync(file).size);
}

/**
 * @param {string} file
 * @returns {any} undefined when there is none
 */
function readJson(file) {
  let text;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw systemError(`cannot read ${file}`, error);
  }
  return JSON.parse(text);
}

/** @param {unknown} value */
function jsonBytes(value) {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

module.exports = {
  appendFile,
  appendRange,
  jsonBytes,
  readJson,
  replaceFile,
  syncFolder,
  temporaryName,
  writeAll,
  writeDurably,
};

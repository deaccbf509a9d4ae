'use strict';

/*
 * What makes a file durable. All of it is synchronous: it runs where nothing
 * else waits, in the writer's thread or before and after the job.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { systemError } = require('./errors');
const { NewFile } = require('./new-file');

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
  const out = new NewFile(file);
  try {
    for (const chunk of chunks) out.append(chunk);
    out.finish();
  } finally {
    out.close();
  }
}

/**
 * Puts a file in its place as a whole, over what was there.
 * @param {string} file
 * @param {(out: NewFile) => void | Promise<void>} fill
 */
async function replaceFile(file, fill) {
  const folder = path.dirname(file);
  const draft = path.join(folder, `${temporaryName()}-${path.basename(file)}`);
  try {
    const out = new NewFile(draft);
    try {
      await fill(out);
      out.finish();
    } finally {
      out.close();
    }
    moveInto(file, draft);
  } catch (error) {
    fs.rmSync(draft, { force: true });
    throw error.code ? systemError(`cannot write ${file}`, error) : error;
  }
}

/**
 * @param {string} file takes the place of what was there
 * @param {string} draft of the same file system, on the disk
 */
function moveInto(file, draft) {
  fs.renameSync(draft, file);
  syncFolder(path.dirname(file));
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
  jsonBytes,
  moveInto,
  readJson,
  replaceFile,
  syncFolder,
  temporaryName,
  writeAll,
  writeDurably,
};

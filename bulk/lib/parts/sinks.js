'use strict';

/*
 * Where finished parts go. What is opened here runs in the thread that writes.
 */

const fs = require('node:fs');

const { writeAll } = require('../base/files');
const { openRemote } = require('../remote/remote');
const { GrowingOutput } = require('./growing-output');
const { DATA, ERRORS, PartStore } = require('./store');

/** @typedef {import('./writer').Sink & { close(): Promise<void> }} OpenSink */

/**
 * @typedef {object} SinkTerms
 * @property {'folder' | 'remote' | 'stdout'} kind
 * @property {string} folder of the job
 * @property {import('../read/ranges').Shard} shard
 * @property {import('./growing-output').GrowthTerms} [growth] of a folder: the
 * output that its parts become at once
 * @property {string} [errors] of standard output: the file of rows that failed
 * @property {Omit<import('../remote/remote').RemoteTerms, 'say'>} [remote]
 */

/**
 * Parts in a folder.
 * @param {SinkTerms} terms
 * @returns {OpenSink}
 */
function openFolder({ folder, shard, growth }) {
  const store = new PartStore(folder, shard);
  const output = growth && new GrowingOutput(growth);
  return {
    async commit(record, files) {
      const isFirst = store.commit(record, files);
      if (isFirst && files[DATA]) await output?.add(files[DATA]);
      return isFirst;
    },
    close: async () => await output?.finish(),
  };
}

/**
 * Lines to standard output, and those of rows that failed to a file or to
 * standard error.
 * @param {SinkTerms} terms
 * @returns {OpenSink}
 */
function openStdout({ errors }) {
  const fd = errors === undefined ? 2 : fs.openSync(errors, 'w');
  return {
    commit(record, files) {
      for (const chunk of files[DATA] ?? []) writeAll(1, chunk);
      for (const chunk of files[ERRORS] ?? []) writeAll(fd, chunk);
      return true;
    },
    close: async () => {},
  };
}

/**
 * Rows to a server, and what is known of them to a folder.
 * @param {SinkTerms} terms
 * @returns {OpenSink}
 */
function openRemoteSink({ folder, shard, remote: terms }) {
  const store = new PartStore(folder, shard);
  const remote = openRemote(
    /** @type {import('../remote/remote').RemoteTerms} */ (terms),
  );
  return {
    async commit(record, files, part) {
      const errors = files[ERRORS] ?? [];
      const lines = Buffer.concat(errors).toString();
      const data = files[DATA] ?? [];
      const isFirst = await remote.commit(shard, record, lines, part, data);
      /** @type {Record<string, readonly Uint8Array[]>} */
      const own = errors.length > 0 ? { [ERRORS]: errors } : {};
      return isFirst && store.commit(record, own);
    },
    close: () => remote.close(),
  };
}

const OPENERS = Object.freeze({
  folder: openFolder,
  remote: openRemoteSink,
  stdout: openStdout,
});

/**
 * @param {SinkTerms} terms
 * @returns {Promise<OpenSink>}
 */
async function openSink(terms) {
  return OPENERS[terms.kind](terms);
}

module.exports = { openSink };

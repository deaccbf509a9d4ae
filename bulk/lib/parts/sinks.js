'use strict';

/*
 * Where finished parts go. What is opened here runs in the thread that writes.
 */

const fs = require('node:fs');

const { writeAll } = require('../base/files');
const { openRemote } = require('../remote/remote');
const { DATA, ERRORS, PartStore } = require('./store');

/** @typedef {import('./writer').Sink & { close(): Promise<void> }} OpenSink */

/**
 * @typedef {object} SinkTerms
 * @property {'folder' | 'remote' | 'stdout'} kind
 * @property {string} folder of the job
 * @property {import('../read/ranges').Shard} shard
 * @property {string} [errors] of standard output: the file of rows that failed
 * @property {Omit<import('../remote/remote').RemoteTerms, 'say'>} [remote]
 */

/**
 * Parts in a folder.
 * @param {SinkTerms} terms
 * @returns {OpenSink}
 */
function openFolder({ folder, shard }) {
  const store = new PartStore(folder, shard);
  return {
    commit: (record, files) => store.commit(record, files),
    close: async () => {},
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

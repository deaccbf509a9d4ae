'use strict';

/*
 * What the process's environment says to the client. Read, never written.
 */

const { LOG } = require('../native/contract');

/** The words for the levels, each at its number. */
const LOG_LEVELS = Object.keys(LOG).map((name) => name.toLowerCase());

const PREFIX_LENGTH = 64;

/**
 * RUST_LOG may hold directives for single modules (hyper=warn); only a bare
 * level speaks to us.
 * @param {NodeJS.ProcessEnv} env
 * @returns {number} of LOG
 */
function logLevel(env) {
  const own = env.PERFORMANCE_CLIENT_LOG_LEVEL?.trim();
  const words = own ? [own] : (env.RUST_LOG ?? '').split(',');
  const levels = words
    .map((word) => LOG_LEVELS.indexOf(word.trim().toLowerCase()))
    .filter((level) => level >= 0);
  return levels[0] ?? LOG.WARN;
}

/**
 * What request ids begin with; characters that do not belong there are left
 * out.
 * @param {NodeJS.ProcessEnv} env
 * @returns {string}
 */
function requestIdPrefix(env) {
  const given = env.PERFORMANCE_CLIENT_REQUEST_ID_PREFIX ?? '';
  const clean = given.replace(/[^A-Za-z0-9._-]/g, '').slice(0, PREFIX_LENGTH);
  return clean || 'perfclient';
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ name: string, value: string } | undefined}
 */
function environmentApiKey(env) {
  for (const name of ['BASETEN_API_KEY', 'OPENAI_API_KEY']) {
    const value = env[name];
    if (value) return { name, value };
  }
  return undefined;
}

module.exports = { LOG_LEVELS, environmentApiKey, logLevel, requestIdPrefix };

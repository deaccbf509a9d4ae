'use strict';

/*
 * What the packages of this repository (the proxy, bulk jobs) use beside the
 * public face: not for others, and free to change with any version. Whoever
 * requires it pins the exact version of this package.
 */

/**
 * @typedef {import('./base/headers').HeaderMap} HeaderMap
 * @typedef {import('./native/binding').EngineFigures} EngineFigures
 * @typedef {import('./native/binding').Failure} Failure
 * @typedef {import('./native/binding').Job} Job
 * @typedef {import('./native/binding').SpliceSummary} SpliceSummary
 * @typedef {import('./pool/http-client-wrapper').HttpClientWrapper} HttpClientWrapper
 * @typedef {import('./preference/preference').PreferenceValues} PreferenceValues
 */

const {
  checkBoolean,
  checkChoice,
  checkInteger,
  checkName,
  checkNumber,
  checkOptionNames,
  checkString,
  invalidArgument,
  isGiven,
  isPlainObject,
  nearest,
  outOfRange,
  wrongType,
} = require('./base/check');
const { keysIn, parseHead, statusOf } = require('./base/headers');
const { BaseUrl } = require('./base/base-url');
const { headerFlags } = require('./call/host');
const { endpointsFor } = require('./endpoints/endpoint-pool');
const { fromNative } = require('./errors/errors');
const { excerpt, redact } = require('./errors/failure');
const { native, releaseMemory } = require('./native/binding');
const {
  FLAG,
  FORM,
  NUMBER,
  WORD,
  withFlags,
  wordList,
} = require('./native/contract');
const { LOG_LEVELS } = require('./pool/environment');
const { environmentProxies } = require('./pool/forward-proxies');
const { sumFigures } = require('./pool/stats');
const { lifecycleOf, poolFor } = require('./pool/http-client-wrapper');
const { trustedRoots } = require('./pool/roots');
const {
  DEFAULTS,
  checkApiKey,
  readPreference,
  toSettings,
} = require('./preference/preference');

module.exports = {
  BaseUrl,
  DEFAULTS,
  FLAG,
  FORM,
  LOG_LEVELS,
  NUMBER,
  WORD,
  checkApiKey,
  checkBoolean,
  checkChoice,
  checkInteger,
  checkName,
  checkNumber,
  checkOptionNames,
  checkString,
  endpointsFor,
  environmentProxies,
  excerpt,
  fromNative,
  headerFlags,
  invalidArgument,
  isGiven,
  isPlainObject,
  keysIn,
  lifecycleOf,
  native,
  nearest,
  outOfRange,
  parseHead,
  poolFor,
  readPreference,
  redact,
  releaseMemory,
  statusOf,
  sumFigures,
  toSettings,
  trustedRoots,
  withFlags,
  wordList,
  wrongType,
};

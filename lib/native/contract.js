'use strict';

/*
 * Every number that JavaScript and C both know. src/binding/contract.h has the
 * same names; the addon exports its numbers, and a test compares them.
 */

/** Positions in the numbers of a call. */
const NUMBER = Object.freeze({
  MAX_CONCURRENT_REQUESTS: 0,
  BATCH_SIZE: 1,
  /** 0 for no limit */
  MAX_CHARS_PER_REQUEST: 2,
  TIMEOUT_MS: 3,
  /** 0 for none */
  TOTAL_TIMEOUT_MS: 4,
  /** 0 for no hedges */
  HEDGE_DELAY_MS: 5,
  HEDGE_BUDGET_PCT: 6,
  RETRY_BUDGET_PCT: 7,
  MAX_RETRIES: 8,
  INITIAL_BACKOFF_MS: 9,
  /** 0 for no limit */
  REQUESTS_PER_MINUTE: 10,
  /** 0 for no limit */
  TOKENS_PER_MINUTE: 11,
  FLAGS: 12,
  /** This one and all behind it: statuses that are never tried again. */
  FINAL_STATUSES: 13,
});

const MOST = Object.freeze({
  FINAL_STATUSES: 64,
  /** of one pool */
  ENDPOINTS: 64,
});

/** Bits of the number FLAGS. */
const FLAG = Object.freeze({
  /** Vectors go to the caller as the base64 text that came. */
  OPAQUE: 1,
  /** The caller has set these headers of each attempt itself. */
  OWN_REQUEST_ID: 2,
  OWN_TIMEOUT: 4,
  OWN_DEADLINE: 8,
  /** A batch that fails for good does not end the call. */
  PARTIAL: 16,
  /** A batch that the server finds too large is sent as two. */
  SPLIT: 32,
  /** Joined answers are sent without an object around their list. */
  BARE: 64,
  /** The caller has set how often a request is tried again. */
  OWN_RETRIES: 128,
  /** Refusals of the server do not slow the call down. */
  UNYIELDING: 256,
  /** The first attempts of the call all go to one endpoint of its pool. */
  PINNING: 512,
});

/** Positions in the numbers of one endpoint. */
const ENDPOINT_NUMBER = Object.freeze({
  WEIGHT: 0,
  /** Of its health probes, as the next three. */
  INTERVAL_MS: 1,
  TIMEOUT_MS: 2,
  RETRIES: 3,
  FLAGS: 4,
  COUNT: 5,
});

/** Bits of the number FLAGS of an endpoint. */
const ENDPOINT_FLAG = Object.freeze({
  /** One bad check decides. */
  FAILS_ON_FIRST: 1,
  /** Checks that only time out have no vote. */
  TIMEOUTS_ABSTAIN: 2,
  /** Nobody has named the health path: where it is missing, all is well. */
  ASSUMED_PATH: 4,
});

/** Positions in the words of one endpoint. */
const ENDPOINT_WORD = Object.freeze({
  /** Its base URL, for the log. */
  NAME: 0,
  /** "name: value" lines of its probes. */
  HEADERS: 1,
  /** The URL of its health path, '' for none. */
  PATH: 2,
  /** The URL of its deep check, '' for none. */
  DEEP: 3,
});

/** What a probe says of an endpoint. */
const VOTE = Object.freeze({ NONE: 0, HEALTHY: 1, UNHEALTHY: 2 });

/** What `submit` asks for. */
const KIND = Object.freeze({ EMBEDDINGS: 0, RERANK: 1, CLASSIFY: 2, POST: 3 });

/** The shapes of body that `splice` can cut, and join the answers of. */
const FORM = Object.freeze({
  EMBEDDINGS: 0,
  RERANK: 1,
  CLASSIFY: 2,
  GENERIC: 3,
});

/** Positions in the words of a call; those it has no use for are ''. */
const WORD = Object.freeze({
  URL: 0,
  METHOD: 1,
  /** "name: value" lines */
  HEADERS: 2,
  /** Request ids are stem-batch-attempt. */
  ID_STEM: 3,
  /** JSON text in each body: before, around each and behind the inputs. */
  PREFIX: 4,
  OPEN: 5,
  CLOSE: 6,
  SUFFIX: 7,
  /** Of `splice`: a JSON object, members for a body that lacks them. */
  DEFAULTS: 8,
  /** Of `splice`: the beginning of the JSON object about the call. */
  METADATA: 9,
  /** Of `splice`: the paths a generic batch may name, a line each; '' for any. */
  PATHS: 10,
});

const LOG = Object.freeze({
  OFF: 0,
  ERROR: 1,
  WARN: 2,
  INFO: 3,
  DEBUG: 4,
  TRACE: 5,
});

/** @typedef {keyof typeof WORD} WordName */

const WORD_NAMES = /** @type {WordName[]} */ (Object.keys(WORD));

/**
 * The words of a call as the addon takes them.
 * @param {Partial<Record<WordName, string>>} words
 * @returns {string[]}
 */
function wordList(words) {
  return WORD_NAMES.map((name) => words[name] ?? '');
}

/**
 * The numbers of a call, with these flags beside those that they have.
 * @param {Readonly<Float64Array>} numbers shared by calls, left as they are
 * @param {number} flags
 * @returns {Readonly<Float64Array>}
 */
function withFlags(numbers, flags) {
  const all = numbers[NUMBER.FLAGS] | flags;
  if (numbers[NUMBER.FLAGS] === all) return numbers;
  const own = numbers.slice();
  own[NUMBER.FLAGS] = all;
  return own;
}

module.exports = {
  ENDPOINT_FLAG,
  ENDPOINT_NUMBER,
  ENDPOINT_WORD,
  FLAG,
  FORM,
  KIND,
  LOG,
  MOST,
  NUMBER,
  VOTE,
  WORD,
  withFlags,
  wordList,
};

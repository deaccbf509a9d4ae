'use strict';

/**
 * The thread that turns token ids into texts: a vocabulary takes many megabytes
 * and a large body many milliseconds, neither of which the proxy's own thread
 * can spare.
 */

const fs = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');

const { Refusal } = require('../base/errors');

/** @typedef {import('../start/values').TokenizerSetting} TokenizerSetting */

/**
 * Decodes token ids; undefined for one that the vocabulary lacks.
 * @typedef {object} Vocabulary
 * @property {(id: number) => string | undefined} tokenOf
 * @property {(ids: number[]) => string} decode
 */

/** As the original: the decoder of the file has the last word. */
const DECODING = {
  skip_special_tokens: true,
  clean_up_tokenization_spaces: false,
};

/**
 * What is used of a tokenizer; the types its package declares cannot be read
 * from CommonJS.
 * @typedef {object} Tokenizer
 * @property {(id: number) => string | undefined} id_to_token
 * @property {(ids: number[], options: object) => string} decode
 */

/** An optional peer: only --tokenizer needs it. */
const PACKAGE = '@huggingface/tokenizers';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** @returns {{ Tokenizer: new (settings: object, more: object) => Tokenizer }} */
function loadPackage() {
  try {
    return require(PACKAGE);
  } catch (error) {
    throw new Error(
      `--tokenizer needs the package ${PACKAGE}, install it with: npm install ${PACKAGE}`,
      { cause: error },
    );
  }
}

/**
 * @param {TokenizerSetting} setting
 * @returns {Vocabulary}
 */
function loadVocabulary({ model, path }) {
  const { Tokenizer } = loadPackage();
  try {
    const settings = JSON.parse(fs.readFileSync(path, 'utf8'));
    const tokenizer = new Tokenizer(settings, {});
    return {
      tokenOf: (id) => tokenizer.id_to_token(id),
      decode: (ids) => tokenizer.decode(ids, DECODING),
    };
  } catch (error) {
    throw new Error(
      `--tokenizer ${model}: cannot use ${path} (${error.message})`,
      { cause: error },
    );
  }
}

/**
 * @param {string} text
 * @param {number} start of a string's first quote
 * @returns {number} behind its last one
 */
function endOfString(text, start) {
  let end = start + 1;
  while (text.charCodeAt(end) !== QUOTE)
    end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
  return end + 1;
}

/**
 * @param {string} text
 * @param {number} start of a value, or blanks before it
 * @returns {number} of the comma or the bracket behind it
 */
function endOfValue(text, start) {
  let depth = 0;
  let end = start;
  for (;;) {
    const code = text.charCodeAt(end);
    if (depth === 0 && (code === COMMA || CLOSING.has(code))) return end;
    if (OPENING.has(code)) depth += 1;
    else if (CLOSING.has(code)) depth -= 1;
    end = code === QUOTE ? endOfString(text, end) : end + 1;
  }
}

/**
 * Where a member's value stands in the text of a JSON object, so that it can
 * be replaced and everything around it stays as its author wrote it.
 * @param {string} text valid JSON: the engine has checked it
 * @param {string} name
 * @returns {{ start: number, end: number } | undefined}
 */
function findMember(text, name) {
  let next = text.indexOf('{') + 1;
  for (;;) {
    const key = text.indexOf('"', next);
    if (key < 0) return undefined;
    const keyEnd = endOfString(text, key);
    const start = text.indexOf(':', keyEnd) + 1;
    const end = endOfValue(text, start);
    if (JSON.parse(text.slice(key, keyEnd)) === name) return { start, end };
    next = end + 1;
  }
}

/** @param {string} message */
function invalid(message) {
  return new Refusal(400, 'INVALID_BODY', message);
}

/**
 * @param {string} text the request's body
 * @param {string} [fallback] from its headers
 */
function modelOf(text, fallback) {
  const member = findMember(text, 'model');
  const model = member
    ? JSON.parse(text.slice(member.start, member.end))
    : fallback;
  if (typeof model === 'string') return model;
  throw invalid(
    'token ids need a model: name it in the body or in X-Baseten-Model',
  );
}

/**
 * @param {string} model
 * @param {ReadonlyMap<string, Vocabulary>} vocabularies
 * @returns {Vocabulary}
 */
function vocabularyOf(model, vocabularies) {
  const vocabulary = vocabularies.get(model);
  if (vocabulary) return vocabulary;
  const known = [...vocabularies.keys()].join(', ');
  throw new Refusal(
    400,
    'UNKNOWN_MODEL',
    `there is no tokenizer for model ${JSON.stringify(model)}, there is one for ${known}`,
  );
}

/**
 * @param {number[]} ids
 * @param {Vocabulary} vocabulary
 * @param {string} place for the message
 */
function decode(ids, vocabulary, place) {
  const unknown = ids.findIndex((id) => vocabulary.tokenOf(id) === undefined);
  if (unknown < 0) return ids.length === 0 ? '' : vocabulary.decode(ids);
  throw invalid(
    `${place}[${unknown}] must be a token id of the model, got ${ids[unknown]}`,
  );
}

/**
 * The same body with texts in place of token ids. All else stays as it was
 * written.
 * @param {string} text valid JSON whose input is token ids
 * @param {string | undefined} fallbackModel
 * @param {ReadonlyMap<string, Vocabulary>} vocabularies
 */
function decodeBody(text, fallbackModel, vocabularies) {
  const vocabulary = vocabularyOf(modelOf(text, fallbackModel), vocabularies);
  const member = findMember(text, 'input');
  if (!member) throw invalid('input is missing');
  const input = JSON.parse(text.slice(member.start, member.end));
  const decoded = Array.isArray(input[0])
    ? input.map((ids, i) => decode(ids, vocabulary, `input[${i}]`))
    : decode(input, vocabulary, 'input');
  return (
    text.slice(0, member.start) +
    JSON.stringify(decoded) +
    text.slice(member.end)
  );
}

/**
 * Where a failure arose, without its message: that may quote the body.
 * @param {any} error
 * @returns {string}
 */
function placeOf({ name, stack }) {
  const frames = String(stack).match(/\n {4}at .*/g) ?? [];
  return `${name}${frames.join('')}`;
}

/**
 * @param {ReadonlyMap<string, Vocabulary>} vocabularies
 * @param {{ bytes: Uint8Array, model?: string }} task
 */
function answer(vocabularies, { bytes, model }) {
  try {
    const text = Buffer.from(bytes.buffer).toString('utf8');
    const decoded = decodeBody(text, model, vocabularies);
    const copy = Uint8Array.from(Buffer.from(decoded));
    parentPort?.postMessage({ bytes: copy }, [copy.buffer]);
  } catch (error) {
    if (!(error instanceof Refusal))
      return parentPort?.postMessage({ failure: placeOf(error) });
    const { status, code, message } = error;
    parentPort?.postMessage({ refusal: { status, code, message } });
  }
}

function main() {
  /** @type {Map<string, Vocabulary>} */
  const vocabularies = new Map();
  for (const setting of /** @type {TokenizerSetting[]} */ (workerData))
    vocabularies.set(setting.model, loadVocabulary(setting));
  parentPort?.on('message', (task) => answer(vocabularies, task));
  parentPort?.postMessage({ isReady: true });
}

main();

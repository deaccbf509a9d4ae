'use strict';

/**
 * The thread that turns token ids into texts: a vocabulary takes many megabytes
 * and a large body many milliseconds, neither of which the proxy's own thread
 * can spare.
 */

const fs = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');

const { decodeBody } = require('./token-body');

/** @typedef {import('../start/flag-values').TokenizerSetting} TokenizerSetting */
/** @typedef {import('./token-body').Vocabulary} Vocabulary */

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
 * @param {ReadonlyMap<string, Vocabulary>} vocabularies
 * @param {{ id: number, bytes: Uint8Array, model?: string }} task
 */
function answer(vocabularies, { id, bytes, model }) {
  try {
    const text = Buffer.from(bytes.buffer).toString('utf8');
    const decoded = decodeBody(text, model, vocabularies);
    const copy = Uint8Array.from(Buffer.from(decoded));
    parentPort?.postMessage({ id, bytes: copy }, [copy.buffer]);
  } catch (error) {
    const { status = 500, code = 'INTERNAL', message } = error;
    parentPort?.postMessage({ id, refusal: { status, code, message } });
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

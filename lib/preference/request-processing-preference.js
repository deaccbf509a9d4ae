'use strict';

const {
  checkOptionNames,
  invalidArgument,
  isPlainObject,
} = require('../base/check');
const {
  DEFAULTS,
  POSITIONAL_NAMES,
  PREFERENCE_NAMES,
  readPreference,
  toSettings,
} = require('./values');

/** @typedef {import('./values').PreferenceValues} PreferenceValues */
/** @typedef {import('./values').Settings} Settings */

const OWNER = 'RequestProcessingPreference';

const KNOWN_NAMES = new Set(PREFERENCE_NAMES);

/** @type {(preference: RequestProcessingPreference) => Settings} */
let settingsOf;

/** @type {(preference: RequestProcessingPreference) => Readonly<PreferenceValues>} */
let valuesOf;

/**
 * @param {unknown[]} args
 * @returns {Record<string, unknown>}
 */
function namedArguments(args) {
  const [first] = args;
  if (args.length === 1 && isPlainObject(first)) {
    checkOptionNames(first, KNOWN_NAMES, OWNER);
    return first;
  }
  if (args.length > POSITIONAL_NAMES.length)
    throw invalidArgument(
      TypeError,
      'arguments',
      `${OWNER} takes at most ${POSITIONAL_NAMES.length} arguments, got ${args.length}`,
    );
  return Object.fromEntries(args.map((arg, i) => [POSITIONAL_NAMES[i], arg]));
}

/**
 * How the requests of a call are sent: checked once, then never changed.
 * Each option can be read back under its name.
 */
class RequestProcessingPreference {
  /** @type {Readonly<PreferenceValues>} */
  #values;

  /** @type {Settings} */
  #settings;

  /** @param {unknown[]} args one options object, or the values in order */
  constructor(...args) {
    this.#values = readPreference(namedArguments(args));
    this.#settings = toSettings(this.#values);
    Object.freeze(this);
  }

  /** Shows the values in a console, but never the key or a header's text. */
  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    const shown = Object.fromEntries(
      PREFERENCE_NAMES.map((name) => [name, this[name]]),
    );
    if (shown.primaryApiKeyOverride) shown.primaryApiKeyOverride = '[redacted]';
    if (shown.extraHeaders)
      shown.extraHeaders = Object.keys(shown.extraHeaders);
    return `${OWNER} ${inspect(shown, options)}`;
  }

  static {
    settingsOf = (preference) => preference.#settings;
    valuesOf = (preference) => preference.#values;

    for (const name of PREFERENCE_NAMES)
      Object.defineProperty(RequestProcessingPreference.prototype, name, {
        get() {
          return this.#values[name] ?? DEFAULTS[name];
        },
        configurable: true,
      });
    Object.defineProperty(
      RequestProcessingPreference.prototype,
      'extraHeaders',
      {
        get() {
          const headers = this.#values.extraHeaders;
          return headers && Object.freeze(Object.fromEntries(headers));
        },
        configurable: true,
      },
    );
  }
}

module.exports = { RequestProcessingPreference, settingsOf, valuesOf };

'use strict';

/** Shorter texts occur by chance; hiding them would only garble the rest. */
const SHORTEST_SECRET = 4;

/**
 * Hides every occurrence of the secrets in a text that is about to be shown.
 * @param {string} text
 * @param {readonly string[]} secrets
 * @returns {string}
 */
function redact(text, secrets) {
  const longestFirst = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
  let shown = text;
  for (const secret of longestFirst)
    shown = shown.replaceAll(secret, '[redacted]');
  return shown;
}

module.exports = { redact };

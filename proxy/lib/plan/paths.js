'use strict';

/** Whatever some server takes for the end of a segment. */
const SLASH = /\/|\\|%2f|%5c/i;

/** Java's servers leave parameters such as ";x=1" off before they look. */
const PARAMETERS = /;|%3b/i;

const DOT = /%2e/gi;

/**
 * Does a path stay below where it begins, also for a server that decodes it
 * once and leaves parameters off?
 * @param {string} path
 * @returns {boolean}
 */
function staysBelow(path) {
  return path
    .split(SLASH)
    .every(
      (segment) => segment.split(PARAMETERS)[0].replace(DOT, '.') !== '..',
    );
}

/**
 * Is a path one of those named? A name that ends in "*" means all paths that
 * begin with what is before it.
 * @param {string} path without its query
 * @param {readonly string[]} names
 * @returns {boolean}
 */
function isNamed(path, names) {
  return names.some((name) =>
    name.endsWith('*') ? path.startsWith(name.slice(0, -1)) : path === name,
  );
}

/**
 * The same names, for paths that go on behind a prefix.
 * @param {readonly string[]} names
 * @param {string} prefix '' or a path without a slash at its end
 * @returns {readonly string[]}
 */
function namesBehind(names, prefix) {
  if (prefix === '') return names;
  return names.flatMap((name) => {
    if (name.startsWith(`${prefix}/`)) return [name.slice(prefix.length)];
    const meansAll = name.endsWith('*') && isNamed(`${prefix}/`, [name]);
    return meansAll ? ['/*'] : [];
  });
}

module.exports = { isNamed, namesBehind, staysBelow };

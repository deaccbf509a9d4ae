'use strict';

/*
 * The house rules that a program can check. Each function takes a path within
 * the repository and the text of that file, and gives its faults as sentences;
 * none reads the disk, so each can be shown to fail.
 */

const path = require('node:path').posix;

/** What the files of a room may include, beside the system's headers. */
const ROOMS = {
  base: ['base'],
  policy: ['base', 'policy'],
  wire: ['base', 'wire'],
  engine: ['base', 'policy', 'wire', 'engine'],
  binding: ['base', 'policy', 'wire', 'engine', 'binding'],
};

/** Foreign headers and the one room each may be seen from. */
const FOREIGN = [
  {
    header: /(^|\/)(node|js_native)_api(_types)?\.h$|^node\//,
    room: 'binding',
  },
  { header: /(^|\/)curl\.h$|^curl\//, room: 'engine' },
  { header: /(^|\/)uv\.h$|^uv\//, room: 'engine' },
  { header: /(^|\/)cJSON(_Utils)?\.h$/, room: 'wire' },
];

const BANNED_C =
  /\b(strcpy|strcat|v?sprintf|strtok|atoi|alloca|cJSON_GetErrorPtr|cJSON_Parse|cJSON_GetObjectItem)\s*\(/g;

/** Metrics, and the optional peer that knows token ids. */
const PROXY_DEPENDENCIES = new Set(['prom-client', '@huggingface/tokenizers']);

const MAX_FILE_LINES = 400;
const MAX_FUNCTION_LINES = 60;

const COMMENT_OR_TEXT =
  /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;

const blank = (text) => text.replace(/[^\n]/g, ' ');

function withoutComments(source) {
  return source.replace(COMMENT_OR_TEXT, (found) =>
    found.startsWith('/') ? blank(found) : found,
  );
}

function withoutCommentsAndTexts(source) {
  return source.replace(COMMENT_OR_TEXT, blank);
}

function roomOf(file) {
  const [top, room] = file.split('/');
  return top === 'src' ? room : undefined;
}

/** @returns {string[]} what is wrong with the includes of a C file */
function findIncludeFaults(file, source) {
  const room = roomOf(file);
  if (!(room in ROOMS)) return [`${file} is in no room of the house`];
  const faults = [];
  const includes = withoutComments(source).matchAll(
    /^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]/gm,
  );
  for (const [, quote, header] of includes) {
    const owner = FOREIGN.find((foreign) => foreign.header.test(header));
    if (owner && owner.room !== room)
      faults.push(`${file} includes ${header}, only src/${owner.room} may`);
    if (quote === '"' && !owner && !ROOMS[room].includes(path.dirname(header)))
      faults.push(`${file} includes "${header}" from outside its floors`);
  }
  return faults;
}

/** @returns {string[]} the banned functions a C file calls */
function findBannedCalls(file, source) {
  return Array.from(
    withoutCommentsAndTexts(source).matchAll(BANNED_C),
    ([, name]) => `${file} calls ${name}`,
  );
}

/** @returns {string[]} C functions whose braces stand too far apart */
function findLongFunctions(file, source) {
  const faults = [];
  let start = 0;
  withoutCommentsAndTexts(source)
    .split('\n')
    .forEach((line, index) => {
      if (line.startsWith('{')) start = index;
      if (line !== '}') return;
      const count = index - start + 1;
      if (count > MAX_FUNCTION_LINES)
        faults.push(`${file}:${start + 1} has a function of ${count} lines`);
    });
  return faults;
}

/** @returns {string[]} */
function findLongFiles(file, source) {
  const count = source.split('\n').length - 1;
  return count > MAX_FILE_LINES ? [`${file} has ${count} lines`] : [];
}

/** @returns {string[]} a header whose guard is not named after it */
function findGuardFaults(file, source) {
  const guard = `PC_${file.slice('src/'.length).replace(/\W/g, '_')}`;
  const expected = guard.toUpperCase();
  const isGuarded =
    source.includes(`#ifndef ${expected}\n#define ${expected}\n`) &&
    source.trimEnd().endsWith('#endif');
  return isGuarded ? [] : [`${file} is not guarded by ${expected}`];
}

function listRequired(source) {
  return Array.from(
    withoutComments(source).matchAll(
      /\b(?:require|require\.resolve|import)\(\s*(['"`])([^'"`]*)\1/g,
    ),
    ([, , name]) => name,
  );
}

/**
 * @returns {string[]} what a file of lib/ takes from outside its floor; the
 * client knows nothing of the proxy
 */
function findRequireFaults(file, source) {
  const faults = [];
  const isProxy = file.startsWith('lib/proxy/');
  for (const name of listRequired(source)) {
    if (name.startsWith('node:')) continue;
    if (isProxy && PROXY_DEPENDENCIES.has(name)) continue;
    const target = path.join(path.dirname(file), name);
    const isOwn =
      name.startsWith('.') &&
      (target.startsWith('lib/') || target === 'package.json');
    if (!isProxy && target.startsWith('lib/proxy/'))
      faults.push(`${file} requires ${name}, a part of the proxy`);
    if (!isOwn && !isAddon(name))
      faults.push(`${file} requires ${name}, which is not lib/ nor Node`);
  }
  if (file !== 'lib/binding.js' && isAddon(withoutComments(source)))
    faults.push(`${file} reaches for the addon, only lib/binding.js may`);
  return faults;
}

function isAddon(text) {
  return /\.node\b(?!:)|build\/(Release|Debug)|\bdlopen\(/.test(text);
}

/** @returns {string[]} what an example takes that a user could not */
function findPrivateUse(file, source) {
  const root = path.relative(path.dirname(file), '.');
  return listRequired(source)
    .filter((name) => name.startsWith(`${root}/`) || name.includes('/lib/'))
    .map((name) => `${file} requires ${name}, users only have the package`);
}

/** @returns {string[]} */
function findIndexFaults(file, source) {
  return /\b(function|class|if|for|while)\b|=>/.test(
    withoutCommentsAndTexts(source),
  )
    ? [`${file} does more than export`]
    : [];
}

/** @returns {string[]} what would be installed for no part of the proxy */
function findRuntimeDependencies(manifest) {
  const fields = ['dependencies', 'optionalDependencies', 'peerDependencies'];
  return fields.flatMap((field) =>
    Object.keys(manifest[field] ?? {})
      .filter((name) => !PROXY_DEPENDENCIES.has(name))
      .map((name) => `${field}: ${name}`),
  );
}

module.exports = {
  findBannedCalls,
  findGuardFaults,
  findIncludeFaults,
  findIndexFaults,
  findLongFiles,
  findLongFunctions,
  findPrivateUse,
  findRequireFaults,
  findRuntimeDependencies,
};

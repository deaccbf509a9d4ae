'use strict';

/*
 * The house rules that a program can check. Each function takes a path within
 * the repository and the text of that file, and gives its faults as sentences;
 * none reads the disk, so each can be shown to fail.
 */

const path = require('node:path').posix;

/**
 * The rooms of src/, and which of the others each may include: the floors
 * below it, less what two rooms of one floor keep from each other.
 */
const C_ROOMS = {
  base: [],
  policy: ['base'],
  'wire/vectors': ['base', 'wire/json'],
  'wire/json': ['base'],
  'wire/http': ['base', 'wire/json'],
  'wire/msgpack': ['base', 'wire/json'],
  'wire/answers': ['base', 'wire/json', 'wire/msgpack', 'wire/vectors'],
  'wire/splice': ['base', 'wire/json', 'wire/vectors'],
  net: ['base', 'policy', 'wire/http'],
  engine: ['base', 'policy', 'wire/*', 'net'],
  binding: ['base', 'policy', 'wire/*', 'net', 'engine'],
};

/** The rooms of lib/, lowest first: a file uses its own and those below. */
const CLIENT_ROOMS = [
  'base',
  'errors',
  'native',
  'cancellation',
  'preference',
  'responses',
  'pool',
  'endpoints',
  'call',
  'stream',
  'coalesce',
  'client',
  'adapters',
  'command',
  'testing',
];

/** The rooms of proxy/lib, likewise. */
const PROXY_ROOMS = [
  ...['base', 'telemetry', 'server', 'plan', 'tokens', 'forward', 'process'],
  'start',
];

/** The rooms of bulk/lib, likewise. */
const BULK_ROOMS = [
  'base',
  'read',
  'formats',
  'remote',
  'parts',
  'send',
  'threads',
  'job',
  'queue',
  'start',
];

/** Foreign headers and the rooms, or the files, each may be seen from. */
const FOREIGN = [
  {
    header: /(^|\/)(node|js_native)_api(_types)?\.h$|^node\//,
    rooms: ['binding'],
  },
  { header: /(^|\/)curl\.h$|^curl\//, rooms: ['net'] },
  { header: /^openssl\//, rooms: ['net'] },
  { header: /^sys\/(epoll|event|eventfd)\.h$/, rooms: ['net'] },
  { header: /(^|\/)uv\.h$|^uv\//, rooms: [] },
  { header: /(^|\/)cJSON(_Utils)?\.h$/, rooms: ['wire/http'] },
  {
    header: /^zlib\.h$|^brotli\/|^zstd(_errors)?\.h$/,
    rooms: ['wire/http/content_decoding.c'],
  },
];

const BANNED_C =
  /\b(strcpy|strcat|v?sprintf|strtok|atoi|alloca|cJSON_GetErrorPtr|cJSON_Parse|cJSON_GetObjectItem)\s*\(/g;

/** What the proxy may take from outside: the optional peer knows token ids. */
const PROXY_PACKAGES = [
  'baseten-performance-client',
  'baseten-performance-client/internal',
  'prom-client',
  'undici',
  '@huggingface/tokenizers',
];

/** What the bulk command may: formats, and optional peers for its queues. */
const BULK_PACKAGES = [
  '@aws-sdk/client-s3',
  'apache-arrow',
  'baseten-performance-client',
  'baseten-performance-client/internal',
  'bullmq',
  'csv-parse',
  'fzstd',
  'hyparquet',
  'hyparquet-compressors',
  'hyparquet-writer',
  'hyparquet-writer/src/datapage.js',
  'hyparquet-writer/src/metadata.js',
  'ioredis',
  'pg',
  'pg-copy-streams',
  'tinyglobby',
];

/** The two files that may number what C and JavaScript tell each other. */
const CONTRACT = ['src/binding/contract.h', 'lib/native/contract.js'];

/** A number of theirs without its name, as positions, flags, kinds, levels. */
const BARE_NUMBERS = [
  /\b(?:numbers|words)\[(?!PC_NUMBER_|PC_WORD_)(?:\d+|[A-Z_]+)\]/g,
  /\][ \n]*=\s*(?:\w+\.)*(?:numbers|words)\b/g,
  /\b(?:PC_)?(?:FLAG|KIND|FORM|NUMBER|WORD|LOG)_\w+\s*=\s*(?:\d|PC_)\w*/g,
  /\bFLAGS?\s*=\s*\d+/g,
  /\bflags(?::|\s*[|&]=?|\s*[!=]==?)\s*[1-9]\d*/gi,
  /\b(?:kind|form|logLevel)(?::|\s*[!=]==?)\s*\d+/g,
  /\blogLevel\([^)]*\)\s*[<>]=?\s*\d+/g,
];

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

function mayInclude(room, other) {
  if (room === other) return true;
  return C_ROOMS[room].some(
    (allowed) =>
      allowed === other ||
      (allowed.endsWith('/*') && other.startsWith(allowed.slice(0, -1))),
  );
}

function listIncluded(source) {
  return Array.from(
    withoutComments(source).matchAll(
      /^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]/gm,
    ),
    ([, quote, header]) => ({ header, isOwn: quote === '"' }),
  );
}

/** @returns {string[]} what is wrong with the includes of a C file */
function findIncludeFaults(file, source) {
  const room = path.dirname(file).replace(/^src\//, '');
  if (!(room in C_ROOMS)) return [`${file} is in no room of the house`];
  const faults = [];
  for (const { header, isOwn } of listIncluded(source)) {
    const owner = FOREIGN.find((foreign) => foreign.header.test(header));
    const isAllowed = owner?.rooms.some(
      (place) => place === room || `src/${place}` === file,
    );
    if (owner && !isAllowed)
      faults.push(`${file} includes ${header}, only src/${owner.rooms} may`);
    if (isOwn && !owner && !mayInclude(room, path.dirname(header)))
      faults.push(`${file} includes "${header}" from outside its floors`);
  }
  return faults;
}

/** @returns {string[]} the modules (a .c with its .h) that a C file includes */
function listIncludedModules(source) {
  return listIncluded(source)
    .filter(({ header, isOwn }) => isOwn && header.endsWith('.h'))
    .map(({ header }) => `src/${header.slice(0, -'.h'.length)}`);
}

/**
 * @param {Map<string, Set<string>>} arrows from each module to what it uses
 * @returns {string[][]} the groups of modules that use each other in a circle
 */
function findCircles(arrows) {
  const reached = new Map();
  const reach = (from) => {
    if (reached.has(from)) return reached.get(from);
    const all = new Set();
    const waiting = [...(arrows.get(from) ?? [])];
    while (waiting.length > 0) {
      const next = waiting.pop();
      if (all.has(next)) continue;
      all.add(next);
      waiting.push(...(arrows.get(next) ?? []));
    }
    reached.set(from, all);
    return all;
  };
  const circles = new Map();
  for (const from of arrows.keys()) {
    if (!reach(from).has(from)) continue;
    const circle = [...reach(from)].filter((to) => reach(to).has(from)).sort();
    circles.set(circle.join(' '), circle);
  }
  return [...circles.values()];
}

/** @returns {string[]} the banned functions a C file calls */
function findBannedCalls(file, source) {
  return Array.from(
    withoutCommentsAndTexts(source).matchAll(BANNED_C),
    ([, name]) => `${file} calls ${name}`,
  );
}

/** @returns {string[]} numbers of the contract that have no name in a file */
function findBareNumbers(file, source) {
  if (CONTRACT.includes(file)) return [];
  const code = withoutCommentsAndTexts(source);
  return BARE_NUMBERS.flatMap((pattern) =>
    Array.from(code.matchAll(pattern), ([found]) => `${file} has ${found}`),
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
 * The module of the repository that a file requires by a relative path.
 * @returns {string | undefined} undefined for a package
 */
function targetOf(file, name) {
  if (!name.startsWith('.')) return undefined;
  const target = path.join(path.dirname(file), name);
  return /\.(js|json|node)$/.test(target) ? target : `${target}.js`;
}

/** @returns {string[]} the files of the repository that a file requires */
function listRequiredFiles(file, source) {
  return listRequired(source)
    .map((name) => targetOf(file, name))
    .filter((target) => target?.endsWith('.js'));
}

/**
 * @param {{ root: string, rooms: string[], packages?: string[] }} house
 * @returns {string[]} what a JavaScript file takes from outside its floors
 */
function findRoomFaults({ root, rooms, packages = [] }, file, source) {
  const roomOf = (name) => path.dirname(name).slice(root.length + 1);
  const floor = (name) => rooms.indexOf(roomOf(name));
  const isEntry = path.dirname(file) === root;
  if (!isEntry && floor(file) < 0) return [`${file} is in no room of ${root}`];
  const faults = [];
  for (const name of listRequired(source)) {
    if (name.startsWith('node:') || packages.includes(name)) continue;
    if (isAddon(name)) continue;
    const target = targetOf(file, name);
    if (target === path.join(path.dirname(root), 'package.json')) continue;
    if (!target || floor(target) < 0)
      faults.push(`${file} requires ${name}, which is not of ${root} nor Node`);
    else if (!isEntry && floor(target) > floor(file))
      faults.push(`${file} requires ${name} from a floor above`);
  }
  return faults;
}

/** @returns {string[]} */
function findRequireFaults(file, source) {
  const house = { root: 'lib', rooms: CLIENT_ROOMS };
  const faults = findRoomFaults(house, file, source);
  if (path.dirname(file) !== 'lib/native' && isAddon(withoutComments(source)))
    faults.push(`${file} reaches for the addon, only lib/native may`);
  return faults;
}

/** @returns {string[]} */
function findProxyRequireFaults(file, source) {
  const house = {
    root: 'proxy/lib',
    rooms: PROXY_ROOMS,
    packages: PROXY_PACKAGES,
  };
  return findRoomFaults(house, file, source);
}

/** @returns {string[]} */
function findBulkRequireFaults(file, source) {
  const house = {
    root: 'bulk/lib',
    rooms: BULK_ROOMS,
    packages: BULK_PACKAGES,
  };
  return findRoomFaults(house, file, source);
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

/** @returns {string[]} what would be installed beside a package */
function findRuntimeDependencies(manifest, allowed = []) {
  const fields = ['dependencies', 'optionalDependencies', 'peerDependencies'];
  return fields.flatMap((field) =>
    Object.keys(manifest[field] ?? {})
      .filter((name) => !allowed.includes(name))
      .map((name) => `${field}: ${name}`),
  );
}

module.exports = {
  BULK_PACKAGES,
  PROXY_PACKAGES,
  findBannedCalls,
  findBareNumbers,
  findBulkRequireFaults,
  findCircles,
  findGuardFaults,
  findIncludeFaults,
  findIndexFaults,
  findLongFiles,
  findLongFunctions,
  findPrivateUse,
  findProxyRequireFaults,
  findRequireFaults,
  findRuntimeDependencies,
  listIncludedModules,
  listRequiredFiles,
};

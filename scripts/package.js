'use strict';

/*
 * Packs the client and the programs into tarballs: `make package`. The client's
 * must hold a binary for every target, and what is to be said of those.
 */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { TARGETS } = require('../lib/native/addon');

const ROOT = path.join(__dirname, '..');

/** What the binaries bring along to be read: licences and a bill of materials. */
const DESCRIPTIONS = ['prebuilds/LICENSES.txt', 'prebuilds/sbom.cdx.json'];

/** @type {(target: string) => string} */
const binaryOf = (target) => `prebuilds/${target}/performance_client.node`;

/**
 * @param {string} folder where the tarball goes
 * @param {...string} args which package
 * @returns {string} its path
 */
function packOne(folder, ...args) {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    [
      'pack',
      '--ignore-scripts',
      '--json',
      '--pack-destination',
      folder,
      ...args,
    ],
    { cwd: ROOT, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`);
  // npm 12 names each package, older ones list them.
  const [packed] = Object.values(JSON.parse(stdout));
  return path.join(folder, packed.filename);
}

/**
 * Packs all packages.
 * @param {string} folder made when it is not there
 * @param {readonly string[]} needed the files that must be in the client's
 * @returns {{ client: string, proxy: string, bulk: string }} the tarballs
 */
function pack(folder, needed) {
  const missing = needed.filter(
    (file) => !fs.existsSync(path.join(ROOT, file)),
  );
  if (missing.length > 0)
    throw new Error(
      `cannot pack without ${missing.join(', ')}: run "make prebuilds"`,
    );
  fs.mkdirSync(folder, { recursive: true });
  return {
    client: packOne(folder),
    proxy: packOne(folder, '--workspace', 'proxy'),
    bulk: packOne(folder, '--workspace', 'bulk'),
  };
}

function main() {
  try {
    const needed = [...TARGETS.map(binaryOf), ...DESCRIPTIONS];
    for (const file of Object.values(pack(path.join(ROOT, 'dist'), needed)))
      console.log(`${path.relative(ROOT, file)}  ${fs.statSync(file).size}`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

if (require.main === module) main();

module.exports = { binaryOf, pack };

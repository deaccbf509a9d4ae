'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { installerEnv, layApp, runSmoke } = require('./app');
const { npmPackages, WORK } = require('./fetch');
const places = require('./places');
const { run } = require('./process');

/**
 * How each installs a tarball with its defaults: none is told to leave out or
 * to allow scripts, none finds a compiler.
 */
const INSTALLERS = [
  ...['10', '11', '12'].map((major) => ({
    name: `npm-${major}`,
    packages: [`npm@${major}`],
    script: 'npm/bin/npm-cli.js',
    words: ['install'],
  })),
  {
    name: 'pnpm',
    packages: ['pnpm@12'],
    script: 'pnpm/bin/pnpm.mjs',
    words: ['add'],
  },
  {
    name: 'yarn',
    packages: ['yarn@1'],
    script: 'yarn/bin/yarn.js',
    words: ['add'],
  },
  {
    name: 'bun-add',
    packages: ['@oven/bun-linux-x64'],
    program: '@oven/bun-linux-x64/bin/bun',
    words: ['add'],
  },
];

/** @returns {import('./cases').Case} */
function installerCase({ name, packages, script, program, words }) {
  return {
    name,
    groups: ['installer'],
    target: 'linux-x64',
    async run(context) {
      const app = layApp(context);
      const node = await places.nodeOf('24');
      const cache = name === 'bun-add' ? 'bun' : name;
      const modules = await npmPackages(cache, ...packages);
      const installer = script
        ? [node, path.join(modules, script)]
        : [path.join(modules, program)];
      if (program) fs.chmodSync(installer[0], 0o755);
      const { code, output } = await run(
        [...installer, ...words, context.tarballs.client],
        { cwd: app, env: installerEnv(context.folder, node) },
      );
      const transcript = path.join(WORK, 'transcripts', `${name}.txt`);
      fs.mkdirSync(path.dirname(transcript), { recursive: true });
      const line = `$ ${name} ${words.join(' ')} ${path.basename(context.tarballs.client)}`;
      fs.writeFileSync(transcript, `${line}\n${output}(exit code ${code})\n`);
      if (code !== 0) throw new Error(`exit code ${code}: ${output.trim()}`);
      if (/scripts? (were )?(blocked|ignored)|ignored build/i.test(output))
        throw new Error(`complains of scripts: ${output.trim()}`);
      return await runSmoke(
        places.onNode(async () => node),
        'smoke.js',
        context,
      );
    },
  };
}

const installerCases = INSTALLERS.map(installerCase);

module.exports = { installerCases };

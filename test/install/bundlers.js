'use strict';

const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');

const { BARE_ENV, NAME, SUCCESS, installByNpm, layApp } = require('./app');
const { env, npmPackages } = require('./fetch');
const { demand } = require('./process');

const NODE = process.execPath;

/** A program that says which binary it wants, for bundlers to follow. */
const WITH_ENTRY = `require('${NAME}/linux-x64');\nrequire('./smoke');\n`;

/** The same as an ES module, which must not bring its own idea of require. */
const WITH_ENTRY_ESM = `import '${NAME}/linux-x64';\nimport './smoke.js';\n`;

const ESM_BANNER =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const WEBPACK = (rest) => `'use strict';
require('webpack')({
  mode: 'production', target: 'node', context: __dirname,
  output: { path: __dirname + '/out', filename: 'main.js' },
  ${rest}
}, (error, stats) => {
  if (error) throw error;
  const text = stats.toString({ all: false, errors: true, warnings: true });
  if (text) { console.error(text); process.exit(1); }
});
`;

/**
 * Bundles the smoke script and runs what came out somewhere else, where there is
 * no node_modules.
 * @param {string} name
 * @param {object} tool
 * @param {string[]} tool.packages
 * @param {string} tool.entry the file that is bundled
 * @param {(modules: string, app: string) => string[]} tool.command
 * @param {string} [tool.main] what is run then, below out/
 * @param {string} [tool.script] a program that bundles
 * @param {boolean} [tool.isExternal] does the package stay outside?
 * @returns {import('./cases').Case}
 */
function bundlerCase(name, tool) {
  const { packages, entry, command, main = 'main.js', script } = tool;
  return {
    name,
    groups: ['bundler', name.split('-')[0]],
    target: 'linux-x64',
    async run(context) {
      const app = layApp(context);
      await installByNpm(app, context);
      const modules = await npmPackages(
        packages[0].split('/').pop(),
        ...packages,
      );
      fs.writeFileSync(path.join(app, 'main.js'), entry);
      if (script) fs.writeFileSync(path.join(app, 'bundle.js'), script);
      await demand([NODE, ...command(modules, app)], {
        cwd: app,
        env: { PATH: process.env.PATH, NODE_PATH: modules },
      });
      const elsewhere = tool.isExternal
        ? path.join(app, 'out')
        : path.join(context.folder, 'elsewhere');
      if (!tool.isExternal) fs.renameSync(path.join(app, 'out'), elsewhere);
      await demand([NODE, path.join(elsewhere, main)], {
        cwd: elsewhere,
        env: { ...BARE_ENV, ...context.server.env },
        code: SUCCESS,
      });
      return describe(elsewhere);
    },
  };
}

/** How many binaries a bundle holds, and how large it is. */
function describe(folder) {
  const files = fs
    .readdirSync(folder, { recursive: true })
    .map((name) => path.join(folder, String(name)))
    .filter((file) => fs.statSync(file).isFile());
  const binaries = files.filter((file) => file.endsWith('.node')).length;
  const size = files.reduce((sum, file) => sum + fs.statSync(file).size, 0);
  return `${binaries} .node, ${(size / 1e6).toFixed(1)} MB`;
}

const esbuild =
  (...flags) =>
  (modules) => [
    path.join(modules, 'esbuild/bin/esbuild'),
    ...['main.js', '--bundle', '--platform=node', '--log-level=warning'],
    ...flags,
  ];

const ncc = (modules) => [
  path.join(modules, '@vercel/ncc/dist/ncc/cli.js'),
  ...['build', 'main.js', '-o', 'out'],
];

const PAGE = `
const { PerformanceClient } = require('${NAME}');
export const dynamic = 'force-dynamic';
export async function GET() {
  const client = new PerformanceClient(process.env.SMOKE_URL, 'key');
  const response = await client.embed(['abc', 'de'], 'm');
  await client.close();
  return Response.json(Array.from(response.matrix().data));
}
`;

const LAYOUT = `
export default function Layout({ children }) {
  return <html><body>{children}</body></html>;
}
`;

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Asks for a page until the server that was just started answers. */
async function fetchSoon(url) {
  for (let attempt = 0; ; attempt++)
    try {
      return await fetch(url);
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
}

/** @returns {import('./cases').Case} */
const nextCase = {
  name: 'next-standalone',
  groups: ['bundler', 'next'],
  target: 'linux-x64',
  async run(context) {
    const app = path.join(context.folder, 'app');
    const modules = await npmPackages('next', 'next', 'react', 'react-dom');
    fs.mkdirSync(path.join(app, 'app/api/embed'), { recursive: true });
    fs.cpSync(modules, path.join(app, 'node_modules'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    const files = {
      'package.json': '{ "name": "app", "private": true }',
      'next.config.js': `module.exports = {
        output: 'standalone', serverExternalPackages: ['${NAME}'],
        outputFileTracingRoot: __dirname, turbopack: { root: __dirname } };`,
      'app/layout.js': LAYOUT,
      'app/page.js': 'export default function Page() { return <p>hello</p>; }',
      'app/api/embed/route.js': PAGE,
    };
    for (const [name, text] of Object.entries(files))
      fs.writeFileSync(path.join(app, name), text);
    const target = path.join(app, 'node_modules', NAME);
    fs.mkdirSync(target);
    await demand(
      ['tar', 'xzf', context.tarballs.client, '-C', target, '--strip=1'],
      { env },
    );
    await demand([NODE, 'node_modules/next/dist/bin/next', 'build'], {
      cwd: app,
      env,
      longestMs: 400_000,
    });
    const elsewhere = path.join(context.folder, 'elsewhere');
    fs.renameSync(path.join(app, '.next/standalone'), elsewhere);
    fs.rmSync(app, { recursive: true });
    await askServer(elsewhere, context);
    return describe(path.join(elsewhere, 'node_modules', NAME));
  },
};

async function askServer(folder, { server }) {
  const port = await freePort();
  const stop = new AbortController();
  const served = demand([NODE, 'server.js'], {
    cwd: folder,
    env: {
      ...BARE_ENV,
      ...server.env,
      PORT: String(port),
      HOSTNAME: '127.0.0.1',
    },
    signal: stop.signal,
  });
  const told = served.catch((error) => error);
  try {
    const response = await fetchSoon(`http://127.0.0.1:${port}/api/embed`);
    const body = await response.text();
    const row = response.status === 200 ? JSON.parse(body) : [];
    if (row.length !== 16 || row[0] !== 3 || row[8] !== 2)
      throw new Error(`${response.status} ${body.slice(0, 300)}`);
  } finally {
    stop.abort();
    await told;
  }
}

const webpackPackages = ['webpack', 'node-loader'];

const bundlerCases = [
  bundlerCase('esbuild-entry', {
    packages: ['esbuild'],
    entry: WITH_ENTRY,
    command: esbuild('--loader:.node=copy', '--outdir=out'),
  }),
  bundlerCase('esbuild-entry-esm', {
    packages: ['esbuild'],
    entry: WITH_ENTRY_ESM,
    main: 'main.mjs',
    command: esbuild(
      '--loader:.node=copy',
      '--outdir=out',
      '--format=esm',
      '--out-extension:.js=.mjs',
      `--banner:js=${ESM_BANNER}`,
    ),
  }),
  bundlerCase('esbuild-external', {
    packages: ['esbuild'],
    entry: "require('./smoke');\n",
    isExternal: true,
    command: esbuild(`--external:${NAME}`, '--outdir=out'),
  }),
  bundlerCase('webpack-entry', {
    packages: webpackPackages,
    entry: WITH_ENTRY,
    script: WEBPACK(
      "entry: './main.js', module: { rules: [{ test: /[.]node$/, loader: 'node-loader' }] }, resolveLoader: { modules: [process.env.NODE_PATH] },",
    ),
    command: () => ['bundle.js'],
  }),
  bundlerCase('webpack-external', {
    packages: webpackPackages,
    entry: "require('./smoke');\n",
    script: WEBPACK(
      `entry: './main.js', externals: { '${NAME}': 'commonjs ${NAME}' },`,
    ),
    isExternal: true,
    command: () => ['bundle.js'],
  }),
  bundlerCase('ncc', {
    packages: ['@vercel/ncc'],
    entry: "require('./smoke');\n",
    main: 'index.js',
    command: ncc,
  }),
  bundlerCase('ncc-entry', {
    packages: ['@vercel/ncc'],
    entry: WITH_ENTRY,
    main: 'index.js',
    command: ncc,
  }),
  nextCase,
];

module.exports = { bundlerCases };

'use strict';

const { parseArgs } = require('node:util');

const { KNOBS, resolveKnobs } = require('./knobs');
const { startInferenceServer } = require('./server');

const USAGE = `usage: node examples/inference-server/main.js [options]
  --port <number>     0 takes any free port (0)
  --host <address>    (127.0.0.1)
  --api-key <key>     asks for this Bearer token (none)
${Object.entries(KNOBS)
  .map(
    ([name, { otherwise }]) =>
      `  --${name} <number>`.padEnd(28) + `(${otherwise})`,
  )
  .join('\n')}`;

function readArguments() {
  const names = ['port', 'host', 'api-key', ...Object.keys(KNOBS)];
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      ...Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
    },
  });
  const {
    help,
    port = '0',
    host,
    'api-key': apiKey,
    ...knobs
  } = /** @type {Record<string, string>} */ (values);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535)
    throw new RangeError(`--port must be 0 to 65535, got ${port}`);
  return { help, port: Number(port), host, apiKey, knobs: resolveKnobs(knobs) };
}

async function main() {
  const { help, ...options } = readArguments();
  if (help) {
    console.log(USAGE);
    return;
  }
  const server = await startInferenceServer(options);
  console.log(server.url);
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => server.close());
  if (process.send) {
    process.send({ url: server.url });
    process.once('disconnect', () => server.close());
  }
}

main().catch((error) => {
  console.error(`inference-server: ${error.message}`);
  console.error(USAGE);
  process.exitCode = 1;
});

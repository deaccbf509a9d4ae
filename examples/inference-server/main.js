'use strict';

const { parseArgs } = require('node:util');

const {
  KNOBS,
  startInferenceServer,
} = require('baseten-performance-client/testing');

/** @param {string} name of a knob */
const flagOf = (name) =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const USAGE = `usage: node examples/inference-server/main.js [options]
  --port <number>     0 takes any free port (0)
  --host <address>    (127.0.0.1)
  --api-key <key>     asks for this Bearer token (none)
${Object.entries(KNOBS)
  .map(
    ([name, { otherwise }]) =>
      `  --${flagOf(name)} <number>`.padEnd(28) + `(${otherwise})`,
  )
  .join('\n')}`;

function readArguments() {
  const flags = ['port', 'host', 'api-key', ...Object.keys(KNOBS).map(flagOf)];
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      ...Object.fromEntries(flags.map((name) => [name, { type: 'string' }])),
    },
  });
  const {
    help,
    port = '0',
    host,
    'api-key': apiKey,
    ...turned
  } = /** @type {Record<string, string>} */ (values);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535)
    throw new RangeError(`--port must be 0 to 65535, got ${port}`);
  const knobs = Object.fromEntries(
    Object.keys(KNOBS).map((name) => [name, turned[flagOf(name)]]),
  );
  const settings = { port: Number(port), host, apiKey, knobs, keepRequests: 0 };
  return { help, settings };
}

async function main() {
  const { help, settings } = readArguments();
  if (help) {
    console.log(USAGE);
    return;
  }
  const server = await startInferenceServer(settings);
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

'use strict';

/* The proxy from its own package: one call through it. */

const { spawn } = require('node:child_process');

const SUCCESS = 7;

/** The log's line says the port that was free. */
async function findPort(child) {
  let text = '';
  for await (const piece of child.stdout) {
    text += piece;
    const port = /"msg":"listening".*?"port":(\d+)/.exec(text)?.[1];
    if (port) return port;
  }
  throw new Error(`the proxy does not listen: ${text}`);
}

async function main() {
  const child = spawn(
    process.execPath,
    [
      'node_modules/.bin/baseten-performance-proxy',
      ...['--host', '127.0.0.1', '--port', '0'],
      ...['--target-url', process.env.SMOKE_URL],
      ...['--upstream-api-key', 'key'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise((resolve) => child.on('exit', resolve));
  try {
    const url = `http://127.0.0.1:${await findPort(child)}`;
    const response = await fetch(`${url}/v1/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', input: ['abc', 'de'] }),
    });
    const { data } = await response.json();
    if (data?.[1]?.embedding[0] === 2) process.exitCode = SUCCESS;
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

main();

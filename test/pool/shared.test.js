'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { promisify } = require('node:util');

const { HttpClientWrapper, PerformanceClient } = require('../..');
const { runChild } = require('../helpers/child');
const { connect, setEnvironment } = require('../helpers/client');
const { succeed } = require('../helpers/stand-in-engine');
const { setUp } = require('../helpers/submission');
const { startUpstream } = require('../helpers/upstream');

const ROOT = path.join(__dirname, '..', '..');

const ECHO = ({ json }) => ({ body: json });

/** How many engines a call of each of these clients takes. */
async function countEngines(t, makers) {
  const { engine } = setUp(t);
  for (const make of makers) {
    const call = make().batchPost('/x', [1]);
    succeed(engine.jobs.at(-1), ['1']);
    await call;
  }
  return engine.engines.length;
}

function client(options, url = 'http://a.example') {
  return new PerformanceClient(url, { apiKey: 'k', ...options });
}

describe('clients without a wrapper', () => {
  it('share an engine when their settings are equal', async (t) => {
    const count = await countEngines(t, [
      () => client(),
      () => client({ httpVersion: 1, apiKey: 'another' }),
      () => client({}, 'http://b.example/prefix'),
      () => client({ connectTimeoutS: 10 }),
    ]);

    assert.equal(count, 1);
  });

  it('have engines of their own when settings differ', async (t) => {
    const count = await countEngines(t, [
      () => client(),
      () => client({ httpVersion: 2 }),
      () => client({ publicOnly: true }),
      () => client({ proxy: 'http://proxy.example' }),
      () => client({ ca: '-----BEGIN CERTIFICATE-----' }),
      () => client({ connectTimeoutS: 9 }),
    ]);

    assert.equal(count, 6);
  });

  it('have engines of their own when the environment has changed', async (t) => {
    const count = await countEngines(t, [
      () => client(),
      () => {
        setEnvironment(t, { PERFORMANCE_CLIENT_LOG_LEVEL: 'off' });
        return client();
      },
      () => {
        setEnvironment(t, { HTTP_PROXY: 'http://proxy.example' });
        return client();
      },
    ]);

    assert.equal(count, 3);
  });

  it('have one of their own each when they have a limit', async (t) => {
    const make = () => client({ maxInFlight: 4 });

    assert.equal(await countEngines(t, [make, make]), 2);
  });

  it('leave those alone who have a wrapper', async (t) => {
    const make = () => client({ clientWrapper: new HttpClientWrapper() });

    assert.equal(await countEngines(t, [client, make, make]), 3);
  });

  it('let go of their share when closed, and the last one of the engine', async (t) => {
    const { engine } = setUp(t);
    const clients = [client(), client()];
    for (const one of clients) {
      const call = one.batchPost('/x', [1]);
      succeed(engine.jobs.at(-1), ['1']);
      await call;
    }

    await clients[0].close();
    const before = engine.destroyed.length;
    await Promise.all([clients[0].close(), clients[1].destroy()]);
    const after = engine.destroyed.length;
    client().batchPost('/x', [1]);

    assert.deepEqual([before, after], [0, 1]);
    assert.equal(engine.engines.length, 2);
  });

  it('use the connections of clients before them', async (t) => {
    const upstream = await startUpstream(t, ECHO);

    for (let i = 0; i < 10; i++)
      await connect(t, upstream.url).batchPost('/x', [i]);

    assert.equal(upstream.connections, 1);
  });

  it('do not end each other when destroyed', async (t) => {
    const upstream = await startUpstream(t, () => ({ delayMs: 200, body: 5 }));
    const [doomed, other] = [
      connect(t, upstream.url),
      connect(t, upstream.url),
    ];
    const ended = assert.rejects(doomed.batchPost('/x', [1]), {
      code: 'CLOSED',
    });
    const call = other.batchPost('/x', [1]);
    await upstream.until(({ requests }) => requests.length === 2);

    await doomed.destroy();
    await ended;

    assert.deepEqual((await call).data, [5]);
  });

  it('cost no thread and no descriptor each', async (t) => {
    const upstream = await startUpstream(t, ECHO);

    const { stdout, stderr } = await runChild(
      t,
      `const { readdirSync } = require('node:fs');
       const count = () => [readdirSync('/proc/self/task').length,
         readdirSync('/proc/self/fd').length];
       (async () => {
         const held = [connect()];
         await held[0].batchPost('/x', [1]);
         const before = count();
         for (let i = 0; i < 300; i++) {
           held.push(connect());
           await held.at(-1).batchPost('/x', [i]);
         }
         const after = count();
         console.log(after.map((n, i) => n - before[i]).join());
       })();`,
      { url: upstream.url },
    );

    assert.deepEqual([stdout, stderr], ['0,0\n', '']);
  });
});

describe('engines of dropped wrappers', () => {
  it('are collected before they are many', async (t) => {
    const upstream = await startUpstream(t, ECHO);

    const { stdout, stderr } = await runChild(
      t,
      `const { readdirSync } = require('node:fs');
       let most = 0;
       (async () => {
         for (let i = 0; i < 150; i++) {
           const clientWrapper = new lib.HttpClientWrapper();
           const client = new lib.PerformanceClient(url, {
             apiKey: 'k', clientWrapper });
           await client.batchPost('/x', [i]);
           most = Math.max(most, readdirSync('/proc/self/task').length);
         }
         console.log(most);
       })();`,
      { url: upstream.url },
    );

    assert.equal(stderr, '');
    assert.ok(Number(stdout) < 48, `${stdout} threads`);
  });
});

describe('a resource that the system refuses', () => {
  it('is named by the error', async () => {
    const source = `
      const fs = require('node:fs');
      const { PerformanceClient } = require(${JSON.stringify(ROOT)});
      const call = () => new PerformanceClient('http://127.0.0.1:1', 'k')
        .batchPost('/x', [1]).catch(({ message }) => console.log(message));
      const full = [];
      const fill = () => {
        try { for (;;) full.push(fs.openSync('/dev/null')); } catch {}
      };
      require(${JSON.stringify(`${ROOT}/lib/native/binding`)}).native();
      fill();
      call();
      for (const fd of full.splice(0, 2)) fs.closeSync(fd);
      call();`;

    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      'ulimit -n 64; exec "$0" -e "$1"',
      process.execPath,
      source,
    ]);

    const sentence = 'the system refused a resource: Too many open files\n';
    assert.equal(stdout, sentence + sentence);
  });
});

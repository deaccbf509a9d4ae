'use strict';

/*
 * A queue on a server of its own, a model, a folder, and the commands over
 * them.
 */

const path = require('node:path');

const bullmq = require('bullmq');
const { Redis } = require('ioredis');

const {
  makeFolder,
  makeTexts,
  runBulk,
  startBulk,
  writeRows,
} = require('./bulk-process');
const { startModel } = require('./model-server');
const { startPostgres } = require('./postgres');
const { startRedis } = require('./redis');

const ROWS = makeTexts(600).map((text, i) => ({ id: i, text }));

/**
 * What tests do to a queue's server beside its commands.
 * @typedef {object} Kind
 * @property {string} name
 * @property {(t: any) => Promise<any>} start
 * @property {(url: string) => any} open the queue
 * @property {(url: string, id: string, owner: string | null) => Promise<void>} lock
 * gives the lock of a job to another, or to nobody
 */

/** @type {Kind[]} */
const KINDS = [
  {
    name: 'Redis',
    start: startRedis,
    open: (url) => new bullmq.Queue('bulk', { connection: { url } }),
    async lock({ url }, id, owner) {
      const client = new Redis(url);
      const key = `bull:bulk:${id}:lock`;
      await (owner === null ? client.del(key) : client.set(key, owner));
      await client.quit();
    },
  },
  {
    name: 'PostgreSQL',
    start: startPostgres,
    open: (url) =>
      new bullmq.Queue(
        'bulk',
        { connection: { connectionString: url, migrate: true } },
        bullmq.createPostgresBackend,
      ),
    async lock(server, id, owner) {
      const token = owner === null ? 'NULL' : `'${owner}'`;
      await server.query(
        `UPDATE bullmq.job SET lock_token = ${token} WHERE id = '${id}'`,
      );
    },
  },
];

/**
 * @param {import('node:test').TestContext} t
 * @param {Kind} kind
 */
async function prepareQueue(t, kind) {
  const [server, model] = await Promise.all([kind.start(t), startModel(t)]);
  const folder = makeFolder(t);
  writeRows(path.join(folder, 'in.jsonl'), ROWS);
  const job = (output) => [
    ...['embed', 'in.jsonl', '-o', output, '--model', 'm'],
    ...['--base-url', model.url, '--part-rows', '50'],
    ...['--batch-size', '10', '--max-concurrent-requests', '4'],
  ];
  const at = ['--queue', server.url];
  const queue = kind.open(server.url);
  queue.on('error', () => {}); // its server may be away
  t.after(() => queue.close());
  await queue.waitUntilReady();
  return {
    server,
    model,
    folder,
    queue,
    whole: () =>
      runBulk([...job('whole.npy'), '--no-api-key'], { cwd: folder }),
    submit: (output, ...more) =>
      runBulk(['submit', ...job(output), '--shards', '6', ...at, ...more], {
        cwd: folder,
      }),
    work: (...more) => {
      const run = startBulk(
        ['work', ...at, '--no-api-key', '--lock-s', '1', ...more],
        { cwd: folder },
      );
      t.after(() => run.child.kill('SIGKILL'));
      return run;
    },
    status: () => runBulk(['status', ...at]),
  };
}

/** The only shard that is under way. */
async function activeShard(queue) {
  for (;;) {
    const [job] = await queue.getJobs(['active']);
    if (job) return job;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

module.exports = { KINDS, ROWS, activeShard, prepareQueue };

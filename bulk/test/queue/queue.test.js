'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { KINDS, ROWS, activeShard, prepareQueue } = require('../helpers/queue');
const { filesOf } = require('../helpers/vectors');

/** Settles when a run has said something. */
async function untilSaid({ child, out }, words) {
  while (!out.stderr.includes(words))
    await new Promise((resolve) => child.stderr.once('data', resolve));
}

/** Settles when so many jobs of the queue are done. */
async function untilCompleted(queue, count) {
  while ((await queue.getCompletedCount()) < count)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

for (const kind of KINDS) describeQueue(kind);

function describeQueue(kind) {
  const prepare = (t) => prepareQueue(t, kind);
  describe(`a queue of shards in ${kind.name}`, () => {
    it('is worked off by two workers, to what one machine makes', async (t) => {
      const { folder, model, queue, submit, work, whole, status } =
        await prepare(t);
      await whole();
      model.texts = [];
      const first = await submit('out.npy');
      const again = await submit('out.npy');
      assert.equal((await queue.getJobs()).length, 7);

      const workers = await Promise.all([work().ended, work().ended]);

      assert.deepEqual(
        [first, again, ...workers].map(({ code }) => code),
        [0, 0, 0, 0],
        workers.map(({ stderr }) => stderr).join(),
      );
      assert.equal(model.texts.length, ROWS.length);
      assert.deepEqual(filesOf(folder, 'out'), filesOf(folder, 'whole'));
      const { stdout } = await status();
      assert.match(stdout, /6 of 6 shards, 0 under way, merged\n {2}600 rows/);
    });

    it('holds two jobs at once', async (t) => {
      const { folder, submit, work, whole } = await prepare(t);
      await whole();
      await submit('one.npy');
      await submit('two.npy');

      await Promise.all([work().ended, work().ended]);

      assert.deepEqual(filesOf(folder, 'one'), filesOf(folder, 'whole'));
      assert.deepEqual(filesOf(folder, 'two'), filesOf(folder, 'whole'));
    });

    it('loses nothing with a worker killed and the queue restarted', async (t) => {
      const { server, folder, model, submit, work, whole } = await prepare(t);
      await whole();
      model.texts = [];
      await submit('out.npy');
      const { reached, release } = model.holdAfter(220);
      const killed = work();
      const other = work();
      await reached;
      killed.child.kill('SIGKILL');
      await server.restart();
      release();

      const { code, stderr } = await other.ended;

      assert.equal(code, 0, stderr);
      assert.deepEqual(filesOf(folder, 'out'), filesOf(folder, 'whole'));
    });

    it('gives a shard up whose lock is lost, and another finishes it', async (t) => {
      const { server, folder, model, queue, submit, work, whole } =
        await prepare(t);
      await whole();
      model.texts = [];
      await submit('out.npy');
      const { reached, release } = model.holdAfter(30);
      const running = work();
      await reached;
      const { id } = await activeShard(queue);
      await kind.lock(server, id, 'somebody else');
      await untilSaid(running, 'is lost, another worker');
      await kind.lock(server, id, null);
      release();

      const { code } = await running.ended;

      assert.equal(code, 0);
      assert.deepEqual(filesOf(folder, 'out'), filesOf(folder, 'whole'));
    });

    it('puts a shard that cannot succeed among the failed, with its reason', async (t) => {
      const { model, queue, submit, work, status } = await prepare(t);
      model.knobs.refuse = (text) =>
        text === ROWS.at(-1).text ? 403 : undefined;
      await submit('out.npy');

      await work().ended;

      const failed = await queue.getFailed();
      const [shard] = failed.filter(({ name }) => name === 'shard');
      assert.match(shard.failedReason, /the server refuses everything: .*403/);
      assert.equal((await queue.getCompleted()).length, 5);
      const { code, stdout } = await status();
      assert.equal(code, 3);
      assert.match(stdout, /5 of 6 shards/);
      assert.match(stdout, /failed \w+-5: the server refuses everything/);
    });

    it('holds a limit of requests in flight over all workers', async (t) => {
      const { model, submit, work } = await prepare(t);
      let most = 0;
      let inFlight = 0;
      model.onRequest = () => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        model.knobs.hold = new Promise((resolve) =>
          setImmediate(() => {
            inFlight -= 1;
            resolve(undefined);
          }),
        );
      };
      await submit('out.npy', '--max-in-flight', '4');

      const workers = await Promise.all([work().ended, work().ended]);

      assert.ok(workers.every(({ code }) => code === 0));
      assert.ok(most <= 4, `${most} in flight`);
    });
  });

  describe(`a server that is busy for long, and ${kind.name}`, () => {
    it('holds the whole queue back, and costs no attempt', async (t) => {
      const { model, queue, submit, work } = await prepare(t);
      model.knobs.refuse = () => (model.isBusy ? 429 : undefined);
      model.headers = { 'retry-after': '1' };
      model.isBusy = true;
      await submit('out.npy');
      const running = work();
      while ((await queue.getRateLimitTtl()) <= 0)
        await new Promise((resolve) => setTimeout(resolve, 50));
      model.isBusy = false;

      const { code, stderr } = await running.ended;

      assert.equal(code, 0, stderr);
      const shards = await queue.getCompleted();
      assert.equal(shards.length, 7);
      assert.ok(shards.every(({ attemptsMade }) => attemptsMade <= 1));
    });
  });

  describe(`a queue whose ${kind.name} is away`, () => {
    it('is told once, waited for, and worked off', async (t) => {
      const { server, folder, queue, submit, work, whole } = await prepare(t);
      await whole();
      await submit('one.npy');
      const running = work('--stay');
      await untilCompleted(queue, 7);
      await server.crash();
      await untilSaid(running, 'ECONNREFUSED');
      await server.start();
      await untilSaid(running, 'queue: it answers again');
      await submit('two.npy');
      await untilCompleted(queue, 14);
      running.child.kill('SIGINT');

      const { code, stderr } = await running.ended;

      assert.equal(code, 0, stderr);
      assert.deepEqual(filesOf(folder, 'two'), filesOf(folder, 'whole'));
      const lines = stderr.split('\n');
      assert.equal(new Set(lines).size, lines.length, stderr);
    });
  });
}

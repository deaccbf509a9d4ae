'use strict';

const { it } = require('node:test');
const assert = require('node:assert/strict');

const { runChild } = require('../helpers/child');
const { startUpstream } = require('../helpers/upstream');

const ANSWERS = 64;

it('large answers that came together do not keep the loop to themselves', async (t) => {
  const body = JSON.stringify(new Array(40_000).fill('abcdef'));
  const upstream = await startUpstream(t, () => ({ body }));

  const { stdout, stderr } = await runChild(
    t,
    `const { channel } = require('node:diagnostics_channel');
     let now = 0;
     let most = 0;
     let isOver = false;
     channel('baseten-performance-client:request').subscribe(() => {
       now += 1;
       most = Math.max(most, now);
     });
     const turn = () => {
       now = 0;
       if (!isOver) setImmediate(turn);
     };
     turn();
     connect().batchPost('/x', new Array(${ANSWERS}).fill(1)).then(({ data }) => {
       isOver = true;
       console.log(data.length, most);
     });
     // Long enough for all answers to wait for this thread.
     Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);`,
    { url: upstream.url },
  );

  assert.equal(stderr, '');
  const [count, most] = stdout.split(' ').map(Number);
  assert.equal(count, ANSWERS);
  assert.ok(most <= ANSWERS / 4, `${most} answers in one turn`);
});

'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { setImmediate } = require('node:timers/promises');

const { Log } = require('../../lib/telemetry/log');

/** A reader that takes what it is given when it is told to. */
class Reader {
  texts = [];

  #take = () => {};

  write = (text) => {
    this.texts.push(text);
    return new Promise((resolve, reject) => {
      this.#take = (error) => (error ? reject(error) : resolve());
    });
  };

  async take(error) {
    this.#take(error);
    await setImmediate();
  }

  get lines() {
    const lines = this.texts.join('').trim().split('\n');
    return lines.map((line) => JSON.parse(line));
  }
}

/** Lines of a kilobyte and more. */
function fill(log, count) {
  for (let i = 0; i < count; i++) log.info('x'.repeat(1000), { number: i });
}

/** Lets the moment pass in which lines are gathered. */
function gathering(t) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  return () => t.mock.timers.tick(10);
}

describe('the log', () => {
  it('writes what a moment gathers at once', async (t) => {
    const gather = gathering(t);
    const reader = new Reader();
    const log = new Log('info', reader.write);

    log.info('one', { number: 1 });
    log.warn('two');
    gather();

    assert.equal(reader.texts.length, 1);
    assert.deepEqual(
      reader.lines.map(({ level, msg, number }) => [level, msg, number]),
      [
        ['info', 'one', 1],
        ['warn', 'two', undefined],
      ],
    );
  });

  it('keeps no more than its bound for a reader that stalls', async (t) => {
    const gather = gathering(t);
    const reader = new Reader();
    const log = new Log('info', reader.write);
    log.info('first');
    gather();

    fill(log, 20_000);
    gather();
    assert.equal(reader.texts.length, 1);
    await reader.take();
    await reader.take();

    const [, gathered] = reader.texts;
    const note = reader.lines.at(-1);
    assert.ok(gathered.length < 4.1 * 1024 * 1024, `${gathered.length}`);
    assert.equal(note.msg, 'lines of the log were lost');
    assert.equal(note.level, 'warn');
    assert.equal(reader.lines.length - 2 + note.lines, 20_000);
    log.info('later');
    gather();
    assert.equal(reader.lines.at(-1).msg, 'later');
  });

  it('counts what a failed write has lost', async (t) => {
    const gather = gathering(t);
    const reader = new Reader();
    const log = new Log('info', reader.write);
    fill(log, 3);
    gather();

    await reader.take(new Error('no space left'));
    log.info('later');
    gather();

    const [later, note] = reader.lines.slice(-2);
    assert.equal(later.msg, 'later');
    assert.equal(note.lines, 3);
  });

  it('ends though nobody reads it', { timeout: 10_000 }, async () => {
    const log = new Log('info', new Reader().write);
    log.info('unread');

    await log.end();
  });

  it('ends as soon as all is written', async () => {
    const texts = [];
    const log = new Log('info', async (text) => void texts.push(text));
    const before = performance.now();
    log.info('last');

    await log.end();

    assert.match(texts.join(''), /"last"/);
    assert.ok(performance.now() - before < 500);
  });
});

'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { Tokenizers } = require('../../lib/tokens/tokenizers');
const { BYTE_LEVEL, WORD_PIECE } = require('../helpers/tokenizer-files');

/** Of a caller that does not leave. */
const STAYS = new AbortController().signal;

function folder(t) {
  const name = fs.mkdtempSync(path.join(os.tmpdir(), 'tokenizers-'));
  t.after(() => fs.rmSync(name, { recursive: true }));
  return name;
}

async function startTokenizers(t, files) {
  const home = folder(t);
  const settings = Object.entries(files).map(([model, file], i) => {
    const name = path.join(home, `${i}.json`);
    fs.writeFileSync(name, JSON.stringify(file));
    return { model, path: name };
  });
  const tokenizers = await Tokenizers.start(settings);
  t.after(() => tokenizers.close());
  return async (body, model, signal = STAYS) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const bytes = Buffer.from(text);
    return (await tokenizers.decode(bytes, model, signal)).toString();
  };
}

describe('token ids', () => {
  it('become text by word pieces, special tokens left out', async (t) => {
    const decode = await startTokenizers(t, { bge: WORD_PIECE });

    const body = { model: 'bge', input: [[0, 3, 4, 5, 6, 1], [3], [0, 1]] };

    assert.deepEqual(JSON.parse(await decode(body)).input, [
      'hello worlds!',
      'hello',
      '',
    ]);
  });

  it('become text by bytes', async (t) => {
    const decode = await startTokenizers(t, { qwen: BYTE_LEVEL });

    const body = { model: 'qwen', input: [0, 1, 2, 3, 4, 5, 9] };

    assert.equal(JSON.parse(await decode(body)).input, 'Hello worldé😀');
  });

  it('are read with the tokenizer of the model in the body', async (t) => {
    const decode = await startTokenizers(t, {
      qwen: BYTE_LEVEL,
      bge: WORD_PIECE,
    });

    const input = [3, 4];

    assert.match(await decode({ model: 'bge', input }, 'qwen'), /hello world/);
    assert.match(await decode({ input }, 'bge'), /hello world/);
  });

  it('leave the rest of the body as it was written', async (t) => {
    const decode = await startTokenizers(t, { bge: WORD_PIECE });

    const body =
      '{ "seed":12345678901234567890, "a":{"input":[1,"]}"]}, "in\\u0070ut":[[3]],\n"dimensions":1e2}';

    assert.equal(
      await decode(body, 'bge'),
      '{ "seed":12345678901234567890, "a":{"input":[1,"]}"]}, "in\\u0070ut":["hello"],\n"dimensions":1e2}',
    );
  });

  it('are refused outside the vocabulary, with their place', async (t) => {
    const decode = await startTokenizers(t, { bge: WORD_PIECE });

    await assert.rejects(decode({ input: [[3], [4, 77]] }, 'bge'), {
      status: 400,
      code: 'INVALID_BODY',
      message: 'input[1][1] must be a token id of the model, got 77',
    });
    await assert.rejects(decode({ input: [4294967296] }, 'bge'), {
      message: 'input[0] must be a token id of the model, got 4294967296',
    });
  });

  it('are refused for a model without a tokenizer', async (t) => {
    const decode = await startTokenizers(t, {
      bge: WORD_PIECE,
      qwen: BYTE_LEVEL,
    });

    await assert.rejects(decode({ model: 'ada', input: [3] }, 'bge'), {
      status: 400,
      code: 'UNKNOWN_MODEL',
      message:
        'there is no tokenizer for model "ada", there is one for bge, qwen',
    });
    await assert.rejects(decode({ input: [3] }), {
      status: 400,
      message: /X-Baseten-Model/,
    });
  });

  it('are unavailable without any tokenizer', async (t) => {
    const decode = await startTokenizers(t, {});

    await assert.rejects(decode({ input: [3] }, 'bge'), {
      status: 503,
      code: 'TOKENIZER_UNAVAILABLE',
      message: /--tokenizer/,
    });
  });

  it('do not mix between calls that overlap', async (t) => {
    const decode = await startTokenizers(t, { bge: WORD_PIECE });

    const texts = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        decode({ input: new Array(i).fill(3) }, 'bge'),
      ),
    );

    texts.forEach((text, i) =>
      assert.equal(
        JSON.parse(text).input,
        new Array(i).fill('hello').join(' '),
      ),
    );
  });
});

describe('the queue before the tokenizers', () => {
  /** Takes long enough that whatever follows has to wait. */
  const LARGE = { input: new Array(200_000).fill(3) };

  it('forgets those whose callers leave', async (t) => {
    const decode = await startTokenizers(t, { bge: WORD_PIECE });
    const caller = new AbortController();
    const order = [];
    const note = (name) => () => order.push(name);

    const large = decode(LARGE, 'bge').then(note('large'));
    const left = decode({ input: [3] }, 'bge', caller.signal);
    const stays = decode({ input: [3] }, 'bge').then(note('stays'));
    caller.abort();

    await assert.rejects(left, { code: 'CALLER_LEFT' }).then(note('left'));
    await Promise.all([large, stays]);
    assert.deepEqual(order, ['left', 'large', 'stays']);
    await assert.rejects(decode(LARGE, 'bge', AbortSignal.abort()), {
      code: 'CALLER_LEFT',
    });
  });

  it('has a bound', async (t) => {
    const decode = await startTokenizers(t, { bge: WORD_PIECE });

    const answers = await Promise.allSettled(
      Array.from({ length: 1100 }, () => decode({ input: [3] }, 'bge')),
    );

    const refused = answers.filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 99);
    for (const { reason } of refused) {
      assert.equal(reason.status, 503);
      assert.equal(reason.code, 'OVERLOADED');
      assert.ok(reason.headers['retry-after']);
    }
  });
});

describe('a tokenizer that fails', () => {
  it('tells where, and no word of the body', async (t) => {
    const decode = await startTokenizers(t, { bge: WORD_PIECE });
    const body = '{"input":"a secret"}';

    await assert.rejects(decode(body, 'bge'), (error) => {
      assert.equal(error.name, 'Error'); // no Refusal: for the log alone
      assert.match(error.message, /^a tokenizer failed: TypeError\n {4}at /);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
    assert.match(await decode({ input: [3] }, 'bge'), /hello/);
  });
});

describe('a tokenizer that cannot be used', () => {
  it('stops the start and names its file', async (t) => {
    const missing = path.join(folder(t), 'none.json');
    const broken = path.join(folder(t), 'broken.json');
    fs.writeFileSync(broken, '{"model":');
    const start = (file) => Tokenizers.start([{ model: 'm', path: file }]);

    await assert.rejects(start(missing), {
      name: 'ConfigError',
      message: /^--tokenizer m: cannot use .*none\.json \(ENOENT/,
    });
    await assert.rejects(start(broken), {
      name: 'ConfigError',
      message: /^--tokenizer m: cannot use .*broken\.json \(/,
    });
  });
});

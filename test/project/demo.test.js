'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { findNearest } = require('../../examples/demo/nearest');
const {
  listDocuments,
  splitParagraphs,
  unmark,
} = require('../../examples/demo/paragraphs');
const { ProgressBar } = require('../../examples/demo/progress-bar');

const MAIN = path.join(__dirname, '../../examples/demo/main.js');
const SENTENCE = 'This sentence is long enough to be called a paragraph.';

function writeFile(t, content) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'demo-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'text.txt');
  fs.writeFileSync(file, content);
  return file;
}

/** @returns {Promise<{ code: number, stdout: string, stderr: string }>} */
function runDemo(file, environment = {}) {
  const env = { ...process.env, QUESTION: '', ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, file], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('the paragraphs of a text', () => {
  it('stand between blank lines, with single spaces', () => {
    const text = `${SENTENCE}\n \t\nOther ${SENTENCE}\nwent   on.\n\n\n`;

    assert.deepEqual(splitParagraphs(text), [
      SENTENCE,
      `Other ${SENTENCE} went on.`,
    ]);
  });

  it('leave out what is short, unless there is nothing else', () => {
    assert.deepEqual(splitParagraphs(`Heading\n\n${SENTENCE}`), [SENTENCE]);
    assert.deepEqual(splitParagraphs('One\n\n***\n\nTwo'), ['One', 'Two']);
    assert.deepEqual(splitParagraphs(' \n\n--\n'), []);
  });

  it('are broken after a sentence or a word when too long', () => {
    const sentences = splitParagraphs(`${SENTENCE} `.repeat(50));
    const words = splitParagraphs('word '.repeat(500));
    const smiles = splitParagraphs('😀'.repeat(1500).concat('a'));

    assert.ok(sentences.every((piece) => /^This .*\.$/.test(piece)));
    assert.ok(words.every((piece) => /^(word ?)+$/.test(piece)));
    assert.ok(smiles.every((piece) => piece.isWellFormed()));
    for (const pieces of [sentences, words, smiles]) {
      assert.ok(pieces.length > 1);
      assert.ok(pieces.every((piece) => piece.length <= 1000));
    }
  });

  it('of Markdown are its items and rows, without code and signs', () => {
    const text = [
      `# Title\n- a **${SENTENCE}**\n- b [${SENTENCE}](https://a.example)`,
      '```js\nconst code = "is not prose, however long it may be";\n```',
      `| head | cells |\n|---|---|\n| \`c\` | ${SENTENCE} |`,
    ].join('\n');

    assert.deepEqual(splitParagraphs(unmark(text)), [
      `a ${SENTENCE}`,
      `b ${SENTENCE}`,
      `c · ${SENTENCE}`,
    ]);
  });

  it('come from the documents of this repository', () => {
    const root = path.join(__dirname, '../..');

    const names = listDocuments(root).map((file) => path.relative(root, file));

    assert.ok(names.includes('CONTRIBUTING.md'));
    assert.ok(names.every((name) => /^(docs\/)?[^/]+\.md$/.test(name)));
  });
});

describe('the nearest rows', () => {
  it('are numbered through all matrices, best first', () => {
    const matrices = [
      { data: Float32Array.of(1, 0, 0, 1), rows: 2, dimensions: 2 },
      { data: Float32Array.of(0.6, 0.8), rows: 1, dimensions: 2 },
    ];

    const nearest = findNearest(matrices, Float32Array.of(0, 1), 2);

    assert.deepEqual(
      nearest.map(({ row, similarity }) => [row, similarity.toFixed(3)]),
      [
        [1, '1.000'],
        [2, '0.800'],
      ],
    );
  });
});

describe('the progress bar', () => {
  const draw = (isTTY) => {
    const written = [];
    const stream = { isTTY, write: (text) => written.push(text) };
    const bar = new ProgressBar(4, /** @type {any} */ (stream));
    bar.advance('embed', 1);
    bar.advance('rerank', 3);
    bar.end();
    return written;
  };

  it('moves on a terminal and leaves no trace', () => {
    const [first, second, last] = draw(true);

    assert.match(first, /embed +█{8}░{22} 25 %$/);
    assert.match(second, /rerank +█{30} 100 %$/);
    assert.equal(last, '\r\x1b[2K');
  });

  it('writes nothing into a pipe', () => {
    assert.deepEqual(draw(false), []);
  });
});

describe('the demo', () => {
  it('embeds, reranks, classifies and completes a file', async (t) => {
    const file = writeFile(
      t,
      `Bananas grow where the whole year is warm and wet.\r\n\r\n` +
        `A running request is cancelled by its token, at once.\r\n\r\n` +
        `It is a great and lovely day, everybody is happy today.`,
    );

    const { code, stdout, stderr } = await runDemo(file, {
      QUESTION: 'How is a request cancelled?',
    });

    assert.equal(stderr, '');
    assert.equal(code, 0);
    assert.match(stdout, /^3 paragraphs of 1 document/);
    assert.match(stdout, /\n {2}embed +3 +1 /);
    assert.match(stdout, /\n {2}batchPost +3 +3 /);
    assert.match(stdout, /\n {2}7 requests in /);
    assert.match(stdout, /embedded into 3 × 256 float32/);
    assert.match(stdout, /\n {2}1\. similarity 0\.\d{3} .*\n +A running/);
    assert.match(stdout, /the best of 3 scores 0\.\d{3}:\n +A running/);
    assert.match(stdout, /Classified: .*1 positive/);
    assert.match(stdout, /Completed: 3 answers/);
    assert.ok(!stdout.includes('\x1b'));
  });

  it('asks a text its own first question', async (t) => {
    const file = writeFile(t, `${SENTENCE} But why is it so? Nobody knows.`);

    const { stdout } = await runDemo(file);

    assert.match(stdout, /Nearest to "But why is it so\?"/);
  });

  it('says in one line which file it cannot use', async (t) => {
    const cases = [
      ['/does/not/exist', /^demo: cannot read .*ENOENT.*\n$/],
      [writeFile(t, Buffer.of(0xff, 0xfe)), /^demo: .* is not UTF-8 text\n$/],
      [writeFile(t, '\n \n'), /^demo: no paragraph in .*\n$/],
    ];

    for (const [file, message] of cases) {
      const { code, stdout, stderr } = await runDemo(file);

      assert.match(stderr, message);
      assert.equal(stdout, '');
      assert.equal(code, 1);
    }
  });
});

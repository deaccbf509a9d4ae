'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const { MOST } = require('../../lib/native/contract');
const { LIMITS, STATUS_CODES } = require('../../lib/preference/limits');

/** The option that a word of the documents stands for. */
const camelCase = (word) => word.replace(/_./g, ([, c]) => c.toUpperCase());

function read(file) {
  return fs.readFileSync(path.join(__dirname, '../..', file), 'utf8');
}

/** The cells of the table rows that begin with a name in back quotes. */
function rowsOf(file, heading) {
  const [, rest] = read(file).split(`\n## ${heading}\n`);
  const [section] = rest.split('\n## ');
  return new Map(
    Array.from(
      section.matchAll(/^\| `(\w+)` *\|(.*)\|$/gm),
      ([, word, row]) => [
        camelCase(word),
        row.split('|').map((cell) => cell.trim()),
      ],
    ),
  );
}

/** The doc comment over each option of an interface. */
function commentsOf(file, name) {
  const [, rest] = read(file).split(`interface ${name} {\n`);
  const [body] = rest.split('\n}');
  const pattern = /\/\*\*((?:[^*]|\*(?!\/))*)\*\/\s*(\w+)\?:/g;
  return new Map(
    Array.from(body.matchAll(pattern), ([, words, option]) => [
      option,
      words.replace(/\s*\n\s*\*\s*/g, ' '),
    ]),
  );
}

const written = ({ low, high }) => `${low} – ${high}`;

/** They hold for all calls of a pool, so no caller of the proxy may set them. */
const OF_POOLS = new Set(['requestsPerMinute', 'tokensPerMinute']);

describe('the limits of preferences', () => {
  it('are those in the tables of docs/options.md and docs/proxy.md', () => {
    const options = rowsOf('docs/options.md', 'Options');
    const fields = rowsOf('docs/proxy.md', 'Preferences');

    for (const [name, limit] of Object.entries(LIMITS)) {
      const fallback = String(limit.fallback ?? 'none');
      assert.deepEqual(
        options.get(name)?.slice(0, 2),
        [fallback, written(limit)],
        name,
      );
      const field = OF_POOLS.has(name) ? undefined : written(limit);
      assert.equal(fields.get(name)?.[0], field, name);
    }
    const codes = written(STATUS_CODES);
    const [, most] = options.get('nonRetryableStatusCodes');
    assert.equal(most, `up to ${MOST.FINAL_STATUSES} of ${codes}`);
    const [range] = fields.get('nonRetryableStatusCodes');
    assert.equal(range, `codes of ${codes}`);
  });

  it('are those in the comments of index.d.ts', () => {
    const comments = commentsOf('index.d.ts', 'PreferenceOptions');

    for (const [name, limit] of Object.entries(LIMITS)) {
      const { fallback = 'none', low, high, isWhole } = limit;
      const words = comments.get(name) ?? '';
      const kind = isWhole ? 'an integer from' : 'From';
      for (const expected of [
        `${kind} ${low} to ${high}.`,
        `@default ${fallback}`,
      ])
        assert.ok(words.includes(expected), `${name}: ${words}`);
    }
    const { low, high } = STATUS_CODES;
    assert.match(
      comments.get('nonRetryableStatusCodes') ?? '',
      new RegExp(`at most ${MOST.FINAL_STATUSES} integers, ${low} to ${high}`),
    );
  });
});

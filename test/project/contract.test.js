'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { native } = require('../../lib/native/binding');
const contract = require('../../lib/native/contract');

const { withFlags, wordList, ...GROUPS } = contract;
const { FLAG, NUMBER, WORD } = contract;

/** Each number under the name that src/binding/contract.h has for it. */
function flattened(groups) {
  return Object.fromEntries(
    Object.entries(groups).flatMap(([group, numbers]) =>
      Object.entries(numbers).map(([name, n]) => [`${group}_${name}`, n]),
    ),
  );
}

describe('the contract between C and JavaScript', () => {
  it('has the same names and numbers on both sides', () => {
    assert.deepEqual(flattened(GROUPS), { ...native().contract });
  });

  it('counts positions without a gap and flags bit by bit', () => {
    const counted = (group) => Object.keys(group).map((_, i) => i);

    for (const name of ['NUMBER', 'KIND', 'FORM', 'WORD', 'LOG'])
      assert.deepEqual(
        Object.values(GROUPS[name]),
        counted(GROUPS[name]),
        name,
      );
    assert.deepEqual(
      Object.values(FLAG),
      counted(FLAG).map((i) => 2 ** i),
    );
  });

  it('puts words in their places', () => {
    const words = wordList({ METADATA: '{}', URL: 'http://a.example' });

    assert.equal(words.length, Object.keys(WORD).length);
    assert.equal(words[WORD.URL], 'http://a.example');
    assert.equal(words[WORD.METADATA], '{}');
    assert.equal(words[WORD.PREFIX], '');
  });

  it('puts flags into a copy of the numbers', () => {
    const numbers = new Float64Array(NUMBER.FINAL_STATUSES);

    const flagged = withFlags(numbers, FLAG.SPLIT | FLAG.BARE);

    assert.equal(flagged[NUMBER.FLAGS], FLAG.SPLIT | FLAG.BARE);
    assert.equal(numbers[NUMBER.FLAGS], 0);
    assert.equal(withFlags(numbers, 0), numbers);
    assert.equal(withFlags(flagged, FLAG.SPLIT), flagged);
  });
});

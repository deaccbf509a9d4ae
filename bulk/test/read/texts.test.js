'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { cutTexts, joinTexts } = require('../../lib/read/texts');

describe('joined texts', () => {
  for (const texts of [
    [],
    [''],
    ['a', '', 'b'],
    ['one that is long enough to share its characters', 'ü', '💡 \ud83d'],
  ])
    it(`come apart as they were: ${JSON.stringify(texts)}`, () => {
      const joined = structuredClone(joinTexts(texts));

      assert.deepEqual(cutTexts(joined), texts);
    });
});

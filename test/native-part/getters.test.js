'use strict';

const { it } = require('node:test');
const assert = require('node:assert/strict');

const { native } = require('../../lib/native/binding');
const { KIND, wordList } = require('../../lib/native/contract');
const {
  HttpClientWrapper,
  poolFor,
} = require('../../lib/pool/http-client-wrapper');
const {
  readPreference,
  toSettings,
} = require('../../lib/preference/preference');

const URL = 'http://127.0.0.1:1/x';

it('an engine that a getter of its arguments ends is closed', async (t) => {
  const wrapper = new HttpClientWrapper();
  t.after(() => wrapper.destroy());
  const { engine } = poolFor(wrapper, URL);
  const { numbers } = toSettings(readPreference({}));
  const words = wordList({ URL, METHOD: 'POST', ID_STEM: 's' });
  Object.defineProperty(words, '0', {
    get() {
      native().destroyEngine(engine);
      return URL;
    },
  });
  const submit = () =>
    native().submit(
      engine,
      KIND.POST,
      numbers,
      words,
      ['1'],
      {},
      undefined,
      undefined,
      1,
    );

  assert.throws(submit, { code: 'CLOSED' });
});

'use strict';

/*
 * Has every engine send all it sends through libcurl's own transfers, for
 * running the suites a second time:
 *
 *   NODE_OPTIONS="--require $PWD/test/helpers/by-libcurl.js" node --test ...
 */

const binding = require('../../lib/native/binding');

const { native } = binding;

/** @type {ReturnType<typeof native> | undefined} */
let replaced;

binding.native = () => {
  const addon = native();
  replaced ??= Object.create(addon, {
    createEngine: {
      value: (options) => addon.createEngine({ ...options, usesLibcurl: true }),
    },
  });
  return replaced;
};

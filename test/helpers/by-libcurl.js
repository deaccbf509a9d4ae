'use strict';

/*
 * Has every engine send all it sends through libcurl's own transfers, for
 * running the suites a second time:
 *
 *   NODE_OPTIONS="--require $PWD/test/helpers/by-libcurl.js" node --test ...
 */

const binding = require('../../lib/native/binding');

const addon = binding.native();
const { createEngine } = addon;

addon.createEngine = (options) =>
  createEngine({ ...options, usesLibcurl: true });

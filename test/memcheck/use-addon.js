'use strict';

/* Required first: every test then loads the addon that PC_ADDON names. */

const Module = require('node:module');

const ADDON = /performance_client\.node$/;

const resolve = Module._resolveFilename;

Module._resolveFilename = (request, ...rest) =>
  ADDON.test(request) ? process.env.PC_ADDON : resolve(request, ...rest);

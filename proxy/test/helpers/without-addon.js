'use strict';

/* Required before a program, leaves it no addon that can be loaded. */

const Module = require('node:module');

Module._extensions['.node'] = (module, file) => {
  throw new Error(`${file}: invalid ELF header`);
};

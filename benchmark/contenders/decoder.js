'use strict';

const path = require('node:path');

const PROGRAM = path.join(__dirname, '../../build/vectors/decoding');

/** The decoder alone, on one core: it needs no server. */
module.exports = {
  label: 'the decoder of this client',
  protocol: 'file',
  command: ({ file }, { batchSize }) => [PROGRAM, [file, String(batchSize)]],
};

'use strict';

// @ts-ignore: the type checker need not read package.json
const { version } = require('../../package.json');

/** @type {{ version: string }} */
module.exports = { version };

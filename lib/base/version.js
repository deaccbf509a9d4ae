'use strict';

// @ts-ignore: the type checker need not read package.json
const { version } = require('../../package.json');

const USER_AGENT = `baseten-performance-client/${version}`;

/** @type {{ version: string, USER_AGENT: string }} */
module.exports = { USER_AGENT, version };

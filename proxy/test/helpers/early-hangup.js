'use strict';

/* Required before a program, hangs up on it while it starts. */

const { isMainThread } = require('node:worker_threads');

if (isMainThread) setImmediate(() => process.kill(process.pid, 'SIGHUP'));

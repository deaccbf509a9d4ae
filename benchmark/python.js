'use strict';

/** The Python contenders: each trial is a process of its own, as in trial.js. */

const fs = require('node:fs');
const path = require('node:path');

const { BUILD } = require('./servers');

const PYTHON = path.join(BUILD, 'python', 'bin', 'python');

const TRIAL = path.join(__dirname, 'python', 'trial.py');

/** Why there is none of them here, or nothing. */
function lacks() {
  if (fs.existsSync(PYTHON)) return undefined;
  return 'make bench-peers installs it';
}

/** The command line of one trial of python/contenders/`contender`.py. */
function commandOf(contender, site, job) {
  return [PYTHON, [TRIAL, JSON.stringify({ contender, site, job })]];
}

module.exports = { commandOf, lacks };

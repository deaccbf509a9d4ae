'use strict';

/** The contenders that are C programs: each measures itself. */

const path = require('node:path');

const { BUILD } = require('./servers');

/** The command line of a floor; floor.h tells it. */
function floorCommand(program, { url, caFile }, job) {
  const counts = [job.warmUp, job.requests, job.inFlight].map(String);
  const trust = caFile ? [caFile] : [];
  return [path.join(BUILD, program), [`${url}/post`, ...counts, ...trust]];
}

module.exports = { floorCommand };

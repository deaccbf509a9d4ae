'use strict';

/** What running processes cost, as Linux tells it. */

const fs = require('node:fs');

/** Linux counts processor time for programs in hundredths of a second. */
const TICKS_PER_S = 100;

function readProc(pid, name) {
  return fs.readFileSync(`/proc/${pid}/${name}`, 'latin1');
}

/** A process and its children. */
function familyOf(pid) {
  const children = readProc(pid, `task/${pid}/children`).match(/\d+/g) ?? [];
  return [pid, ...children.flatMap((child) => familyOf(Number(child)))];
}

function cpuOf(pid) {
  const afterName = readProc(pid, 'stat').split(') ').at(-1).split(' ');
  const [user, system] = [afterName[11], afterName[12]].map(Number);
  return (user + system) / TICKS_PER_S;
}

function residentOf(pid) {
  return Number(/VmRSS:\s*(\d+)/.exec(readProc(pid, 'status'))[1]) / 1024;
}

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/** Processor seconds and resident megabytes of a process and its children. */
function costOf(pid) {
  const family = familyOf(pid);
  return {
    cpuS: sum(family.map(cpuOf)),
    residentMb: sum(family.map(residentOf)),
  };
}

module.exports = { costOf };

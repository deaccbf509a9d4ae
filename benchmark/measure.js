'use strict';

const fs = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');

/** How often the loop is looked at; the least Node allows. */
const TICK_MS = 1;

/** Of this process alone: getrusage's figure survives an exec. */
function peakMb() {
  const status = fs.readFileSync('/proc/self/status', 'latin1');
  return Number(/VmHWM:\s*(\d+)/.exec(status)[1]) / 1024;
}

/** Time, processor time and busy time of the loop that `run` takes. */
async function measureCost(run) {
  const { performance } = globalThis;
  const loop = performance.eventLoopUtilization();
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const result = await run();
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const { active } = performance.eventLoopUtilization(loop);
  return {
    result,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    busySeconds: active / 1000,
    peakMb: peakMb(),
  };
}

/** The longest time between two ticks, less the tick itself. */
function watchGaps() {
  let longest = 0;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last - TICK_MS);
    last = now;
  };
  const timer = setInterval(look, TICK_MS);
  return () => {
    clearInterval(timer);
    look();
    return longest;
  };
}

/**
 * How late the loop serves others while `run` goes on. Apart from the cost, as
 * a thousand looks per second cost processor time themselves.
 */
async function measureLoop(run) {
  const delay = monitorEventLoopDelay({ resolution: TICK_MS });
  const stopGaps = watchGaps();
  delay.enable();
  await run();
  delay.disable();
  return {
    delayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - TICK_MS),
    longestGapMs: stopGaps(),
  };
}

module.exports = { measureCost, measureLoop };

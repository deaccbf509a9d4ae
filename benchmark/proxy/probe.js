'use strict';

/*
 * Loaded before a Node proxy (node --require) to tell, over its IPC channel,
 * how late its loop was between the messages "begin" and "end". It costs
 * nothing before the first.
 */

const { monitorEventLoopDelay } = require('node:perf_hooks');

/** The least that Node allows; it is part of each delay. */
const TICK_MS = 1;

const delay = monitorEventLoopDelay({ resolution: TICK_MS });

process.on('message', (message) => {
  if (message === 'begin') {
    delay.reset();
    delay.enable();
    process.send('begun');
  } else if (message === 'end') {
    delay.disable();
    process.send({
      delayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - TICK_MS),
      delayMaxMs: Math.max(0, delay.max / 1e6 - TICK_MS),
    });
  }
});
process.channel.unref();

'use strict';

/**
 * A server that refuses what is too much: more than so many requests at once,
 * or more than so many a second. Tells its URL, and its counts when asked.
 */

const http = require('node:http');

const limits = JSON.parse(process.argv[2]);
const counts = { taken: 0, refused: 0 };

let inFlight = 0;
let stored = limits.perSecond ?? 0;
let filledAt = performance.now();

/** A store of a tenth of a second, filled evenly. */
function takesOneMore() {
  if (limits.atOnce) return inFlight < limits.atOnce;
  const now = performance.now();
  const more = ((now - filledAt) / 1000) * limits.perSecond;
  stored = Math.min(limits.perSecond / 10, stored + more);
  filledAt = now;
  if (stored < 1) return false;
  stored -= 1;
  return true;
}

const server = http.createServer((request, response) => {
  request.resume();
  if (!takesOneMore()) {
    counts.refused += 1;
    response.writeHead(429).end();
    return;
  }
  counts.taken += 1;
  inFlight += 1;
  setTimeout(() => {
    inFlight -= 1;
    response.end('{}');
  }, limits.answerMs);
});

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () =>
  process.send(`http://127.0.0.1:${server.address().port}`),
);
process.on('message', () => process.send(counts));
process.on('disconnect', () => process.exit());

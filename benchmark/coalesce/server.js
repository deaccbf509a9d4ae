'use strict';

/**
 * An embeddings server that takes 20 ms a request and 0.1 ms a text, and so
 * many requests at once as the first argument says, the rest in line: one is
 * what a model on one GPU does. Tells its URL to its parent, and ends with it.
 */

const http = require('node:http');

const MS_PER_REQUEST = 20;
const MS_PER_TEXT = 0.1;
const DIMENSIONS = 384;

const VECTOR = JSON.stringify(
  Array.from({ length: DIMENSIONS }, (_, i) => Math.fround(Math.sin(i + 1))),
);

const lanes = Number(process.argv[2]) || Infinity;
const line = [];
let busy = 0;

function answer(count, response) {
  const items = Array.from(
    { length: count },
    (_, i) => `{"object":"embedding","index":${i},"embedding":${VECTOR}}`,
  );
  const usage = `{"prompt_tokens":${count},"total_tokens":${count}}`;
  response.setHeader('content-type', 'application/json');
  response.end(
    `{"object":"list","model":"m","usage":${usage},"data":[${items}]}`,
  );
}

function work() {
  while (busy < lanes && line.length > 0) {
    const { count, response } = line.shift();
    busy += 1;
    setTimeout(
      () => {
        busy -= 1;
        answer(count, response);
        work();
      },
      MS_PER_REQUEST + MS_PER_TEXT * count,
    );
  }
}

const server = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { input } = JSON.parse(Buffer.concat(chunks).toString());
  line.push({ count: input.length, response });
  work();
});

server.listen(0, '127.0.0.1', () => {
  process.send(`http://127.0.0.1:${server.address().port}`);
});
process.once('disconnect', () => process.exit());

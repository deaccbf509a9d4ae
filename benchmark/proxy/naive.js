'use strict';

/*
 * The proxy that one would write in an hour: it parses the request, splits its
 * inputs, parses the answers, joins them and writes them out as JSON again.
 *
 *   node naive.js PORT UPSTREAM BATCH_SIZE
 */

const http = require('node:http');

const [port, upstream, batchSize] = process.argv.slice(2);

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });

async function readJson(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function post(path, authorization, value) {
  const body = JSON.stringify(value);
  const headers = {
    authorization,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent, headers };
    const request = http.request(upstream + path, options, (response) =>
      resolve(readJson(response)),
    );
    request.once('error', reject);
    request.end(body);
  });
}

function split(inputs) {
  const size = Number(batchSize);
  const count = Math.ceil(inputs.length / size);
  return Array.from({ length: count }, (_, i) =>
    inputs.slice(i * size, (i + 1) * size),
  );
}

function join(answers) {
  const usage = { prompt_tokens: 0, total_tokens: 0 };
  const data = [];
  for (const answer of answers) {
    const first = data.length;
    for (const item of answer.data)
      data.push({ ...item, index: first + item.index });
    usage.prompt_tokens += answer.usage.prompt_tokens;
    usage.total_tokens += answer.usage.total_tokens;
  }
  return { ...answers[0], data, usage };
}

async function serve(request, response) {
  const { input, ...rest } = await readJson(request);
  const answers = await Promise.all(
    split(input).map((part) =>
      post(request.url, request.headers.authorization, {
        ...rest,
        input: part,
      }),
    ),
  );
  const body = JSON.stringify(join(answers));
  response.setHeader('content-type', 'application/json');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.end(body);
}

const server = http.createServer((request, response) => {
  serve(request, response).catch((error) => {
    response.statusCode = 502;
    response.end(JSON.stringify({ error: error.message }));
  });
});
server.listen(Number(port), '127.0.0.1');

'use strict';

/*
 * The upstream of a siege, a process of its own: an inference server whose
 * first path segment may ask it to misbehave. It tells its address when it
 * listens, and its figures whenever it is asked.
 *
 *   /stall-head   never answers            /stall-body  stops half-way
 *   /cut          breaks off half-way      /reset       closes the connection
 *   /garbage      is not HTTP              /late        answers after a second
 *   /large        8 MB                     /welcoming   lets every origin in
 */

const http = require('node:http');

const PIECE = Buffer.alloc(64 * 1024, 'x');

/** As text, made once: this process must not be what honest callers wait for. */
const vectorOf = (size) => Array(size).fill('-0.0123456789').join();
const VECTORS = { small: vectorOf(16), large: vectorOf(4096) };
const LARGE = Buffer.alloc(8 * 1024 * 1024, 'x');

const figures = { active: 0, connections: 0, authorizations: {} };

/** @type {Map<string, Buffer>} by the size of their vectors and their count */
const answers = new Map();

function embeddings({ input, model }) {
  const size = model in VECTORS ? model : 'small';
  const { length } = [input].flat();
  const name = `${size} ${length}`;
  const known = answers.get(name);
  if (known) return known;
  const items = Array.from(
    { length },
    (_, index) => `{"index":${index},"embedding":[${VECTORS[size]}]}`,
  );
  const text = `{"object":"list","data":[${items}],"usage":{"prompt_tokens":1}}`;
  answers.set(name, Buffer.from(text));
  return answers.get(name);
}

function answerJson(response, text) {
  response.setHeader('content-type', 'application/json');
  response.end(text);
}

const MISBEHAVIOURS = {
  'stall-head': () => {},
  'stall-body': (response) => {
    response.writeHead(200, { 'content-length': 2 * PIECE.length });
    response.write(PIECE);
  },
  cut: (response) => {
    response.writeHead(200, { 'content-length': 2 * PIECE.length });
    response.write(PIECE, () => response.destroy());
  },
  reset: (response) => response.socket.destroy(),
  garbage: (response) => response.socket.end('this is not HTTP\r\n\r\n'),
  late: (response) => setTimeout(() => answerJson(response, '{}'), 1000),
  large: (response) => response.end(LARGE),
  welcoming: (response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('vary', 'accept-encoding');
    answerJson(response, '{}');
  },
};

function answer(request, response, text) {
  const [, kind] = request.url.split('/');
  if (MISBEHAVIOURS[kind]) MISBEHAVIOURS[kind](response);
  else if (request.url.startsWith('/v1/embeddings'))
    answerJson(response, embeddings(JSON.parse(text)));
  else if (request.url.startsWith('/rerank'))
    answerJson(
      response,
      JSON.stringify(JSON.parse(text).texts.map((_, index) => ({ index }))),
    );
  else answerJson(response, '{"passed":true}');
}

const server = http.createServer((request, response) => {
  figures.active += 1;
  response.once('close', () => (figures.active -= 1));
  response.on('error', () => {});
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('error', () => {});
  request.on('end', () =>
    answer(request, response, Buffer.concat(chunks).toString()),
  );
});

server.keepAliveTimeout = 2000;
server.on('connection', (socket) => {
  figures.connections += 1;
  socket.on('close', () => (figures.connections -= 1));
});
server.listen(0, '127.0.0.1', () =>
  process.send({ port: server.address().port }),
);
process.on('message', () => process.send(figures));
process.on('disconnect', () => process.exit());

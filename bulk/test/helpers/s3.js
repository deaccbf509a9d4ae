'use strict';

const http = require('node:http');

const PAGE = 3;

/** The answer of a refusal. @param {string} code */
const errorText = (code) =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;

/**
 * The requests of S3 that a job makes, over one bucket in memory, whose lists
 * have few keys a page. `knobs.status` is that of every answer to a PUT.
 */
class S3 {
  knobs = {};

  /** @type {Map<string, { body: Buffer, headers: object }>} by key */
  objects = new Map();

  /** Keys that were put where there was one already. */
  refused = [];

  onPut = () => {};

  #server = http.createServer((request, response) => {
    this.#serve(request, response).catch(() => response.destroy());
  });

  async listen() {
    await new Promise((resolve) =>
      this.#server.listen(0, '127.0.0.1', () => resolve(undefined)),
    );
    const url = `http://127.0.0.1:${this.#server.address().port}`;
    /** What tells the SDK of it. */
    this.env = {
      AWS_ENDPOINT_URL_S3: url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'an-id',
      AWS_SECRET_ACCESS_KEY: 'a-secret',
    };
  }

  close() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  /** The keys that whoever reads the folder sees. */
  keys() {
    return [...this.objects.keys()]
      .filter((key) => !key.includes('/_parts/'))
      .sort();
  }

  async #serve(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url, 'http://s3');
    const key = decodeURIComponent(url.pathname).replace(/^\/bucket\/?/, '');
    const answer =
      url.searchParams.get('list-type') === '2'
        ? this.#list(url.searchParams)
        : this.#answer(request, key, Buffer.concat(chunks));
    const { status, headers = {}, body = '' } = answer;
    response.writeHead(status, headers);
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  #answer({ method, headers }, key, body) {
    const found = this.objects.get(key);
    if (method === 'PUT') return this.#put(headers, key, body, found);
    if (!found) return { status: 404, body: errorText('NoSuchKey') };
    return { status: 200, headers: found.headers, body: found.body };
  }

  #put(headers, key, body, found) {
    const { status } = this.knobs;
    if (status) return { status, body: errorText('Refused') };
    if (found && headers['if-none-match'] === '*') {
      this.refused.push(key);
      return { status: 412, body: errorText('PreconditionFailed') };
    }
    const kept = Object.entries(headers).filter(([name]) =>
      name.startsWith('x-amz-meta-'),
    );
    this.objects.set(key, { body, headers: Object.fromEntries(kept) });
    this.onPut();
    return { status: 200, headers: { etag: '"1"' } };
  }

  #list(query) {
    const from = Number(query.get('continuation-token') ?? 0);
    const all = [...this.objects.keys()]
      .filter((key) => key.startsWith(query.get('prefix')))
      .sort();
    const page = all.slice(from, from + PAGE);
    const next = from + PAGE;
    const more =
      next < all.length
        ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>`
        : '<IsTruncated>false</IsTruncated>';
    const contents = page.map(
      (key) => `<Contents><Key>${key}</Key></Contents>`,
    );
    const body = `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult>${more}${contents.join('')}</ListBucketResult>`;
    return { status: 200, headers: { 'content-type': 'text/xml' }, body };
  }
}

/** @param {import('node:test').TestContext} t */
async function startS3(t) {
  const s3 = new S3();
  await s3.listen();
  t.after(() => s3.close());
  return s3;
}

module.exports = { startS3 };

'use strict';

const binding = require('../../lib/native/binding');
const { KIND, NUMBER, WORD } = require('../../lib/native/contract');

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n';

const SUMMARY = {
  batches: 1,
  retries: 0,
  hedges: 0,
  vectors: undefined,
  rowSize: 0,
  rows: 0,
  places: undefined,
  promptTokens: 0,
  totalTokens: 0,
  model: '',
};

const NO_FAILURE = {
  code: 'HTTP_ERROR',
  message: 'the server answered with an error status',
  detail: '',
  status: 0,
  head: '',
  body: '',
  requestId: '',
  attempts: 0,
  batch: -1,
  firstInput: -1,
  inputCount: -1,
  endpoint: -1,
};

const NO_FIGURES = {
  requests: 0,
  statuses: {},
  retries: 0,
  hedges: 0,
  hedgesWon: 0,
  connectionsOpened: 0,
  connectionsReused: 0,
  bytesSent: 0,
  bytesReceived: 0,
  inFlight: 0,
  queued: 0,
  limit: 0,
  throttled: 0,
};

/** Names for what lib/ hands to the addon's submit. */
function readSubmission([engine, kind, numbers, words, inputs, handler]) {
  const word = (name) => words[WORD[name]];
  const lines = word('HEADERS');
  const headers = Object.fromEntries(
    lines.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)),
  );
  const items = inputs.map(
    (text) => word('OPEN') + JSON.stringify(text) + word('CLOSE'),
  );
  const body =
    word('PREFIX') &&
    JSON.parse(word('PREFIX') + items.join(',') + word('SUFFIX'));
  const flags = numbers[NUMBER.FLAGS];
  return {
    ...{ engine, kind, numbers, flags, lines, headers },
    ...{ url: word('URL'), method: word('METHOD'), stem: word('ID_STEM') },
    ...{ inputs: [...inputs], body, handler },
  };
}

/**
 * Puts a stand-in where the addon is: it keeps what it is given, and each job
 * waits until the test answers it. A `refusal` set by the test is thrown.
 */
function standInEngine(t) {
  const stand = {
    engines: [],
    jobs: [],
    destroyed: [],
    cancelled: [],
    refusal: undefined,
  };
  const addon = {
    info: () => ({ libcurl: '8.0.0', http2: true, encodings: 'gzip, br' }),
    createEngine(options) {
      const engine = { options, figures: NO_FIGURES };
      stand.engines.push(engine);
      return engine;
    },
    destroyEngine(engine) {
      stand.destroyed.push(engine);
      for (const job of stand.jobs)
        if (job.engine === engine) setImmediate(fail, job, { code: 'CLOSED' });
    },
    submit(...args) {
      if (stand.refusal) throw stand.refusal;
      const job = { ...readSubmission(args), isOver: false };
      stand.jobs.push(job);
      return job;
    },
    progress: (job) => (job.isOver ? undefined : job.progress),
    stats: (engine) => engine.figures,
    cancel(job) {
      stand.cancelled.push(job);
      const message = 'the call was cancelled';
      setImmediate(fail, job, { code: 'CANCELLED', message });
    },
  };
  t.mock.method(binding, 'native', () => addon);
  return stand;
}

/**
 * Answers a batch whose inputs begin at `first`: one payload, or all the inputs
 * there are unless `count` says how many.
 */
function answer(
  job,
  batch,
  first,
  text,
  seconds = 0.25,
  count = job.kind === KIND.POST ? 1 : job.inputs.length,
) {
  job.handler.onAnswer(batch, text, HEAD, seconds, first, count);
  return count;
}

/**
 * Ends a job well: `answers` are JSON texts by batch, inputs in a row, `counts`
 * of them to each batch.
 */
function succeed(job, answers = [undefined], summary = {}, counts = []) {
  if (job.isOver) return;
  job.isOver = true;
  let first = 0;
  answers.forEach((text, i) => {
    first += answer(job, i, first, text, undefined, counts[i]);
  });
  job.handler.onEnd(undefined, {
    ...SUMMARY,
    batches: answers.length,
    ...summary,
  });
}

/** A failure of which only what matters need be given. */
function failureOf(facts) {
  return { ...NO_FAILURE, ...facts };
}

/** Ends a job with a failure. */
function fail(job, facts, summary = {}) {
  if (job.isOver) return;
  job.isOver = true;
  job.handler.onEnd(failureOf(facts), { ...SUMMARY, ...summary });
}

module.exports = { answer, fail, failureOf, standInEngine, succeed };

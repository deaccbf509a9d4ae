'use strict';

const { JobError, UsageError } = require('../base/errors');

/**
 * What an error of a queue's server says. One that was met at several addresses
 * at once has no words of its own.
 * @param {any} error
 * @returns {string}
 */
function messageOf({ message, errors, code }) {
  return message || errors?.[0]?.message || code;
}

/** @param {any} error */
function unreachable(error) {
  return new JobError(`the queue cannot be reached: ${messageOf(error)}`);
}

/** Redis is asked again and again, by BullMQ, for as long as one waits. */
const LONGEST_CONNECT_MS = 10_000;

/** What each kind of server needs beside BullMQ. */
const DRIVERS = Object.freeze({ redis: 'ioredis', postgres: 'pg' });

/**
 * @param {string} url
 * @returns {keyof DRIVERS} the kind of server that it names
 */
function kindOf(url) {
  if (/^rediss?:\/\//.test(url)) return 'redis';
  if (/^postgres(ql)?:\/\//.test(url)) return 'postgres';
  throw new UsageError(
    '--queue must be a URL of Redis (redis: or rediss:) or PostgreSQL (postgres:)',
  );
}

/**
 * BullMQ, which is an optional peer, as is the driver of a queue's server.
 * @param {string} url of the server
 * @returns {any}
 */
function loadBullmq(url) {
  const driver = DRIVERS[kindOf(url)];
  try {
    require.resolve(driver);
    return require('bullmq');
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    throw new JobError(
      `queues need packages that are not installed: npm install bullmq ${driver}`,
    );
  }
}

/**
 * What BullMQ's classes are given to reach a server: the connection, and what
 * stands between them and a server that is not Redis.
 * @param {string} url
 * @param {any} bullmq
 * @returns {{ connection: object, backend?: unknown }}
 */
function reach(url, bullmq) {
  if (kindOf(url) === 'redis') return { connection: { url } };
  return {
    // Whoever comes first makes the tables; the others wait for its lock.
    connection: { connectionString: url, migrate: true },
    backend: bullmq.createPostgresBackend,
  };
}

/** An error is told by the call that meets it. @param {any} made */
function withoutEvents(made) {
  made.on('error', () => {});
  return made;
}

/**
 * @param {string} url
 * @param {string} name
 * @returns {any} BullMQ's Queue
 */
function openQueue(url, name) {
  const bullmq = loadBullmq(url);
  const { connection, backend } = reach(url, bullmq);
  return withoutEvents(new bullmq.Queue(name, { connection }, backend));
}

/**
 * A queue whose server has answered, for as long as it is used.
 * @template T
 * @param {string} url
 * @param {string} name
 * @param {(queue: any) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function withQueue(url, name, use) {
  const queue = openQueue(url, name);
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  try {
    await new Promise((resolve, reject) => {
      timer = setTimeout(() => {
        const seconds = LONGEST_CONNECT_MS / 1000;
        reject(new Error(`no answer within ${seconds} s`));
      }, LONGEST_CONNECT_MS);
      queue.waitUntilReady().then(resolve, reject);
    });
  } catch (error) {
    await queue.close();
    throw unreachable(error);
  } finally {
    clearTimeout(timer);
  }
  try {
    return await use(queue);
  } finally {
    await queue.close();
  }
}

/**
 * @param {string} url
 * @returns {any} BullMQ's FlowProducer
 */
function openFlows(url) {
  const bullmq = loadBullmq(url);
  const { connection, backend } = reach(url, bullmq);
  return withoutEvents(new bullmq.FlowProducer({ connection }, backend));
}

/**
 * @param {string} url
 * @param {string} name
 * @param {(job: any) => Promise<unknown>} take
 * @param {object} options
 * @returns {any} BullMQ's Worker
 */
function openWorker(url, name, take, options) {
  const bullmq = loadBullmq(url);
  const { connection, backend } = reach(url, bullmq);
  return new bullmq.Worker(name, take, { ...options, connection }, backend);
}

module.exports = {
  loadBullmq,
  messageOf,
  openFlows,
  openQueue,
  openWorker,
  unreachable,
  withQueue,
};

'use strict';

const { JobError, UsageError } = require('../base/errors');

/**
 * Loads BullMQ, which is an optional peer.
 * @returns {any}
 */
function loadBullmq() {
  try {
    return require('bullmq');
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    throw new JobError(
      'queues need packages that are not installed: npm install bullmq ioredis',
    );
  }
}

/**
 * How BullMQ reaches a queue's server.
 * @param {string} url redis: or rediss:
 * @returns {{ url: string }}
 */
function reach(url) {
  if (/^rediss?:\/\//.test(url)) return { url };
  throw new UsageError('--queue must be a URL of Redis (redis: or rediss:)');
}

/**
 * @param {'Queue' | 'FlowProducer'} kind
 * @param {string} url
 * @param {string} [name]
 * @returns {any}
 */
function open(kind, url, name) {
  const connection = reach(url);
  const bullmq = loadBullmq();
  const made =
    kind === 'Queue'
      ? new bullmq.Queue(name, { connection })
      : new bullmq.FlowProducer({ connection });
  made.on('error', () => {}); // told by the call that meets it
  return made;
}

/**
 * @param {string} url
 * @param {string} name
 * @returns {any} BullMQ's Queue
 */
function openQueue(url, name) {
  return open('Queue', url, name);
}

/**
 * @param {string} url
 * @returns {any} BullMQ's FlowProducer
 */
function openFlows(url) {
  return open('FlowProducer', url);
}

/**
 * @param {string} url
 * @param {string} name
 * @param {(job: any) => Promise<unknown>} take
 * @param {object} options
 * @returns {any} BullMQ's Worker
 */
function openWorker(url, name, take, options) {
  const connection = reach(url);
  const { Worker } = loadBullmq();
  return new Worker(name, take, { ...options, connection });
}

module.exports = { loadBullmq, openFlows, openQueue, openWorker };

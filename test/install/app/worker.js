'use strict';

/* The smoke script in three worker threads at once. */

const path = require('node:path');
const { Worker } = require('node:worker_threads');

const SUCCESS = 7;

const ended = Array.from({ length: 3 }, () => {
  const worker = new Worker(path.join(__dirname, 'smoke.js'));
  return new Promise((resolve, reject) => {
    worker.on('exit', resolve);
    worker.on('error', reject);
  });
});

Promise.all(ended).then((codes) => {
  process.exitCode = codes.every((code) => code === SUCCESS) ? SUCCESS : 1;
});

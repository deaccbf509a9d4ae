'use strict';

/** Bad use: nothing was begun. The message is all there is to say. */
class UsageError extends Error {}

/**
 * The job cannot run, or not to its end. What was finished is kept, and the
 * message is all there is to say.
 */
class JobError extends Error {}

for (const type of [UsageError, JobError])
  Object.defineProperty(type.prototype, 'name', {
    value: type.name,
    writable: true,
    configurable: true,
  });

/**
 * What the system refused, in words that name the file.
 * @param {string} what was to be done, 'cannot read x.jsonl' for example
 * @param {NodeJS.ErrnoException} error
 */
function systemError(what, error) {
  if (error.code === 'ENOSPC')
    return new JobError(`${what}: the disk is full (ENOSPC)`);
  return new JobError(`${what}: ${error.code ?? error.message}`);
}

module.exports = { JobError, UsageError, systemError };

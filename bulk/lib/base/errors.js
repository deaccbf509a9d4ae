'use strict';

/** Bad use: nothing was begun. The message is all there is to say. */
class UsageError extends Error {}

/**
 * The job cannot run, or not to its end. What was finished is kept, and the
 * message is all there is to say.
 */
class JobError extends Error {}

/** No further attempt can mend it. */
class FinalError extends JobError {}

/** The server refuses for long, with 429: to be tried again after a while. */
class BusyError extends JobError {
  /**
   * @param {string} message
   * @param {number} waitMs
   */
  constructor(message, waitMs) {
    super(message);
    this.waitMs = waitMs;
  }
}

for (const type of [UsageError, JobError, FinalError, BusyError])
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

module.exports = { BusyError, FinalError, JobError, UsageError, systemError };

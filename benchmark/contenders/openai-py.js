'use strict';

const { commandOf, lacks } = require('../python');

module.exports = {
  label: 'AsyncOpenAI (Python)',
  /** Minutes where others take seconds; nothing of it is compiled as it runs. */
  rounds: 1,
  warmUp: 32,
  lacks,
  command: (site, job) => commandOf('openai_async', site, job),
};

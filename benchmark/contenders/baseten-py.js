'use strict';

const { commandOf, lacks } = require('../python');

module.exports = {
  label: 'baseten 0.1.16 (Python)',
  lacks,
  command: (site, job) => commandOf('baseten', site, job),
};
